//! Small schemas that demand endless effort are refused, or checked and drawn from within bounds.

#![allow(clippy::disallowed_methods, reason = "the effort of a check is bounded in real time")]

use crate::{
    CompiledSchema, DrawSettings, InputClass, SeededRng, classify_input, draw_boundary, draw_valid, vary_body,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Longest time of a test here. Without bounds each takes hours.
const TIME_MAX: Duration = Duration::from_secs(60);

/// Compiles the schema, and checks a value, draws and varies if it compiles. Returns the error of compiling.
fn check_bounded(schema: Value, value: &Value) -> Option<String> {
    let began = Instant::now();
    let compiled = CompiledSchema::new(schema, "bomb.json");
    let refused = match &compiled {
        Err(error) => Some(error.to_string()),
        Ok(shape) => {
            shape.is_valid(value);
            shape.find_violations(value);
            classify_input(Some(shape), Some(value), None);
            let mut rng = SeededRng::new(1, 0, 0, 0);
            let how = DrawSettings::default();
            let _ = draw_valid(shape, &mut rng, &how);
            let _ = draw_boundary(shape, &mut rng, &how);
            vary_body(shape, value);
            let _ = shape.find_length_bounds(value, "/a/a/a");
            None
        }
    };
    assert!(began.elapsed() < TIME_MAX, "{:?}", began.elapsed());
    refused
}

/// Definitions d0 to `levels`, each with the keyword over `width` references to the next.
fn build_tower(keyword: &str, levels: usize, width: usize) -> Value {
    let level = |at: usize| {
        let next = json!({ "$ref": format!("#/$defs/d{}", at + 1) });
        (format!("d{at}"), json!({ keyword: vec![next; width] }))
    };
    let mut definitions: serde_json::Map<String, Value> = (0..levels).map(level).collect();
    definitions.insert(format!("d{levels}"), json!({ "type": "object", "required": ["x"] }));
    json!({ "$ref": "#/$defs/d0", "$defs": definitions })
}

#[test]
fn towers_of_choices_and_inclusions_are_refused() {
    for (keyword, levels, width) in [("anyOf", 20, 4), ("oneOf", 20, 4), ("allOf", 25, 2)] {
        let error = check_bounded(build_tower(keyword, levels, width), &json!({})).expect(keyword);
        assert!(error.starts_with("bomb.json#") && error.contains("more than 20000 schemas"), "{error}");
    }
    let mut tower = build_tower("anyOf", 20, 4);
    tower["not"] = json!({ "$ref": "#/$defs/d0" });
    assert!(check_bounded(tower, &json!({})).is_some());
    assert_eq!(check_bounded(build_tower("anyOf", 4, 4), &json!({})), None);
}

#[test]
fn references_in_a_circle_are_refused() {
    for schema in [
        json!({ "$ref": "#" }),
        json!({ "not": { "$ref": "#" } }),
        json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "anyOf": [{ "$ref": "#/$defs/a" }] } } }),
        json!({ "if": { "$ref": "#" }, "then": true }),
    ] {
        let error = check_bounded(schema, &json!({})).expect("refused");
        assert!(error.contains("includes itself"), "{error}");
    }
}

#[test]
fn choices_below_each_other_are_decided_once_for_each_value() {
    let below = |mark: u64| json!({ "type": "object", "maxProperties": mark, "properties": { "a": { "$ref": "#" } } });
    let schema = json!({ "anyOf": (1..5).map(below).collect::<Vec<_>>() });
    // The innermost value fits no branch, so that every combination of branches would be tried.
    let value = (0..60).fold(json!({ "a": 1 }), |inner, _| json!({ "a": inner }));
    assert_eq!(check_bounded(schema.clone(), &value), None);
    let shape = CompiledSchema::new(schema, "bomb.json").unwrap();
    assert!(!shape.is_valid(&value));
    assert!(shape.is_valid(&value.pointer(&"/a".repeat(60)).map_or(json!({}), |_| json!({ "a": { "a": {} } }))));
}

#[test]
fn a_walk_that_is_given_up_decides_nothing() {
    let mut schema = build_tower("allOf", 11, 2);
    schema["$defs"]["d11"] = json!({ "type": "string" });
    schema = json!({ "$defs": schema["$defs"], "type": "array", "items": { "$ref": "#/$defs/d0" } });
    let shape = CompiledSchema::new(schema, "bomb.json").unwrap();
    let value = Value::from(vec!["a"; 2_000]);
    let violations = shape.find_violations(&value);
    assert!(violations.len() == 1 && violations[0].doubtful && violations[0].is_undecided(), "{violations:?}");
    assert_eq!(classify_input(Some(&shape), Some(&value), None).class, InputClass::Doubtful);
    assert!(shape.is_valid(&value) && !shape.is_valid(&json!([1])));
}

#[test]
fn a_pattern_that_is_given_up_decides_nothing() {
    // There are two ways to match each letter, and all combinations are tried.
    let pattern = "^(?:a(?!b)|a)+$";
    let long = "a".repeat(200) + "!";
    for (schema, value) in [
        (json!({ "pattern": pattern }), json!(long)),
        (json!({ "properties": { "t": { "pattern": pattern } } }), json!({ "t": long })),
        (json!({ "anyOf": [{ "pattern": pattern }, { "type": "integer" }] }), json!(long)),
        (json!({ "oneOf": [{ "pattern": pattern }, { "type": "string" }] }), json!(long)),
        (json!({ "not": { "pattern": pattern } }), json!(long)),
        (json!({ "patternProperties": { pattern: { "type": "integer" } } }), json!({ long.as_str(): "x" })),
        (json!({ "additionalProperties": false, "patternProperties": { pattern: true } }), json!({ long.as_str(): 1 })),
    ] {
        let shape = CompiledSchema::new(schema.clone(), "bomb.json").unwrap();
        let violations = shape.find_violations(&value);
        assert!(violations.len() == 1 && violations[0].is_undecided(), "{schema}: {violations:?}");
        assert_eq!(classify_input(Some(&shape), Some(&value), None).class, InputClass::Doubtful, "{schema}");
        assert!(shape.is_valid(&value), "what is not decided refutes nothing: {schema}");
    }
}

#[test]
fn a_given_up_pattern_leaves_what_does_not_depend_on_it() {
    let pattern = "^(?:a(?!b)|a)+$";
    let shape = CompiledSchema::new(json!({ "type": "string", "pattern": pattern }), "bomb.json").unwrap();
    let keywords = |value: &Value| -> Vec<String> {
        shape.find_violations(value).into_iter().map(|violation| violation.keyword).collect()
    };
    assert_eq!(keywords(&json!("c")), ["pattern"]);
    assert_eq!(keywords(&json!("ab")), ["pattern"]);
    assert_eq!(keywords(&json!(1)), ["type"]);
}

#[test]
fn a_text_is_not_drawn_from_a_set_without_a_character() {
    for pattern in ["^[]$", "^a[^\\x00-\\x7f]+$", "x|[^ -~]{2}"] {
        let shape = CompiledSchema::new(json!({ "type": "string", "pattern": pattern }), "bomb.json").unwrap();
        let error = draw_valid(&shape, &mut SeededRng::new(1, 0, 0, 0), &DrawSettings::default()).unwrap_err();
        assert!(error.to_string().contains("no character of printable ASCII"), "{pattern}: {error}");
    }
}

#[test]
fn texts_and_lists_of_endless_length_are_not_drawn() {
    for schema in [
        json!({ "type": "string", "minLength": 500_000_000 }),
        json!({ "type": "string", "minLength": u64::MAX, "format": "base64" }),
        json!({ "type": "string", "minLength": 500_000_000, "pattern": "^a+$" }),
        json!({ "type": "array", "minItems": 500_000_000 }),
        json!({ "type": "object", "minProperties": 500_000_000 }),
    ] {
        let body = json!({ "type": "object", "required": ["v"], "properties": { "v": schema } });
        assert_eq!(check_bounded(body.clone(), &json!({ "v": "a" })), None);
        let shape = CompiledSchema::new(body, "bomb.json").unwrap();
        assert!(draw_valid(&shape, &mut SeededRng::new(1, 0, 0, 0), &DrawSettings::default()).is_err());
    }
}

#[test]
fn patterns_and_numbers_of_endless_effort_are_bounded() {
    let long = Value::from("a".repeat(5_000) + "!");
    for pattern in [
        "^((((((((a*)*)*)*)*)*)*)*)*$",
        "^(a+)+$",
        "(a|a)*b",
        "^(?=(a+)+$)b",
        "(.{1,30}){1,30}",
        "x{1000}{1000}",
        "x{60000}",
    ] {
        check_bounded(json!({ "type": "string", "pattern": pattern }), &long);
    }
    for step in [1e-300, 5e-324, 1e300, 0.0, -1.0] {
        check_bounded(json!({ "type": "number", "multipleOf": step }), &json!(1e300));
        check_bounded(json!({ "type": "integer", "multipleOf": step, "minimum": i64::MIN }), &json!(7));
    }
}

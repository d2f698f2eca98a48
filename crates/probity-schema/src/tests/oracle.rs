//! Random schemas: our walk against the `jsonschema` crate, our draws against both.

use super::compile_test_schema;
use crate::{
    CompiledSchema, DrawSettings, InputClass, SeededRng, classify_input, draw_boundary, draw_valid, simplify_value,
    vary_body,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const NAMES: [&str; 4] = ["a", "b", "c/d", "e~f"];

/// A random schema of modest depth with the keywords that `derive` writes.
fn random_schema(rng: &mut SeededRng, depth: u32) -> Value {
    let n = |rng: &mut SeededRng, below| rng.draw_below(below);
    match n(rng, if depth == 0 { 7 } else { 12 }) {
        0 => json!({"type": "boolean"}),
        1 => json!({"type": ["integer", "null"], "minimum": n(rng, 5), "maximum": 5 + n(rng, 5)}),
        2 => {
            json!({"type": "number", "exclusiveMinimum": n(rng, 3), "exclusiveMaximum": 3 + n(rng, 3)})
        }
        3 => json!({"type": "string", "minLength": n(rng, 3), "maxLength": 3 + n(rng, 4)}),
        4 => json!({"enum": ["one", "two", 3, null]}),
        5 => {
            let formats = ["uuid", "ipv4", "ipv6", "date-time", "date", "uri", "email", "time", "hostname"];
            json!({"type": "string", "format": rng.pick_element(&formats)})
        }
        6 => {
            let patterns = ["^[a-z]+$", "^\\d{2,3}-\\w*$", "x.y", "^(left|right)$", "^[^/]{2,}$", "^(?!no)[a-z]{4}$"];
            json!({"type": "string", "pattern": rng.pick_element(&patterns[..5])})
        }
        7 => json!({"type": "array", "items": random_schema(rng, depth - 1), "minItems": n(rng, 2),
            "maxItems": 2 + n(rng, 2)}),
        8 => json!({"anyOf": [random_schema(rng, depth - 1), random_schema(rng, depth - 1)]}),
        9 => json!({"allOf": [random_object(rng, depth - 1), {"required": ["a"]}]}),
        _ => random_object(rng, depth),
    }
}

fn random_object(rng: &mut SeededRng, depth: u32) -> Value {
    let mut properties = Map::new();
    for name in NAMES {
        if rng.draw_chance(2, 3) {
            properties.insert(name.into(), random_schema(rng, depth.saturating_sub(1)));
        }
    }
    let required: Vec<&str> = NAMES.into_iter().filter(|_| rng.draw_chance(1, 3)).collect();
    let mut schema = json!({"type": "object", "properties": properties, "required": required});
    match rng.draw_below(5) {
        0 if required.iter().all(|name| has_property(&schema, name)) => schema["additionalProperties"] = json!(false),
        1 => schema["additionalProperties"] = json!({"type": ["string", "null"]}),
        2 => schema["maxProperties"] = json!(6),
        _ => {}
    }
    schema
}

fn has_property(schema: &Value, name: &str) -> bool {
    schema["properties"].get(name).is_some()
}

fn random_value(rng: &mut SeededRng, depth: u32) -> Value {
    match rng.draw_below(if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(rng.draw_chance(1, 2)),
        2 => json!(rng.draw_below(10)),
        3 => json!(rng.draw_below(80) as f64 / 8.0),
        4 => json!("x".repeat(rng.draw_below(9) as usize)),
        5 => json!(rng.pick_element(&["left", "12-", "one", "2026-02-28", "10.0.0.1", "é/"])),
        6 => (0..rng.draw_below(4)).map(|_| random_value(rng, depth - 1)).collect(),
        _ => {
            let names: Vec<&str> = NAMES.into_iter().chain(["z"]).filter(|_| rng.draw_chance(1, 2)).collect();
            names.into_iter().map(|name| (name.to_string(), random_value(rng, depth - 1))).collect()
        }
    }
}

fn build_oracle(schema: &Value) -> jsonschema::Validator {
    let options = jsonschema::draft202012::options();
    options.should_validate_formats(true).build(schema).unwrap()
}

fn for_each_shape(count: u64, mut test: impl FnMut(u64, &CompiledSchema, &jsonschema::Validator, &mut SeededRng)) {
    for seed in 0..count {
        let mut rng = SeededRng::new(seed, 0, 0, 1);
        let schema = random_object(&mut rng, 3);
        test(seed, &compile_test_schema(schema.clone()), &build_oracle(&schema), &mut rng);
    }
}

#[test]
fn the_walker_agrees_with_the_library_on_any_value() {
    let (mut valid, mut invalid) = (0, 0);
    for seed in 0..3000 {
        let mut rng = SeededRng::new(seed, 0, 0, 2);
        let schema = random_schema(&mut rng, 2);
        let (ours, theirs) = (compile_test_schema(schema.clone()), build_oracle(&schema));
        for _ in 0..10 {
            let value = random_value(&mut rng, 2);
            assert_eq!(
                ours.is_valid(&value),
                theirs.is_valid(&value),
                "{schema} {value} {:?}",
                ours.find_violations(&value)
            );
            assert_eq!(ours.is_valid(&value), ours.find_violations(&value).is_empty());
            if ours.is_valid(&value) { valid += 1 } else { invalid += 1 }
        }
    }
    assert!(valid > 1000 && invalid > 1000, "{valid} {invalid}");
}

#[test]
fn every_draw_is_valid_for_the_library_and_classifies_as_valid() {
    let mut undrawable = 0;
    for_each_shape(600, |seed, shape, theirs, rng| {
        for boundary in [false, true] {
            let drawn = if boundary {
                draw_boundary(shape, rng, &DrawSettings::default())
            } else {
                draw_valid(shape, rng, &DrawSettings::default())
            };
            let value = match drawn {
                Ok(value) => value,
                Err(error) => {
                    eprintln!("{error} {}", shape.schema);
                    undrawable += 1;
                    continue;
                }
            };
            assert!(theirs.is_valid(&value), "seed {seed}: {} {value}", shape.schema);
            let classified = classify_input(Some(shape), Some(&value), None);
            assert_eq!(classified.class, InputClass::Valid, "seed {seed}: {} {value} {classified:?}", shape.schema);
        }
    });
    // Some random schemas contradict themselves (`allOf` over two types).
    assert!(undrawable < 60, "{undrawable} of 1200 could not be drawn");
}

#[test]
fn a_response_is_drawn_with_every_documented_property() {
    for_each_shape(200, |seed, shape, theirs, rng| {
        let Ok(value) = draw_valid(shape, rng, &DrawSettings::for_response()) else {
            return;
        };
        assert!(theirs.is_valid(&value), "seed {seed}");
        for name in shape.schema["properties"].as_object().unwrap().keys() {
            assert!(value.get(name).is_some(), "seed {seed}: {name} is not in {value}");
        }
    });
}

#[test]
fn an_invalid_variant_is_refused_by_the_library_and_differs_in_one_place() {
    let mut seen: BTreeMap<InputClass, usize> = BTreeMap::new();
    for_each_shape(300, |seed, shape, theirs, rng| {
        let Ok(good) = draw_valid(shape, rng, &DrawSettings::default()) else {
            return;
        };
        for deviation in vary_body(shape, &good) {
            *seen.entry(deviation.class).or_default() += 1;
            let Some(value) = &deviation.value else {
                continue;
            };
            if deviation.class == InputClass::Invalid {
                assert!(!theirs.is_valid(value), "seed {seed}: {deviation:?}");
            }
            assert_eq!(shape.is_valid(value), theirs.is_valid(value), "seed {seed}: {} {deviation:?}", shape.schema);
            let places = find_differences(&good, value, String::new());
            let within = places.iter().all(|place| place.starts_with(&deviation.pointer));
            assert!(!places.is_empty() && within, "seed {seed}: {places:?} {deviation:?}");
        }
    });
    for class in [InputClass::Valid, InputClass::Doubtful, InputClass::Invalid] {
        assert!(seen[&class] > 200, "{seen:?}");
    }
}

/// The places at which two values differ.
fn find_differences(left: &Value, right: &Value, at: String) -> Vec<String> {
    match (left, right) {
        (Value::Object(l), Value::Object(r)) => {
            let names = l.keys().chain(r.keys().filter(|name| !l.contains_key(*name)));
            names
                .flat_map(|name| {
                    let here = crate::pointer::join_pointer(&at, name);
                    match (l.get(name), r.get(name)) {
                        (Some(l), Some(r)) => find_differences(l, r, here),
                        _ => vec![here],
                    }
                })
                .collect()
        }
        (Value::Array(l), Value::Array(r)) if l.len() == r.len() => {
            let pairs = l.iter().zip(r).enumerate();
            pairs.flat_map(|(index, (l, r))| find_differences(l, r, format!("{at}/{index}"))).collect()
        }
        _ if left == right => Vec::new(),
        _ => vec![at],
    }
}

#[test]
fn repeated_simplification_ends_with_a_valid_value() {
    for_each_shape(100, |seed, shape, theirs, rng| {
        let Ok(mut value) = draw_valid(shape, rng, &DrawSettings { optional_percent: 90, ..DrawSettings::default() })
        else {
            return;
        };
        for step in 0.. {
            assert!(step < 2000, "seed {seed}: no end at {value}");
            // The last candidate is the smallest step, so this is the longest descent.
            let Some(next) = simplify_value(shape, &value, &BTreeMap::new()).pop() else {
                break;
            };
            assert!(theirs.is_valid(&next), "seed {seed}: {next}");
            value = next;
        }
    });
}

use std::collections::BTreeMap;

use serde_json::json;

use crate::expr::{Expr, TypeErrorSeverity, ValueType, check_types, find_nearest};

/// The types of the tests: a boat with a state, and pools.
fn boat_types() -> BTreeMap<String, ValueType> {
    let boat = json!({
        "type": "object",
        "required": ["name", "state", "length", "crew", "sails"],
        "properties": {
            "name": {"type": "string"},
            "state": {"type": "string", "enum": ["MOORED", "SAILING", "ADRIFT"]},
            "length": {"type": "integer"},
            "draught": {"type": "number"},
            "crew": {"type": "array", "items": {"type": "object",
                "required": ["name"], "properties": {"name": {"type": "string"}}}},
            "berth": {"type": ["string", "null"]},
            "sails": {"type": "boolean"},
            "racing": {"type": "boolean"},
            "flags": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "engine": {"type": "object", "properties": {"power": {"type": "integer"}}},
            "log": {},
        },
    });
    let pools = json!({"properties": {"states": {"items": {"enum": ["MOORED", "ADRIFT"]}},
        "berths": {"items": {"type": "string"}}}, "required": ["states", "berths"]});
    [("boat", &boat), ("pools", &pools), ("any", &json!(true))]
        .map(|(name, schema)| (name.to_string(), ValueType::from_schema(schema)))
        .into()
}

fn describe_check(text: &str) -> String {
    let expr = Expr::parse(text).expect("it parses");
    let (ty, found) = check_types(&expr, &boat_types());
    if found.is_empty() {
        return ty.to_string();
    }
    let shown = found.iter().map(|error| {
        let severity = match error.severity {
            TypeErrorSeverity::Error => "error",
            TypeErrorSeverity::Warning => "warning",
        };
        let hint = error.hint.iter().map(|hint| format!(" ({hint})"));
        let hint: String = hint.collect();
        format!("{severity} {}: {}{hint}", error.offset, error.message)
    });
    shown.collect::<Vec<_>>().join("; ")
}

fn check_table(table: &str) {
    let rows: Vec<&str> = table.lines().map(str::trim).filter(|row| !row.is_empty()).collect();
    assert!(!rows.is_empty(), "the table has rows");
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|row| {
            let (text, wanted) = row.split_once(" => ").expect("a row has an arrow");
            let found = describe_check(text.trim());
            (found != wanted.trim()).then(|| format!("{} => {found}", text.trim()))
        })
        .collect();
    assert!(wrong.is_empty(), "found instead:\n{}", wrong.join("\n"));
}

#[test]
fn an_expression_has_the_type_of_its_values() {
    check_table(
        r#"
        boat.name => a text
        boat.state => one of MOORED, SAILING, ADRIFT
        boat.draught => a number or null
        boat.engine.power => a whole number or null
        boat.flags => a map or null
        boat.flags.blue => a truth value or null
        boat.crew => a list (of a map with name)
        boat.crew.map(m, m.name) => a list (of a text)
        boat.crew.filter(m, m.name == "x")[0].name => a text
        boat.log.what.ever => anything
        any.thing[3] => anything
        boat.length + 1 => a whole number
        boat.length + 1.5 => a number
        boat.sails ? boat.state : null => one of MOORED, SAILING, ADRIFT or null
        {"a": 1} => a map with a
        "a" + boat.name => a text
        [boat.name] + ["b"] => a list (of a text)
        max([1, 2]) => a whole number
        int(boat.name) + int(1.5) => a whole number
        double(boat.length) => a number
        "#,
    );
}

#[test]
fn misspelt_names_are_found_with_a_suggestion() {
    check_table(
        r#"
        bota.name == "x" => error 0: there is no bota here (did you mean boat?)
        quay.name == "x" => error 0: there is no quay here (known: any, boat, pools)
        boat.nmae => error 5: there is no field nmae in boat (did you mean name?)
        boat.engine.cylinders => error 12: there is no field cylinders in boat.engine (known: power)
        has(boat.brth) => error 9: there is no field brth in boat (did you mean berth?)
        boat["Name"] => error 4: there is no field Name in boat (did you mean name?)
        boat.crew.all(m, m.nme == "x") => error 19: there is no field nme in m (did you mean name?)
        boat.name.first => error 10: boat.name is a text and has no fields
        "engin" in boat => error 0: there is no field engin in boat (did you mean engine?)
        "#,
    );
}

#[test]
fn parts_without_a_value_for_any_input_are_found() {
    check_table(
        r#"
        1 / 0 == 1 => error 2: this has no value for any input: division by zero
        boat.length / 0 == 1 => error 12: this has no value for any input: division by zero
        boat.length + (9223372036854775807 + 1) == 1 => error 35: this has no value for any input: the number does not fit 64 bits
        [1, 2][2] == boat.length => error 6: this has no value for any input: the index 2 is outside of a list of 2
        boat.length / 2 == 1 / 1 => a truth value
        {"a": boat.length}["a"] == 1 => a truth value
        "#,
    );
}

#[test]
fn comparisons_that_can_never_be_equal_are_found() {
    check_table(
        r#"
        boat.state == "MOORD" => error 14: boat.state is never "MOORD" (did you mean "MOORED"?)
        "gone" != boat.state => error 0: boat.state is never "gone" (it is one of MOORED, SAILING, ADRIFT)
        boat.state == 5 => error 11: boat.state is one of MOORED, SAILING, ADRIFT, 5 is a whole number: they are never equal
        boat.state in ["MOORED", "SALING"] => error 14: boat.state is never "SALING" (did you mean "SAILING"?)
        boat.state in pools.states => a truth value
        "MORED" in pools.states => error 0: "MORED" is never in pools.states (did you mean "MOORED"?)
        boat.length in pools.berths => error 12: boat.length is a whole number, each element of pools.berths is a text: they are never equal
        boat.length == 1.5 => a truth value
        boat.state in [null, ""] => a truth value
        boat.length == null => a truth value
        boat.length in [""] => error 12: boat.length is a whole number, "" is "": they are never equal
        boat.state == (boat.sails ? "SAILING" : "STOPPED") => a truth value
        boat.berth == any.thing => a truth value
        boat.crew == "ann" => error 10: boat.crew is a list (of a map with name), "ann" is "ann": they are never equal
        "#,
    );
}

#[test]
fn operands_of_a_wrong_type_are_found() {
    check_table(
        r#"
        boat.name && true => error 5: boat.name is a text, where a condition is needed
        !boat.length => error 6: boat.length is a whole number, where a condition is needed
        boat.name < 3 => error 10: a text and a whole number have no order
        boat.crew < 3 => error 5: boat.crew is a list (of a map with name), where a number, a text or a truth value is needed
        boat.name - 1 => error 5: boat.name is a text, where a number is needed
        boat.name + 1 => error 10: + cannot be applied to a text and a whole number
        boat.length.startsWith("a") => error 5: boat.length is a whole number, where a text is needed
        boat.length in 5 => error 15: 5 is a whole number, where a list or a map is needed
        boat.name.all(c, true) => error 5: boat.name is a text, where a list or a map is needed
        boat.crew["a"] => error 9: boat.crew is a list (of a map with name) and has no fields
        boat.crew[boat.name] => error 9: boat.crew is a list (of a map with name) and cannot be indexed with a text
        boat.crew[boat.sails] => error 15: boat.sails is a truth value, where a text or a whole number is needed
        boat.length % 2 == 0 && 1.5 % 2 == 0 => error 24: 1.5 is a number, where a whole number is needed
        size(boat.length) => error 10: boat.length is a whole number, where a text, a list or a map is needed
        "#,
    );
}

#[test]
fn operands_that_fit_for_some_values_only_are_a_warning() {
    check_table(
        r#"
        (boat.sails ? 1 : "a") < 3 => warning 23: a whole number or "a" and a whole number have no order
        "#,
    );
}

#[test]
fn values_that_may_be_absent_must_be_tested_first() {
    check_table(
        r#"
        boat.draught < 3 => warning 5: boat.draught may be absent, and a number, a text or a truth value is needed here (test has(boat.draught) first)
        has(boat.draught) && boat.draught < 3 => a truth value
        boat.draught < 3 && has(boat.draught) => a truth value
        !has(boat.draught) || boat.draught < 3 => a truth value
        boat.draught == null || boat.draught < 3 => a truth value
        !(boat.draught != null) || boat.draught < 3 => a truth value
        has(boat.draught) ? boat.draught < 3 : true => a truth value
        has(boat.draught) || boat.draught < 3 => warning 26: boat.draught may be absent, and a number, a text or a truth value is needed here (test has(boat.draught) first)
        has(boat.engine.power) && boat.engine.power > 3 => a truth value
        boat.berth in ["a", "b"] && boat.berth.startsWith("a") => a truth value
        boat.berth in ["a", null] && boat.berth.startsWith("a") => warning 34: boat.berth may be absent, and a text is needed here (test has(boat.berth) first)
        boat.racing && boat.sails => warning 5: boat.racing may be absent, and a condition is needed here (test has(boat.racing) first)
        boat.racing == true => a truth value
        "x" in boat.flags => warning 12: boat.flags may be absent, and a list or a map is needed here (test has(boat.flags) first)
        "#,
    );
}

#[test]
fn a_schema_determines_required_fields_and_null() {
    let shown = |schema: serde_json::Value| ValueType::from_schema(&schema).to_string();
    assert_eq!(shown(json!({"type": ["integer", "null"]})), "a whole number or null");
    assert_eq!(shown(json!({"enum": ["a", null, 3]})), r#""a" or null or a whole number"#);
    assert_eq!(shown(json!({"const": "a"})), r#""a""#);
    assert_eq!(shown(json!({"anyOf": [{"type": "string"}, {"const": "a"}]})), "a text");
    assert_eq!(shown(json!({"oneOf": [{"const": "b"}, {"const": "a"}]})), "one of b, a");
    assert_eq!(shown(json!(false)), "nothing");
    assert_eq!(shown(json!({"$ref": "#/x"})), "anything");
    let mut deep = json!({"type": "string"});
    for _ in 0..100 {
        deep = json!({"type": "array", "items": deep});
    }
    assert!(shown(deep).ends_with("a list))))))))))))))))))))))))))))))))"));
}

#[test]
fn the_nearest_name_must_be_near() {
    let names = ["status", "flavor", "id"];
    assert_eq!(find_nearest("stauts", names), Some("status"));
    assert_eq!(find_nearest("flavour", names), Some("flavor"));
    assert_eq!(find_nearest("STATUS", names), Some("status"));
    assert_eq!(find_nearest("image", names), None);
    assert_eq!(find_nearest("stael", ["stale"]), Some("stale"), "two letters that are swapped are one difference");
    assert_eq!(find_nearest("status", ["status", "statuses"]), Some("statuses"));
}

//! Variants of a body.

use super::{compile_test_schema, kettle_schema};
use crate::{simplify_value, vary_body, vary_body_at_version};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn valid_body() -> Value {
    json!({"kettle": {"label": "tin", "litres": 3, "mode": "SLOW", "cups": [{"size": 1}]}})
}

/// Expects the variants at a pointer, as `kind class`.
#[track_caller]
fn check(pointer: &str, expected: &[&str]) {
    let found = vary_body(&compile_test_schema(kettle_schema()), &valid_body());
    let here = found.iter().filter(|deviation| deviation.pointer == pointer);
    let told: Vec<String> = here.map(|deviation| format!("{} {:?}", deviation.kind, deviation.class)).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_mandatory_number_is_removed_mistyped_and_exceeded() {
    check(
        "/kettle/litres",
        &[
            "missing Invalid",
            "type:string Invalid",
            "type:number Invalid",
            "type:boolean Invalid",
            "type:array Invalid",
            "type:object Invalid",
            "null Doubtful",
            "type:numeral Invalid",
            "min-1 Invalid",
            "min Valid",
            "max Valid",
            "max+1 Invalid",
        ],
    );
}

#[test]
fn a_text_is_tried_at_its_lengths_and_outside_of_its_charset() {
    check(
        "/kettle/label",
        &[
            "missing Invalid",
            "type:integer Invalid",
            "type:number Invalid",
            "type:boolean Invalid",
            "type:array Invalid",
            "type:object Invalid",
            "null Doubtful",
            "min-1 Invalid",
            "min Valid",
            "max Valid",
            "max+1 Invalid",
            "pattern:space Invalid",
            "pattern:mark Invalid",
            "pattern:slash Invalid",
            "pattern:unicode Invalid",
            "pattern:control Invalid",
        ],
    );
}

#[test]
fn an_enumeration_is_broken_by_another_word_and_by_case() {
    check(
        "/kettle/mode",
        &[
            "missing Invalid",
            "type:integer Invalid",
            "type:number Invalid",
            "type:boolean Invalid",
            "type:array Invalid",
            "type:object Invalid",
            "null Doubtful",
            "enum Invalid",
            "enum-case Invalid",
        ],
    );
}

#[test]
fn an_absent_field_is_added_with_wrong_values() {
    check("/kettle/whistle", &["dead Doubtful"]);
    check("/kettle/steam", &["version Doubtful"]);
    check(
        "/kettle/recipe",
        &[
            "type:integer Doubtful",
            "type:number Doubtful",
            "type:boolean Doubtful",
            "type:array Doubtful",
            "type:object Doubtful",
            "null Doubtful",
            "min-1 Invalid",
            "min Valid",
            "max Valid",
            "max+1 Invalid",
            "format Invalid",
            "format Invalid",
        ],
    );
}

#[test]
fn the_whole_body_is_varied_too() {
    check(
        "",
        &[
            "type:string Invalid",
            "type:integer Invalid",
            "type:number Invalid",
            "type:boolean Invalid",
            "type:array Invalid",
            "null Doubtful",
            "missing Invalid",
        ],
    );
    check("/kettle/cups/0/surplus_probe", &["surplus Doubtful"]);
}

#[test]
fn the_microversion_decides_which_field_does_not_exist() {
    let kinds = |version| -> Vec<String> {
        let found = vary_body_at_version(&compile_test_schema(kettle_schema()), &valid_body(), version);
        found.into_iter().filter(|d| d.kind == "version").map(|d| d.pointer).collect()
    };
    assert_eq!(kinds(None), ["/kettle/steam"]);
    assert_eq!(kinds(Some("2.4")), ["/kettle/coal"]);
}

#[test]
fn a_simpler_body_leaves_pins_alone() {
    let pins = BTreeMap::from([("/kettle/litres".to_string(), json!(3))]);
    let candidates = simplify_value(&compile_test_schema(kettle_schema()), &valid_body(), &pins);
    assert_eq!(candidates[0], json!({"kettle": {"label": "tin", "litres": 3, "mode": "SLOW"}}));
    assert!(candidates.iter().all(|candidate| candidate["kettle"]["litres"] == 3), "{candidates:?}");
    assert!(candidates.iter().any(|candidate| candidate["kettle"]["cups"][0]["size"] == 0), "{candidates:?}");
}

#[test]
fn a_limit_that_two_pages_share_is_exceeded_too() {
    let schema = compile_test_schema(json!({"type": "object", "required": ["label"], "properties": {
        "label": {"type": "string", "maxLength": 4, "x-disputed": ["maxLength"], "allOf": [{"maxLength": 9}]}}}));
    let found = vary_body(&schema, &json!({"label": "tin"}));
    let lengths = found.iter().filter(|variant| variant.kind.starts_with("max"));
    let told: Vec<String> = lengths
        .map(|variant| {
            format!("{} {:?}", variant.value.as_ref().unwrap()["label"].as_str().unwrap().len(), variant.class)
        })
        .collect();
    assert_eq!(told, ["4 Valid", "5 Doubtful", "9 Doubtful", "10 Invalid"]);
}

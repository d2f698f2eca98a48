//! Classes of inputs, and their reasons.

use super::{compile_test_schema, kettle_schema};
use crate::pointer::set_at;
use crate::{DrawSettings, InputClass, SeededRng, classify_by_other_version, classify_input, draw_valid};
use serde_json::{Value, json};

fn valid_body() -> Value {
    json!({"kettle": {"label": "tin", "litres": 3, "mode": "SLOW"}})
}

/// Sets the value at the pointer of a good body and expects the class and the reasons, `pointer kind`.
#[track_caller]
fn check(pointer: &str, value: Value, class: InputClass, reasons: &[&str]) {
    let mut body = valid_body();
    set_at(&mut body, pointer, value);
    let classified = classify_input(Some(&compile_test_schema(kettle_schema())), Some(&body), None);
    let found: Vec<String> = classified.reasons.iter().map(|r| format!("{} {}", r.pointer, r.kind)).collect();
    assert_eq!((classified.class, found.iter().map(String::as_str).collect::<Vec<_>>()), (class, reasons.to_vec()));
}

#[test]
fn a_body_in_the_narrowest_reading_is_valid() {
    check("/kettle/tags", json!({"a": "b"}), InputClass::Valid, &[]);
}

#[test]
fn a_wrong_type_is_invalid_only_where_the_property_is_mandatory() {
    check("/kettle/label", json!(7), InputClass::Invalid, &["/kettle/label type"]);
    check("/kettle/note", json!(7), InputClass::Doubtful, &["/kettle/note type"]);
}

#[test]
fn null_is_doubtful() {
    check("/kettle/label", Value::Null, InputClass::Doubtful, &["/kettle/label type"]);
    check("/kettle/note", Value::Null, InputClass::Doubtful, &["/kettle/note type"]);
}

#[test]
fn a_wrong_format_of_an_optional_field_is_doubtful() {
    check("/kettle/owner", json!("me"), InputClass::Doubtful, &["/kettle/owner format"]);
}

#[test]
fn the_limits_of_an_optional_field_are_promises() {
    check("/kettle/cups", json!([]), InputClass::Invalid, &["/kettle/cups minItems"]);
    check("/kettle/cups", json!([{"size": -1}]), InputClass::Invalid, &["/kettle/cups/0/size minimum"]);
}

#[test]
fn a_break_of_the_schema_of_another_version_is_doubtful_at_most() {
    let class = |pointer: &str, value: Value| {
        let mut body = valid_body();
        set_at(&mut body, pointer, value);
        classify_by_other_version(Some(&compile_test_schema(kettle_schema())), Some(&body), None).class
    };
    assert_eq!(class("/kettle/tags", json!({"a": "b"})), InputClass::Valid);
    assert_eq!(class("/kettle/label", json!(7)), InputClass::Doubtful);
    assert_eq!(class("/kettle/owner", json!("me")), InputClass::Doubtful);
}

#[test]
fn a_body_that_may_be_left_out_is_doubtful_when_it_is() {
    let mut schema = kettle_schema();
    assert_eq!(classify_input(Some(&compile_test_schema(schema.clone())), None, None).class, InputClass::Invalid);
    schema["x-body-optional"] = json!(true);
    assert_eq!(classify_input(Some(&compile_test_schema(schema)), None, None).class, InputClass::Doubtful);
}

#[test]
fn a_disputed_keyword_is_doubtful_to_break() {
    check("/kettle/height", json!(51), InputClass::Doubtful, &["/kettle/height maximum"]);
    check("/kettle/height", json!(0), InputClass::Invalid, &["/kettle/height minimum"]);
}

#[test]
fn a_dead_field_is_doubtful_whatever_it_holds() {
    check("/kettle/whistle", json!(true), InputClass::Doubtful, &["/kettle/whistle dead"]);
    check("/kettle/whistle", json!("x"), InputClass::Doubtful, &["/kettle/whistle dead", "/kettle/whistle type"]);
}

#[test]
fn a_surplus_property_is_doubtful_at_any_depth() {
    check("/kettle/cups", json!([{"size": 1, "rim": 1}]), InputClass::Doubtful, &["/kettle/cups/0/rim surplus"]);
}

#[test]
fn invalid_wins_over_doubtful() {
    check(
        "/kettle",
        json!({"litres": 3, "mode": "SLOW", "lid": 1}),
        InputClass::Invalid,
        &["/kettle/label required", "/kettle/lid surplus"],
    );
}

#[test]
fn a_mandatory_property_of_an_absent_object_is_not_missed() {
    check("/kettle/cups", json!([{}]), InputClass::Invalid, &["/kettle/cups/0/size required"]);
    assert_eq!(
        classify_input(Some(&compile_test_schema(kettle_schema())), Some(&valid_body()), None).class,
        InputClass::Valid
    );
}

#[test]
fn a_field_counts_only_within_its_microversions() {
    let shape = compile_test_schema(kettle_schema());
    let mut body = valid_body();
    body["kettle"]["steam"] = json!("loud");
    for (version, class) in [
        (None, InputClass::Doubtful),
        (Some("2.3"), InputClass::Doubtful),
        (Some("2.4"), InputClass::Valid),
        (Some("latest"), InputClass::Valid),
    ] {
        assert_eq!(classify_input(Some(&shape), Some(&body), version).class, class, "{version:?}");
    }
    body["kettle"].as_object_mut().unwrap().remove("steam");
    body["kettle"]["coal"] = json!("dry");
    for (version, class) in
        [(None, InputClass::Valid), (Some("2.3"), InputClass::Valid), (Some("2.10"), InputClass::Doubtful)]
    {
        assert_eq!(classify_input(Some(&shape), Some(&body), version).class, class, "{version:?}");
    }
}

#[test]
fn a_body_and_its_absence_are_classified_too() {
    let kettle = compile_test_schema(kettle_schema());
    let loose = compile_test_schema(json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    assert_eq!(classify_input(None, None, None).class, InputClass::Valid);
    assert_eq!(classify_input(None, Some(&json!({})), None).class, InputClass::Doubtful);
    assert_eq!(classify_input(Some(&kettle), None, None).class, InputClass::Invalid);
    assert_eq!(classify_input(Some(&loose), None, None).class, InputClass::Doubtful);
    assert_eq!(classify_input(Some(&kettle), Some(&json!([])), None).class, InputClass::Invalid);
}

#[test]
fn an_action_whose_body_is_null_takes_null_and_doubts_the_rest() {
    let shape =
        compile_test_schema(json!({"type": "object", "required": ["boil"], "properties": {"boil": {"type": "null"}}}));
    assert_eq!(classify_input(Some(&shape), Some(&json!({"boil": null})), None).class, InputClass::Valid);
    assert_eq!(classify_input(Some(&shape), Some(&json!({"boil": {}})), None).class, InputClass::Doubtful);
    assert_eq!(classify_input(Some(&shape), Some(&json!({})), None).class, InputClass::Invalid);
}

#[test]
fn a_violation_names_the_lines_of_its_keyword_and_hides_the_text() {
    let mut body = valid_body();
    body["kettle"]["label"] = json!("s".repeat(25));
    let violations = compile_test_schema(kettle_schema()).find_violations(&body);
    let told: Vec<String> = violations
        .iter()
        .map(|v| {
            format!(
                "{} {} ({}): expected {}, found {}",
                v.pointer,
                v.keyword,
                v.source.as_ref().unwrap(),
                v.expected,
                v.found
            )
        })
        .collect();
    assert_eq!(
        told,
        ["/kettle/label maxLength (kettle:13): expected at most 24 characters, found string of 25 characters"]
    );
}

#[test]
fn a_hint_of_a_page_about_a_text_is_doubtful_to_break() {
    let shape = compile_test_schema(json!({"type": "object", "properties": {
        "name": {"type": "string", "x-charset": ["letters", "digits", "hyphens (-)"]},
        "when": {"type": "string", "x-format": "date-time"},
        "path": {"type": "string", "maxLength": 4, "x-length-unit": "bytes"}}}));
    let class = |name: &str, text: &str| classify_input(Some(&shape), Some(&json!({name: text})), None).class;
    assert_eq!([class("name", "tin-1"), class("name", "tin_1")], [InputClass::Valid, InputClass::Doubtful]);
    assert_eq!(
        [class("when", "2026-02-28T10:00:00Z"), class("when", "noon")],
        [InputClass::Valid, InputClass::Doubtful]
    );
    assert_eq!(
        [class("path", "abcd"), class("path", "ééé"), class("path", "ééééé")],
        [InputClass::Valid, InputClass::Doubtful, InputClass::Invalid]
    );
    for seed in 0..100 {
        let body = draw_valid(&shape, &mut SeededRng::new(seed, 0, 0, 0), &DrawSettings::default()).unwrap();
        assert_eq!(classify_input(Some(&shape), Some(&body), None).class, InputClass::Valid, "{body}");
    }
}

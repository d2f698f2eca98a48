//! Where a body shows a field of a resource.

use super::box_api::make_model;
use crate::model::{ResourceId, find_field_place};
use serde_json::{Value, json};
use std::sync::Arc;

/// The place of the text of the label `l1` in a body, and the value there.
fn check(body: &Value, expected: Option<(&str, Value)>) {
    let label = ResourceId { kind: 1, id: Arc::from("l1") };
    let found = find_field_place(&make_model(), body, &label, "text");
    assert_eq!(found, expected.map(|(place, value)| (place.to_string(), value)));
}

#[test]
fn a_field_is_beside_the_id_of_its_resource_however_deep() {
    let label = json!({ "id": "l1", "text": "old" });
    check(&label, Some(("/text", json!("old"))));
    check(&json!({ "labels": [{ "id": "l2" }, label] }), Some(("/labels/1/text", json!("old"))));
    check(&json!({ "a/b": { "c~d": label } }), Some(("/a~1b/c~0d/text", json!("old"))));
    check(&json!({ "id": "l1" }), Some(("/text", Value::Null)));
    check(&json!({ "id": "l2", "text": "l1" }), None);
}

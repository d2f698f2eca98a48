//! The texts of a request's body.

use serde_json::Value;

/// Collects all texts of a body, in order. A batch names its resources in the body.
pub(super) fn collect_texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect_texts(field, found)),
        _ => {}
    }
}

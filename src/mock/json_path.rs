//! Reading and writing at the paths of a response body.

use crate::expr::{FieldPath, PathKey, assign_at_path, get_at_path};
use crate::suite::UNNAMED;
use serde_json::Value;

/// The value at a path, for writing; none if the path leads nowhere.
pub(super) fn value_at_mut<'a>(body: &'a mut Value, path: &FieldPath) -> Option<&'a mut Value> {
    path.keys.iter().try_fold(body, |at, key| match key {
        PathKey::Name(name) => at.get_mut(name.as_ref()),
        PathKey::Index(index) => at.get_mut(*index),
    })
}

/// Writes a value at a path. A path through a list makes the element the last of the list; null removes the element.
pub(super) fn write_value(body: &mut Value, path: &FieldPath, value: Value) {
    let at = path.keys.iter().position(|key| matches!(key, PathKey::Index(_)));
    if let Some((at, PathKey::Index(index))) = at.map(|at| (at, &path.keys[at])) {
        let list = FieldPath { keys: path.keys[..at].to_vec(), ..path.clone() };
        if !get_at_path(body, &list).is_some_and(Value::is_array) {
            assign_at_path(body, &list, Value::Array(Vec::new()));
        }
        if let Some(items) = value_at_mut(body, &list).and_then(Value::as_array_mut) {
            items.truncate(if value.is_null() { *index } else { index + 1 });
        }
        if value.is_null() {
            return;
        }
    }
    // A state without a name is shown as a word foreign to all suites.
    assign_at_path(body, path, if value == UNNAMED { Value::from("between-states") } else { value });
}

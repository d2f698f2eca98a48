//! Reading and writing at the paths of a response body.

use crate::expr::{Key, Path, assign, get};
use crate::suite::UNNAMED;
use serde_json::Value;

/// The value at a path, for writing; none if the path leads nowhere.
pub(super) fn place<'a>(body: &'a mut Value, path: &Path) -> Option<&'a mut Value> {
    path.keys.iter().try_fold(body, |at, key| match key {
        Key::Name(name) => at.get_mut(name.as_ref()),
        Key::Index(index) => at.get_mut(*index),
    })
}

/// Writes a value at a path. A path through a list makes the element the last of the list; null removes the element.
pub(super) fn write(body: &mut Value, path: &Path, value: Value) {
    let at = path.keys.iter().position(|key| matches!(key, Key::Index(_)));
    if let Some((at, Key::Index(index))) = at.map(|at| (at, &path.keys[at])) {
        let list = Path { keys: path.keys[..at].to_vec(), ..path.clone() };
        if !get(body, &list).is_some_and(Value::is_array) {
            assign(body, &list, Value::Array(Vec::new()));
        }
        if let Some(items) = place(body, &list).and_then(Value::as_array_mut) {
            items.truncate(if value.is_null() { *index } else { index + 1 });
        }
        if value.is_null() {
            return;
        }
    }
    // A state without a name is shown as a word foreign to all suites.
    assign(body, path, if value == UNNAMED { Value::from("between-states") } else { value });
}

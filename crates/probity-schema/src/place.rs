//! JSON pointers: one step further, below, put there, taken away.

use serde_json::{Map, Value};

/// One step further in a JSON pointer.
pub(super) fn join(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"))
}

/// Whether the place `inner` is `outer` or lies below it.
pub(super) fn covers(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Puts a value at a place, making the objects that lead there.
pub(super) fn set(target: &mut Value, pointer: &str, value: Value) {
    let mut here = target;
    for step in pointer.split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        if let Value::Array(items) = here {
            let Some(index) = name.parse::<usize>().ok().filter(|&index| index <= items.len()) else {
                return;
            };
            if index == items.len() {
                items.push(Value::Null);
            }
            here = &mut items[index];
            continue;
        }
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        here = &mut here[name.as_str()];
    }
    *here = value;
}

/// Takes a property or an element away.
pub(super) fn remove(target: &mut Value, pointer: &str) {
    let Some((parent, step)) = pointer.rsplit_once('/') else {
        return;
    };
    let name = step.replace("~1", "/").replace("~0", "~");
    match target.pointer_mut(parent) {
        Some(Value::Object(entries)) => {
            entries.shift_remove(&name);
        }
        Some(Value::Array(items)) => {
            if let Some(index) = name.parse::<usize>().ok().filter(|&index| index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
}

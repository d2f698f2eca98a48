//! JSON pointers: extend, compare, set, remove.

use serde_json::{Map, Value};

/// Appends one step to a JSON pointer.
pub(super) fn join_pointer(pointer: &str, step: &str) -> String {
    let mut joined = String::with_capacity(pointer.len() + 1 + step.len());
    joined.push_str(pointer);
    joined.push('/');
    push_step(&mut joined, step);
    joined
}

/// Appends a step in the spelling of JSON pointers.
pub(super) fn push_step(pointer: &mut String, step: &str) {
    if step.contains(['~', '/']) {
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(step);
    }
}

/// Whether the place `inner` is `outer` or a place below `outer`.
pub(super) fn covers_pointer(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Sets the value at a place and creates missing objects on the way.
pub(super) fn set_at(target: &mut Value, pointer: &str, value: Value) {
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

/// Removes a property or an element.
pub(super) fn remove_at(target: &mut Value, pointer: &str) {
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

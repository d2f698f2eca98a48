//! How a value is written to the place of an input in a step.

use crate::expr::{self, FieldPath, PathKey};
use crate::plan::step::Step;
use serde_json::Value;

/// Writes a value into a step; `None` removes the present value.
pub(super) fn put_value(step: &mut Step, path: &FieldPath, value: Option<Value>) {
    let map = match path.root.as_ref() {
        "body" => {
            let body = step.call.body.get_or_insert(Value::Null);
            match value {
                Some(value) => expr::assign_at_path(body, path, value),
                None => remove_value(body, &path.keys),
            }
            return;
        }
        "header" => {
            if let [PathKey::Name(name)] = path.keys.as_slice() {
                match value {
                    Some(Value::String(text)) => step.call.headers.insert(name.to_string(), text),
                    Some(other) => step.call.headers.insert(name.to_string(), other.to_string()),
                    None => step.call.headers.remove(name.as_ref()),
                };
            }
            return;
        }
        "path" => &mut step.call.path,
        "query" => &mut step.call.query,
        _ => return,
    };
    if let Some(PathKey::Name(name)) = path.keys.first() {
        match value {
            Some(value) => map.insert(name.to_string(), value),
            None => map.remove(name.as_ref()),
        };
    }
}

fn remove_value(at: &mut Value, keys: &[PathKey]) {
    match keys {
        [PathKey::Name(last)] => {
            if let Some(object) = at.as_object_mut() {
                object.shift_remove(last.as_ref());
            }
        }
        [PathKey::Name(name), rest @ ..] => {
            if let Some(inner) = at.get_mut(name.as_ref()) {
                remove_value(inner, rest);
            }
        }
        [PathKey::Index(index), rest @ ..] => {
            if let Some(inner) = at.get_mut(index) {
                remove_value(inner, rest);
            }
        }
        [] => {}
    }
}

/// Shortens a list in the body to `length` elements.
pub(super) fn shorten_list(step: &mut Step, keys: &[PathKey], length: usize) {
    let list = step.call.body.as_mut().and_then(|body| {
        keys.iter().try_fold(body, |at, key| match key {
            PathKey::Name(name) => at.get_mut(name.as_ref()),
            PathKey::Index(index) => at.get_mut(index),
        })
    });
    if let Some(list) = list.and_then(Value::as_array_mut) {
        list.truncate(length);
    }
}

pub(super) fn make_pointer(keys: &[PathKey]) -> String {
    let mut text = String::new();
    for key in keys {
        text.push('/');
        match key {
            PathKey::Name(name) => text.push_str(&name.replace('~', "~0").replace('/', "~1")),
            PathKey::Index(index) => text.push_str(&index.to_string()),
        }
    }
    text
}

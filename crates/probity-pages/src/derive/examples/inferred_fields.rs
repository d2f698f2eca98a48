//! Types and fields of values that only examples show.

use super::values::objects;
use crate::derive::field::{Field, source};
use crate::derive::formats::is_uuid_like;
use crate::derive::types::Type;
use crate::value::{Kind, Node};

/// Limit of nesting. No known example reaches the limit.
const DEPTH_MAX: usize = 24;

/// Returns a field that only examples show.
pub(super) fn from_example(name: &str, values: &[&Node], page: &str, depth: usize) -> Field {
    let (value_type, children) = shape(values, page, depth);
    let (first, last) = values.first().map_or((1, 1), |it| (it.first, it.last));
    let mut field = Field::new(name, value_type, source(page, first, last));
    field.from_example = true;
    field.shown = true;
    field.shown_null = values.iter().any(|it| it.kind == Kind::Null);
    field.children = children;
    field
}

/// Returns the common type of values, and the fields of the objects among the values.
pub(super) fn shape(values: &[&Node], page: &str, depth: usize) -> (Type, Vec<Field>) {
    if depth > DEPTH_MAX {
        return (Type::Any, Vec::new());
    }
    let mut kinds: Vec<Type> = Vec::new();
    for node in values {
        let value_type = match &node.kind {
            Kind::Null => continue,
            Kind::Bool(_) => Type::Boolean,
            Kind::Number(it) if it.is_f64() => Type::Number,
            Kind::Number(_) => Type::Integer,
            Kind::String(_) => Type::String,
            Kind::Array(items) => {
                let items: Vec<&Node> = items.iter().collect();
                let inner = if items.is_empty() { Type::Any } else { shape(&items, page, depth + 1).0 };
                Type::Array(Box::new(inner))
            }
            Kind::Object(_) => Type::Object,
        };
        if !kinds.contains(&value_type) {
            kinds.push(value_type);
        }
    }
    let inner: Vec<&Node> = values.iter().flat_map(|it| objects(it)).collect();
    let value_type = match kinds.len() {
        0 => Type::Any,
        1 => kinds.remove(0),
        _ => Type::Union(kinds),
    };
    (value_type, shape_members(&inner, page, depth + 1))
}

/// Returns the members of objects as fields. Keys that are data become one field for any key.
pub(super) fn shape_members(nodes: &[&Node], page: &str, depth: usize) -> Vec<Field> {
    if depth > DEPTH_MAX {
        return Vec::new();
    }
    let mut keys: Vec<&str> = Vec::new();
    for (key, _) in nodes.iter().flat_map(|it| it.members()) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    if !keys.is_empty() && keys.iter().all(|key| is_data(key)) {
        let values: Vec<&Node> = nodes.iter().flat_map(|it| it.members()).map(|(_, node)| node).collect();
        let mut any = from_example("*", &values, page, depth);
        any.any_key = true;
        return vec![any];
    }
    keys.into_iter()
        .map(|key| {
            let values: Vec<&Node> = nodes.iter().filter_map(|it| it.get(key)).collect();
            from_example(key, &values, page, depth)
        })
        .collect()
}

/// Whether a key is an identifier and not the name of a field.
fn is_data(key: &str) -> bool {
    is_uuid_like(key) || key.parse::<u64>().is_ok() || key.starts_with('{') || key.starts_with('<')
}

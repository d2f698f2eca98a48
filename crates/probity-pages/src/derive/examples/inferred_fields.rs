//! Types and fields of values that only examples show.

use super::values::find_objects;
use crate::derive::field::{DraftField, make_source};
use crate::derive::formats::is_uuid_like;
use crate::derive::types::FieldType;
use crate::value::{SourceValue, SourceValueKind};

/// Limit of nesting. No known example reaches the limit.
const DEPTH_MAX: usize = 24;

/// Returns a field that only examples show.
pub(super) fn infer_field(name: &str, values: &[&SourceValue], page: &str, depth: usize) -> DraftField {
    let (value_type, children) = infer_type(values, page, depth);
    let (first, last) = values.first().map_or((1, 1), |it| (it.first, it.last));
    let mut field = DraftField::new(name, value_type, make_source(page, first, last));
    field.from_example = true;
    field.shown = true;
    field.shown_null = values.iter().any(|it| it.kind == SourceValueKind::Null);
    field.children = children;
    field
}

/// Returns the common type of values, and the fields of the objects among the values.
pub(super) fn infer_type(values: &[&SourceValue], page: &str, depth: usize) -> (FieldType, Vec<DraftField>) {
    if depth > DEPTH_MAX {
        return (FieldType::Any, Vec::new());
    }
    let mut kinds: Vec<FieldType> = Vec::new();
    for node in values {
        let value_type = match &node.kind {
            SourceValueKind::Null => continue,
            SourceValueKind::Bool(_) => FieldType::Boolean,
            SourceValueKind::Number(it) if it.is_f64() => FieldType::Number,
            SourceValueKind::Number(_) => FieldType::Integer,
            SourceValueKind::String(_) => FieldType::String,
            SourceValueKind::Array(items) => {
                let items: Vec<&SourceValue> = items.iter().collect();
                let inner = if items.is_empty() { FieldType::Any } else { infer_type(&items, page, depth + 1).0 };
                FieldType::Array(Box::new(inner))
            }
            SourceValueKind::Object(_) => FieldType::Object,
        };
        if !kinds.contains(&value_type) {
            kinds.push(value_type);
        }
    }
    let inner: Vec<&SourceValue> = values.iter().flat_map(|it| find_objects(it)).collect();
    let value_type = match kinds.len() {
        0 => FieldType::Any,
        1 => kinds.remove(0),
        _ => FieldType::Union(kinds),
    };
    (value_type, infer_members(&inner, page, depth + 1))
}

/// Returns the members of objects as fields. Keys that are data become one field for any key.
pub(super) fn infer_members(nodes: &[&SourceValue], page: &str, depth: usize) -> Vec<DraftField> {
    if depth > DEPTH_MAX {
        return Vec::new();
    }
    let mut keys: Vec<&str> = Vec::new();
    for (key, _) in nodes.iter().flat_map(|it| it.members()) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    if !keys.is_empty() && keys.iter().all(|key| is_data_key(key)) {
        let values: Vec<&SourceValue> = nodes.iter().flat_map(|it| it.members()).map(|(_, node)| node).collect();
        let mut any = infer_field("*", &values, page, depth);
        any.any_key = true;
        return vec![any];
    }
    keys.into_iter()
        .map(|key| {
            let values: Vec<&SourceValue> = nodes.iter().filter_map(|it| it.get(key)).collect();
            infer_field(key, &values, page, depth)
        })
        .collect()
}

/// Whether a key is an identifier and not the name of a field.
fn is_data_key(key: &str) -> bool {
    is_uuid_like(key) || key.parse::<u64>().is_ok() || key.starts_with('{') || key.starts_with('<')
}

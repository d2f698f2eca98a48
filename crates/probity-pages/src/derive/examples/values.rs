//! Example values: contained objects, placeholders, and the body of an example.

use crate::derive::field::BodyDirection;
use crate::derive::types::FieldType;
use crate::value::{SourceValue, SourceValueKind};

/// The body of a field during a comparison with examples.
#[derive(Clone, Copy)]
pub(in crate::derive) struct ExampleScope<'a> {
    pub page: &'a str,
    pub way: BodyDirection,
    /// Only an example describes the parent, so additional members are no doubt.
    pub silent: bool,
}

/// Returns the objects in a value: the value itself, or the elements of a list.
pub(in crate::derive) fn find_objects(node: &SourceValue) -> Vec<&SourceValue> {
    match &node.kind {
        SourceValueKind::Object(_) => vec![node],
        SourceValueKind::Array(items) => items.iter().flat_map(find_objects).collect(),
        _ => Vec::new(),
    }
}

/// Returns the objects with the children of a field of the given type.
pub(in crate::derive) fn find_member_objects<'a>(
    value_type: &FieldType,
    values: &[&'a SourceValue],
) -> Vec<&'a SourceValue> {
    match value_type {
        FieldType::Map(inner) => {
            let below: Vec<&SourceValue> = values.iter().flat_map(|it| it.members()).map(|(_, node)| node).collect();
            find_member_objects(inner, &below)
        }
        FieldType::Array(inner) if matches!(**inner, FieldType::Map(_)) => {
            let below: Vec<&SourceValue> = values.iter().flat_map(|it| find_objects(it)).collect();
            find_member_objects(inner, &below)
        }
        FieldType::Array(_) => values
            .iter()
            .filter(|it| matches!(it.kind, SourceValueKind::Array(_)))
            .flat_map(|it| find_objects(it))
            .collect(),
        _ => values.iter().copied().filter(|it| matches!(it.kind, SourceValueKind::Object(_))).collect(),
    }
}

/// Whether a value is a placeholder, such as `{lamp_id}` or `xxxx`.
pub(super) fn is_placeholder(node: &SourceValue) -> bool {
    let SourceValueKind::String(text) = &node.kind else {
        return false;
    };
    let bare = text.trim();
    bare.starts_with('{')
        || bare.starts_with('<')
        || bare.starts_with('$')
        || bare.starts_with("***")
        || bare.to_lowercase().starts_with("xxx")
        || bare == "..."
}

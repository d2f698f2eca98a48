//! Example values: contained objects, placeholders, and the body of an example.

use crate::derive::field::Way;
use crate::derive::types::Type;
use crate::value::{Kind, Node};

/// The body of a field during a comparison with examples.
#[derive(Clone, Copy)]
pub(in crate::derive) struct Scene<'a> {
    pub page: &'a str,
    pub way: Way,
    /// Only an example describes the parent, so additional members are no doubt.
    pub silent: bool,
}

/// Returns the objects in a value: the value itself, or the elements of a list.
pub(in crate::derive) fn objects(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::Object(_) => vec![node],
        Kind::Array(items) => items.iter().flat_map(objects).collect(),
        _ => Vec::new(),
    }
}

/// Returns the objects with the children of a field of the given type.
pub(in crate::derive) fn members_of<'a>(value_type: &Type, values: &[&'a Node]) -> Vec<&'a Node> {
    match value_type {
        Type::Map(inner) => {
            let below: Vec<&Node> = values.iter().flat_map(|it| it.members()).map(|(_, node)| node).collect();
            members_of(inner, &below)
        }
        Type::Array(inner) if matches!(**inner, Type::Map(_)) => {
            let below: Vec<&Node> = values.iter().flat_map(|it| objects(it)).collect();
            members_of(inner, &below)
        }
        Type::Array(_) => {
            values.iter().filter(|it| matches!(it.kind, Kind::Array(_))).flat_map(|it| objects(it)).collect()
        }
        _ => values.iter().copied().filter(|it| matches!(it.kind, Kind::Object(_))).collect(),
    }
}

/// Whether a value is a placeholder, such as `{lamp_id}` or `xxxx`.
pub(super) fn is_placeholder(node: &Node) -> bool {
    let Kind::String(text) = &node.kind else {
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

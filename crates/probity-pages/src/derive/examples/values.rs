//! Example values: the objects in a value, placeholders, and the body that an example belongs to.

use crate::derive::field::Way;
use crate::derive::types::Type;
use crate::value::{Kind, Node};

/// Where in a body we are, and who is asking.
#[derive(Clone, Copy)]
pub(in crate::derive) struct Scene<'a> {
    pub page: &'a str,
    pub way: Way,
    /// The parent is described by an example only, so its members are no news.
    pub silent: bool,
}

/// The objects in a value: itself, or the elements of a list.
pub(in crate::derive) fn objects(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::Object(_) => vec![node],
        Kind::Array(items) => items.iter().flat_map(objects).collect(),
        _ => Vec::new(),
    }
}

/// The objects that hold the children of a field of this type.
pub(in crate::derive) fn members_of<'a>(is: &Type, values: &[&'a Node]) -> Vec<&'a Node> {
    match is {
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

/// A value that stands for any other, as `{lamp_id}` or `xxxx`.
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

//! The operations of a description with their places.

use super::node::resolved;
use crate::derive::operation_draft::camel;
use crate::dialect::openapi::METHODS;
use crate::manifest::is_word;
use crate::value::Node;

/// An operation in the description.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub path: &'a str,
    pub method: &'a str,
    /// Node of the path, with the parameters of all operations of the path.
    pub item: &'a Node,
    pub operation: &'a Node,
}

/// Returns the names by which a manifest can list the operations of a page.
pub(in crate::derive) fn names(root: &Node) -> Vec<String> {
    places(root).iter().map(named).collect()
}

/// Whether a page has an operation, by operation id or by method and path.
pub(in crate::derive) fn has(root: &Node, written: &str) -> bool {
    places(root).iter().any(|it| is(it, written))
}

/// Whether an operation has the written name.
pub(super) fn is(place: &Place, written: &str) -> bool {
    let call = format!("{} {}", place.method.to_uppercase(), place.path);
    written == call || place.operation.get("operationId").and_then(Node::text) == Some(written)
}

/// Returns all operations of a description.
pub(super) fn places(root: &Node) -> Vec<Place<'_>> {
    let mut out = Vec::new();
    for (path, item) in root.get("paths").map_or(&[][..], Node::members) {
        let item = resolved(root, item);
        for (method, operation) in item.members().iter().filter(|(it, _)| METHODS.contains(&it.as_str())) {
            out.push(Place { path, method, item, operation });
        }
    }
    out
}

/// Returns the operation id as one word, or method and path without an id.
pub(super) fn named(place: &Place) -> String {
    let written = place.operation.get("operationId").and_then(Node::text).unwrap_or_default();
    if is_word(written) {
        return written.to_string();
    }
    let words = if written.is_empty() { format!("{} {}", place.method, place.path) } else { written.to_string() };
    camel(&words)
}

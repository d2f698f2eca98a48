//! The operations of a description with their places.

use super::node::follow_references;
use crate::derive::operation_draft::{make_word, to_camel_case};
use crate::dialect::openapi::METHODS;
use crate::value::SourceValue;

/// An operation in the description.
#[derive(Clone, Copy)]
pub(super) struct DescribedOperation<'a> {
    pub path: &'a str,
    pub method: &'a str,
    /// Node of the path, with the parameters of all operations of the path.
    pub item: &'a SourceValue,
    pub operation: &'a SourceValue,
}

/// Returns the names by which a manifest can list the operations of a page.
pub(in crate::derive) fn list_operation_names(root: &SourceValue) -> Vec<String> {
    find_operations(root).iter().map(name_operation).collect()
}

/// Whether a page has an operation, by operation id or by method and path.
pub(in crate::derive) fn has_operation(root: &SourceValue, written: &str) -> bool {
    find_operations(root).iter().any(|it| has_name(it, written))
}

/// Whether an operation has the written name.
pub(super) fn has_name(place: &DescribedOperation, written: &str) -> bool {
    let call = format!("{} {}", place.method.to_uppercase(), place.path);
    written == call || place.operation.get("operationId").and_then(SourceValue::as_text) == Some(written)
}

/// Returns all operations of a description.
pub(super) fn find_operations(root: &SourceValue) -> Vec<DescribedOperation<'_>> {
    let mut out = Vec::new();
    for (path, item) in root.get("paths").map_or(&[][..], SourceValue::members) {
        let item = follow_references(root, item);
        for (method, operation) in item.members().iter().filter(|(it, _)| METHODS.contains(&it.as_str())) {
            out.push(DescribedOperation { path, method, item, operation });
        }
    }
    out
}

/// Returns the operation id as one word, or method and path without an id.
pub(super) fn name_operation(place: &DescribedOperation) -> String {
    let written = place.operation.get("operationId").and_then(SourceValue::as_text).unwrap_or_default();
    if written.is_empty() { to_camel_case(&format!("{} {}", place.method, place.path)) } else { make_word(written) }
}

//! The input of a call that contains the id of an `about` entry.

use crate::expr::{Expr, FieldPath, PathKey};
use crate::schema::CompiledCatalog;
use crate::schema::catalog::Operation;
use crate::suite::{AboutEntry, IdExpression};

/// The path of the input that contains the id of an `about` entry.
pub(super) fn find_input_path(about: &AboutEntry) -> Option<FieldPath> {
    let IdExpression::Existing(expr) = &about.binding else {
        return None;
    };
    let input = |path: &FieldPath| matches!(path.root.as_ref(), "path" | "query" | "header" | "body");
    let in_loop = || expr.expand_first_elements().iter().find_map(Expr::as_path);
    expr.as_path().or_else(in_loop).filter(input).or_else(|| expr.list_reads().into_iter().find(input))
}

/// Whether every call of an operation has a value at a path: a path parameter, a required query parameter, or a place in
/// the body that is required with all its parents.
pub(super) fn is_required(schemas: &CompiledCatalog, operation: &Operation, path: &FieldPath) -> bool {
    let segment = |key: &PathKey| match key {
        PathKey::Name(name) => name.replace('~', "~0").replace('/', "~1"),
        // An element is required if the list is.
        PathKey::Index(index) => index.to_string(),
    };
    match path.root.as_ref() {
        "path" => true,
        "query" => {
            let named =
                |name: &str| operation.query.iter().any(|parameter| parameter.required && parameter.name == name);
            matches!(path.keys.as_slice(), [PathKey::Name(name)] if named(name))
        }
        "body" => {
            let Some(shape) = schemas.find_request_schema(operation, None) else { return false };
            let mut pointer = String::new();
            path.keys.iter().all(|key| {
                pointer = format!("{pointer}/{}", segment(key));
                matches!(key, PathKey::Index(_)) || shape.requires_property(&pointer)
            })
        }
        _ => false,
    }
}

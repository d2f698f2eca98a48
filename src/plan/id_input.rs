//! The input of a call that contains the id of an `about` entry.

use crate::expr::{Expr, FieldPath};
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

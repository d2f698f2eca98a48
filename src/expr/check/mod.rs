//! Static type check: defects of an expression that are certain or likely for all documents.
//!
//! The methods of `Checker` are one recursive check in four files: `nodes`, `operators`, `fields`
//! and `comparing`.

mod checker;
mod comparing;
mod fields;
mod nodes;
mod operators;

use std::collections::BTreeMap;

use super::error::TypeError;
use super::expression::Expr;
use super::types::Type;
use checker::Checker;

/// Checks an expression whose roots have the types `roots`; returns the type of its value and all
/// defects in source order.
///
/// Defects are unknown names and fields, comparisons that are never equal (such as a text outside
/// of an enumeration), and operands and arguments of a wrong type. The use of a possibly absent
/// value, where an absent value fails, is a warning.
pub fn check(expr: &Expr, roots: &BTreeMap<String, Type>) -> (Type, Vec<TypeError>) {
    let mut checker = Checker::new(expr.roots(), roots);
    let ty = checker.node(expr.node());
    let mut found = checker.found;
    found.sort_by(|a, b| (a.offset, &a.message).cmp(&(b.offset, &b.message)));
    found.dedup();
    (ty, found)
}

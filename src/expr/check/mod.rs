//! Static type check: defects of an expression that are certain or likely for all documents.
//!
//! The methods of `TypeChecker` are one recursive check in five files: `nodes`, `operators`, `fields`,
//! `comparing` and `constants`.

mod checker;
mod comparing;
mod constants;
mod fields;
mod nodes;
mod operators;

use std::collections::BTreeMap;

use super::error::ExprTypeError;
use super::expression::Expr;
use super::types::ValueType;
use checker::TypeChecker;

/// Checks an expression whose roots have the types `roots`; returns the type of its value and all
/// defects in source order.
///
/// Defects are unknown names and fields, comparisons that are never equal (such as a text outside
/// of an enumeration), parts without a value for any input (such as `1 / 0`), and operands and arguments
/// of a wrong type. The use of a possibly absent value, where an absent value fails, is a warning.
pub fn check_types(expr: &Expr, roots: &BTreeMap<String, ValueType>) -> (ValueType, Vec<ExprTypeError>) {
    let mut checker = TypeChecker::new(expr.roots(), roots);
    let ty = checker.check_node(expr.node());
    let mut found = checker.found;
    found.sort_by(|a, b| (a.offset, &a.message).cmp(&(b.offset, &b.message)));
    found.dedup();
    (ty, found)
}

//! Paths that are certainly present wherever a part of an expression counts.
//!
//! In `has(a.b) && a.b < 3` the comparison counts only if `a.b` is present. The order of terms is
//! irrelevant, because `&&` and `||` absorb an error on either side.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::{BinaryOperator, ExprNode, ExprNodeKind};
use super::path::FieldPath;
use super::reading::find_path;
use super::value::ExprValue;

/// Paths that are not null, with all prefixes.
pub(super) type PresentPaths = BTreeSet<FieldPath>;

/// The paths that are present if `node` evaluates to `truth`.
pub(super) fn find_present_paths(node: &ExprNode, truth: bool, roots: &[Arc<str>]) -> PresentPaths {
    match (&node.kind, truth) {
        (ExprNodeKind::Not(of), _) => find_present_paths(of, !truth, roots),
        (ExprNodeKind::And(terms), true) | (ExprNodeKind::Or(terms), false) => {
            let each = terms.iter().map(|term| find_present_paths(term, truth, roots));
            each.flatten().collect()
        }
        (ExprNodeKind::And(terms), false) | (ExprNodeKind::Or(terms), true) => {
            let each = terms.iter().map(|term| find_present_paths(term, truth, roots));
            each.reduce(|a, b| a.intersection(&b).cloned().collect()).unwrap_or_default()
        }
        (ExprNodeKind::Has(of), true) => list_path_prefixes(of, roots),
        (ExprNodeKind::Binary(op, two), _) => find_compared_paths(*op, &two.0, &two.1, truth, roots),
        (ExprNodeKind::Root(_) | ExprNodeKind::Select(..) | ExprNodeKind::Index(..), _) => {
            list_path_prefixes(node, roots)
        }
        _ => PresentPaths::new(),
    }
}

/// The paths that are present by a comparison.
fn find_compared_paths(
    op: BinaryOperator,
    left: &ExprNode,
    right: &ExprNode,
    truth: bool,
    roots: &[Arc<str>],
) -> PresentPaths {
    let equal = match op {
        BinaryOperator::Eq => truth,
        BinaryOperator::Ne => !truth,
        BinaryOperator::In if truth => {
            let never_null = match right.as_constant() {
                Some(ExprValue::List(items)) => !items.contains(&ExprValue::Null),
                _ => false,
            };
            return if never_null { list_path_prefixes(left, roots) } else { PresentPaths::new() };
        }
        _ => return PresentPaths::new(),
    };
    let side = |literal: &ExprNode, other: &ExprNode| match literal.as_constant() {
        Some(val) if equal != (*val == ExprValue::Null) => list_path_prefixes(other, roots),
        _ => PresentPaths::new(),
    };
    let mut found = side(left, right);
    found.extend(side(right, left));
    found
}

/// The path of a node with all prefixes.
fn list_path_prefixes(node: &ExprNode, roots: &[Arc<str>]) -> PresentPaths {
    let Some(mut path) = find_path(node, roots) else {
        return PresentPaths::new();
    };
    let mut found = PresentPaths::new();
    loop {
        found.insert(path.clone());
        if path.keys.pop().is_none() {
            return found;
        }
    }
}

//! Paths that are certainly present wherever a part of an expression counts.
//!
//! In `has(a.b) && a.b < 3` the comparison counts only if `a.b` is present. The order of terms is
//! irrelevant, because `&&` and `||` absorb an error on either side.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::{Binary, Kind, Node};
use super::path::Path;
use super::reading::path_of;
use super::value::Val;

/// Paths that are not null, with all prefixes.
pub(super) type Facts = BTreeSet<Path>;

/// The paths that are present if `node` evaluates to `truth`.
pub(super) fn facts(node: &Node, truth: bool, roots: &[Arc<str>]) -> Facts {
    match (&node.kind, truth) {
        (Kind::Not(of), _) => facts(of, !truth, roots),
        (Kind::And(terms), true) | (Kind::Or(terms), false) => {
            let each = terms.iter().map(|term| facts(term, truth, roots));
            each.flatten().collect()
        }
        (Kind::And(terms), false) | (Kind::Or(terms), true) => {
            let each = terms.iter().map(|term| facts(term, truth, roots));
            each.reduce(|a, b| a.intersection(&b).cloned().collect()).unwrap_or_default()
        }
        (Kind::Has(of), true) => there(of, roots),
        (Kind::Binary(op, two), _) => compared(*op, &two.0, &two.1, truth, roots),
        (Kind::Root(_) | Kind::Select(..) | Kind::Index(..), _) => there(node, roots),
        _ => Facts::new(),
    }
}

/// The paths that are present by a comparison.
fn compared(op: Binary, left: &Node, right: &Node, truth: bool, roots: &[Arc<str>]) -> Facts {
    let equal = match op {
        Binary::Eq => truth,
        Binary::Ne => !truth,
        Binary::In if truth => {
            let never_null = match right.as_lit() {
                Some(Val::List(items)) => !items.contains(&Val::Null),
                _ => false,
            };
            return if never_null { there(left, roots) } else { Facts::new() };
        }
        _ => return Facts::new(),
    };
    let side = |literal: &Node, other: &Node| match literal.as_lit() {
        Some(val) if equal != (*val == Val::Null) => there(other, roots),
        _ => Facts::new(),
    };
    let mut found = side(left, right);
    found.extend(side(right, left));
    found
}

/// The path of a node with all prefixes.
fn there(node: &Node, roots: &[Arc<str>]) -> Facts {
    let Some(mut path) = path_of(node, roots) else {
        return Facts::new();
    };
    let mut found = Facts::new();
    loop {
        found.insert(path.clone());
        if path.keys.pop().is_none() {
            return found;
        }
    }
}

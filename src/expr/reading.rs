//! The paths that an expression reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::{ExprNode, ExprNodeKind};
use super::path::{FieldPath, PathKey};
use super::value::ExprValue;

/// The path of a node; none if the node is not a path.
pub(super) fn find_path(node: &ExprNode, roots: &[Arc<str>]) -> Option<FieldPath> {
    let (of, key) = match &node.kind {
        ExprNodeKind::Root(slot) => {
            return Some(FieldPath { root: roots[usize::from(*slot)].clone(), keys: Vec::new() });
        }
        ExprNodeKind::Select(of, key) => (of, PathKey::Name(key.clone())),
        ExprNodeKind::Index(of, key) => match key.as_constant()? {
            ExprValue::Str(key) => (of, PathKey::Name(key.clone())),
            ExprValue::Int(index) => (of, PathKey::Index(usize::try_from(*index).ok()?)),
            _ => return None,
        },
        _ => return None,
    };
    let mut path = find_path(of, roots)?;
    path.keys.push(key);
    Some(path)
}

/// Every longest path that a node reads, sorted and without duplicates.
pub(super) fn list_reads(node: &ExprNode, roots: &[Arc<str>]) -> Vec<FieldPath> {
    let mut found = BTreeSet::new();
    collect_reads(node, roots, &mut found);
    found.into_iter().collect()
}

fn collect_reads(node: &ExprNode, roots: &[Arc<str>], found: &mut BTreeSet<FieldPath>) {
    match find_path(node, roots) {
        Some(path) => {
            found.insert(path);
        }
        None => node.for_each_part(|part| collect_reads(part, roots, found)),
    }
}

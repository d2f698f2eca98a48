//! The paths that an expression reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::{Kind, Node};
use super::path::{Key, Path};
use super::value::Val;

/// The path of a node; none if the node is not a path.
pub(super) fn path_of(node: &Node, roots: &[Arc<str>]) -> Option<Path> {
    let (of, key) = match &node.kind {
        Kind::Root(slot) => {
            return Some(Path { root: roots[usize::from(*slot)].clone(), keys: Vec::new() });
        }
        Kind::Select(of, key) => (of, Key::Name(key.clone())),
        Kind::Index(of, key) => match key.as_lit()? {
            Val::Str(key) => (of, Key::Name(key.clone())),
            Val::Int(index) => (of, Key::Index(usize::try_from(*index).ok()?)),
            _ => return None,
        },
        _ => return None,
    };
    let mut path = path_of(of, roots)?;
    path.keys.push(key);
    Some(path)
}

/// Every longest path that a node reads, sorted and without duplicates.
pub(super) fn reads(node: &Node, roots: &[Arc<str>]) -> Vec<Path> {
    let mut found = BTreeSet::new();
    collect_reads(node, roots, &mut found);
    found.into_iter().collect()
}

fn collect_reads(node: &Node, roots: &[Arc<str>], found: &mut BTreeSet<Path>) {
    match path_of(node, roots) {
        Some(path) => {
            found.insert(path);
        }
        None => node.for_each_part(|part| collect_reads(part, roots, found)),
    }
}

//! One walk over a value and its schema. A walk finds where the schema refuses the value (hard)
//! and, if asked, where the schema accepts the value without a promise of any page (soft).

mod leaf;
mod tree;
mod value;
mod walker;

pub(super) use walker::Finding;

use super::node::{NodeId, ROOT};
use super::shape::Shape;
use super::version::Asked;
use serde_json::Value;
use walker::{FINDINGS_MAX, Path, Place, Walk};

/// All places where the schema refuses the value.
pub(super) fn hard(shape: &Shape, value: &Value, asked: Asked) -> Vec<Finding> {
    let mut walk = Walk { shape, asked, soft: false, limit: FINDINGS_MAX, out: Vec::new() };
    walk.node(ROOT, value, &Path::Root, Place::TOP);
    walk.out
}

/// All places where the schema refuses the value or no page promises acceptance.
pub(super) fn all(shape: &Shape, value: &Value, asked: Asked) -> Vec<Finding> {
    let mut walk = Walk { shape, asked, soft: true, limit: FINDINGS_MAX, out: Vec::new() };
    walk.node(ROOT, value, &Path::Root, Place::TOP);
    walk.out
}

/// Whether the part of the schema at `id` accepts the value.
pub(super) fn accepts(shape: &Shape, id: NodeId, value: &Value, asked: Asked) -> bool {
    Walk::accepts(shape, id, value, asked)
}

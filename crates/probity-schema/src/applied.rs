//! The nodes of a shape that apply to a value.

use super::node::NodeId;
use super::shape::Shape;
use super::version::Asked;
use super::walk;
use serde_json::Value;

/// The node, its included nodes, and of each choice the first branch that accepts the value.
pub(super) fn reading(shape: &Shape, id: NodeId, value: &Value, asked: Asked) -> Vec<NodeId> {
    let mut ids = shape.parts(id);
    let mut next = 0;
    while next < ids.len() {
        let node = shape.node(ids[next]);
        for branches in [&node.any_of, &node.one_of] {
            let fitting = branches.iter().find(|&&branch| walk::accepts(shape, branch, value, asked));
            for part in fitting.map(|&branch| shape.parts(branch)).unwrap_or_default() {
                if !ids.contains(&part) {
                    ids.push(part);
                }
            }
        }
        next += 1;
    }
    ids
}

//! The nodes of a shape that apply to a value.

use super::compiled_schema::CompiledSchema;
use super::node::SchemaNodeId;
use super::version::RequestedVersion;
use super::walk;
use serde_json::Value;

/// The node, its included nodes, and of each choice the first branch that accepts the value.
pub(super) fn find_applied_nodes(
    shape: &CompiledSchema,
    id: SchemaNodeId,
    value: &Value,
    asked: RequestedVersion,
) -> Vec<SchemaNodeId> {
    let mut ids = shape.included_nodes(id);
    let mut next = 0;
    while next < ids.len() {
        let node = shape.node(ids[next]);
        for branches in [&node.any_of, &node.one_of] {
            let fitting = branches.iter().find(|&&branch| walk::accepts_value(shape, branch, value, asked));
            for part in fitting.map(|&branch| shape.included_nodes(branch)).unwrap_or_default() {
                if !ids.contains(&part) {
                    ids.push(part);
                }
            }
        }
        next += 1;
    }
    ids
}

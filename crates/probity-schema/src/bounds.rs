//! The lengths that a schema allows for a text at one place of a value.

use super::applied_nodes::find_applied_nodes;
use super::compiled_schema::CompiledSchema;
use super::node::{AdditionalProperties, ROOT, SchemaNodeId};
use super::version::RequestedVersion;
use serde_json::Value;

impl CompiledSchema {
    /// The least and the greatest number of characters of the text at `pointer` in `whole`; none
    /// where the schema has no bound. The place may be empty in `whole`.
    #[must_use]
    pub fn find_length_bounds(&self, whole: &Value, pointer: &str) -> (Option<u64>, Option<u64>) {
        let mut at = Some(whole);
        let mut ids = self.find_nodes_at(ROOT, at);
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            let below: Vec<SchemaNodeId> = ids.iter().filter_map(|&id| self.find_child_schema(id, &name)).collect();
            at = at.and_then(|value| match value {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                value => value.get(&name),
            });
            ids = below.into_iter().flat_map(|id| self.find_nodes_at(id, at)).collect();
        }
        let nodes = || ids.iter().map(|&id| self.node(id));
        (nodes().filter_map(|node| node.min_length).max(), nodes().filter_map(|node| node.max_length).min())
    }

    /// The nodes that apply at a place.
    fn find_nodes_at(&self, id: SchemaNodeId, value: Option<&Value>) -> Vec<SchemaNodeId> {
        value.map_or_else(
            || self.included_nodes(id),
            |value| find_applied_nodes(self, id, value, RequestedVersion::Oldest),
        )
    }

    /// The schema of a property or an element.
    fn find_child_schema(&self, id: SchemaNodeId, name: &str) -> Option<SchemaNodeId> {
        let node = self.node(id);
        let among = match node.additional {
            AdditionalProperties::Like(id) => Some(id),
            _ => None,
        };
        let item = node.items.filter(|_| name.parse::<usize>().is_ok());
        node.find_property(name).or(item).or(among)
    }
}

//! The lengths that a schema allows for a text at one place of a value.

use super::applied::reading;
use super::node::{Additional, NodeId, ROOT};
use super::shape::Shape;
use super::version::Asked;
use serde_json::Value;

impl Shape {
    /// The least and the greatest number of characters of the text at `pointer` in `whole`; none
    /// where the schema has no bound. The place may be empty in `whole`.
    #[must_use]
    pub fn lengths(&self, whole: &Value, pointer: &str) -> (Option<u64>, Option<u64>) {
        let mut at = Some(whole);
        let mut ids = self.around(ROOT, at);
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            let below: Vec<NodeId> = ids.iter().filter_map(|&id| self.below(id, &name)).collect();
            at = at.and_then(|value| match value {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                value => value.get(&name),
            });
            ids = below.into_iter().flat_map(|id| self.around(id, at)).collect();
        }
        let nodes = || ids.iter().map(|&id| self.node(id));
        (nodes().filter_map(|node| node.min_length).max(), nodes().filter_map(|node| node.max_length).min())
    }

    /// The nodes that apply at a place.
    fn around(&self, id: NodeId, value: Option<&Value>) -> Vec<NodeId> {
        value.map_or_else(|| self.parts(id), |value| reading(self, id, value, Asked::Oldest))
    }

    /// The schema of a property or an element.
    fn below(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let node = self.node(id);
        let among = match node.additional {
            Additional::Like(id) => Some(id),
            _ => None,
        };
        let item = node.items.filter(|_| name.parse::<usize>().is_ok());
        node.prop(name).or(item).or(among)
    }
}

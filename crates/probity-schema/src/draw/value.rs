//! One value, by enumeration or by type.

use super::drawer::{DEPTH_MAX, Drawer};
use super::settings::{Undrawable, fail};
use crate::node::{Node, NodeId, types_of};
use crate::types::Types;
use serde_json::Value;

impl Drawer<'_> {
    /// Draws the value at a place, or takes the pinned value.
    pub(super) fn value(&mut self, id: NodeId, at: &str, depth: usize) -> Result<Value, Undrawable> {
        if let Some(pin) = self.how.pins.get(at) {
            return Ok(pin.clone());
        }
        if depth > DEPTH_MAX {
            return Err(fail(at, "the schema has endless nesting"));
        }
        let ids = self.chosen(id);
        let nodes: Vec<&Node> = ids.iter().map(|&id| self.shape.node(id)).collect();
        if nodes.iter().any(|node| node.never) {
            return Err(fail(at, "the schema accepts nothing"));
        }
        if let Some(members) = nodes.iter().find_map(|node| node.members.as_ref()) {
            return self.member(&ids, members, at);
        }
        let types = types_of(&nodes);
        let named: Vec<Types> = Types::NAMED
            .iter()
            .map(|&(_, one)| one)
            .filter(|&one| {
                types.holds(one) && one != Types::NULL && !(one == Types::INTEGER && types.holds(Types::NUMBER))
            })
            .collect();
        match self.rng.pick(&named).copied() {
            Some(Types::STRING) => self.text(&nodes, at),
            Some(Types::OBJECT) => self.object(&nodes, at, depth),
            Some(Types::ARRAY) => self.array(&nodes, at, depth),
            Some(Types::BOOLEAN) => Ok(Value::Bool(self.rng.chance(1, 2))),
            Some(number) => self.number(&nodes, number == Types::INTEGER, at),
            None if types.holds(Types::NULL) => Ok(Value::Null),
            None => Err(fail(at, "the keywords exclude every type")),
        }
    }
}

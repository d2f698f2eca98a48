//! One value, by enumeration or by type.

use super::drawer::{DEPTH_MAX, ValueDrawer};
use super::settings::{DrawError, make_error};
use crate::node::{SchemaNode, SchemaNodeId, find_allowed_types};
use crate::types::JsonTypes;
use serde_json::Value;

impl ValueDrawer<'_> {
    /// Draws the value at a place, or takes the pinned value.
    pub(super) fn draw_value(&mut self, id: SchemaNodeId, at: &str, depth: usize) -> Result<Value, DrawError> {
        if let Some(pin) = self.how.pins.get(at) {
            return Ok(pin.clone());
        }
        if depth > DEPTH_MAX {
            return Err(make_error(at, "the schema has endless nesting"));
        }
        let ids = self.choose_branches(id);
        let nodes: Vec<&SchemaNode> = ids.iter().map(|&id| self.shape.node(id)).collect();
        if nodes.iter().any(|node| node.never) {
            return Err(make_error(at, "the schema accepts nothing"));
        }
        if let Some(members) = nodes.iter().find_map(|node| node.members.as_ref()) {
            return self.draw_member(&ids, members, at);
        }
        let types = find_allowed_types(&nodes);
        let named: Vec<JsonTypes> = JsonTypes::NAMED
            .iter()
            .map(|&(_, one)| one)
            .filter(|&one| {
                types.contains(one)
                    && one != JsonTypes::NULL
                    && !(one == JsonTypes::INTEGER && types.contains(JsonTypes::NUMBER))
            })
            .collect();
        match self.rng.pick_element(&named).copied() {
            Some(JsonTypes::STRING) => self.draw_text(&nodes, at),
            Some(JsonTypes::OBJECT) => self.draw_object(&nodes, at, depth),
            Some(JsonTypes::ARRAY) => self.draw_array(&nodes, at, depth),
            Some(JsonTypes::BOOLEAN) => Ok(Value::Bool(self.rng.draw_chance(1, 2))),
            Some(number) => self.draw_number(&nodes, number == JsonTypes::INTEGER, at),
            None if types.contains(JsonTypes::NULL) => Ok(Value::Null),
            None => Err(make_error(at, "the keywords exclude every type")),
        }
    }
}

//! Lists and objects.

use super::drawer::{ATTEMPTS, DEPTH_OPTIONAL, ITEMS_MAX, ValueDrawer};
use super::settings::{DrawError, make_error};
use crate::node::{AdditionalProperties, SchemaNode, SchemaNodeId};
use crate::pointer::{covers_pointer, join_pointer};
use crate::text::{TextLength, TextRules, draw_plain};
use serde_json::{Map, Value};

impl<'a> ValueDrawer<'a> {
    /// Draws a list.
    pub(super) fn draw_array(&mut self, nodes: &[&'a SchemaNode], at: &str, depth: usize) -> Result<Value, DrawError> {
        let least = nodes.iter().filter_map(|node| node.min_items).max();
        let most = nodes.iter().filter_map(|node| node.max_items).min();
        let low = least.unwrap_or(1).min(most.unwrap_or(u64::MAX));
        let high = most.unwrap_or(low.saturating_add(1)).min(low.saturating_add(1)).max(low);
        let near = |bound: Option<u64>| bound.filter(|&bound| bound <= ITEMS_MAX);
        let mut count = match self.choose_bound(&[near(least), near(most)]) {
            Some(bound) => {
                self.on_boundary += 1;
                bound
            }
            None if depth > DEPTH_OPTIONAL => low,
            None => low + self.rng.draw_below(high - low + 1),
        };
        count = count.max(self.count_pinned_items(at)).min(4 * ITEMS_MAX);
        let unique = nodes.iter().any(|node| node.unique);
        let schema = nodes.iter().find_map(|node| node.items);
        let mut items: Vec<Value> = Vec::new();
        for index in 0..count {
            let here = join_pointer(at, &index.to_string());
            let mut item = self.draw_item(schema, &here, depth)?;
            for _ in 0..ATTEMPTS {
                if !unique || !items.contains(&item) {
                    break;
                }
                item = self.draw_item(schema, &here, depth)?;
            }
            if unique && items.contains(&item) {
                break;
            }
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    /// Draws an object.
    pub(super) fn draw_object(&mut self, nodes: &[&'a SchemaNode], at: &str, depth: usize) -> Result<Value, DrawError> {
        let mut entries = Map::new();
        let required = |name: &str| nodes.iter().any(|node| node.required.iter().any(|known| known == name));
        for node in nodes {
            for (name, schema) in node.props.iter().flatten() {
                let wanted = !entries.contains_key(name)
                    && (self.is_pinned(at, name) || self.wants_property(*schema, required(name), depth));
                if wanted {
                    let drawn = self.draw_value(*schema, &join_pointer(at, name), depth + 1)?;
                    entries.insert(name.clone(), drawn);
                }
            }
        }
        let described = nodes.iter().any(|node| node.props.is_some());
        for name in nodes.iter().flat_map(|node| &node.required) {
            let known = nodes.iter().any(|node| node.find_property(name).is_some());
            if !known && !entries.contains_key(name) {
                let drawn = self.draw_entry(nodes, &join_pointer(at, name), depth)?;
                entries.insert(name.clone(), drawn);
            }
        }
        let least = nodes.iter().filter_map(|node| node.min_props).max().unwrap_or(0);
        let most = nodes.iter().filter_map(|node| node.max_props).min().unwrap_or(u64::MAX);
        // Further entries only where the schema describes entries: an object without any
        // description may be the empty body of an action. Beside named properties, only a schema of
        // the other entries describes them.
        let stated = nodes
            .iter()
            .any(|node| node.additional != AdditionalProperties::Unstated || !node.pattern_props.is_empty());
        let like = nodes.iter().any(|node| matches!(node.additional, AdditionalProperties::Like(_)));
        let some = if (described && !like) || !stated || depth > DEPTH_OPTIONAL {
            0
        } else {
            self.rng.draw_below(3).min(most)
        };
        let goal = least.max(some).min(ITEMS_MAX);
        for _ in 0..goal.saturating_mul(4) {
            if entries.len() as u64 >= goal {
                break;
            }
            let name = self.draw_entry_name(nodes, at)?;
            if !entries.contains_key(&name) && nodes.iter().all(|node| node.find_property(&name).is_none()) {
                let drawn = self.draw_entry(nodes, &join_pointer(at, &name), depth)?;
                entries.insert(name, drawn);
            }
        }
        Ok(Value::Object(entries))
    }

    fn draw_item(&mut self, schema: Option<SchemaNodeId>, at: &str, depth: usize) -> Result<Value, DrawError> {
        match (self.how.pins.get(at), schema) {
            (Some(pin), _) => Ok(pin.clone()),
            (None, Some(schema)) => self.draw_value(schema, at, depth + 1),
            (None, None) => Ok(Value::from(self.draw_word())),
        }
    }

    /// The number of elements that the pins in a list need.
    fn count_pinned_items(&self, at: &str) -> u64 {
        let prefix = format!("{at}/");
        let below = self.how.pins.keys().filter_map(|pin| pin.strip_prefix(&prefix));
        let indices = below.filter_map(|rest| rest.split('/').next()?.parse::<u64>().ok());
        indices.max().map_or(0, |index| index.saturating_add(1))
    }

    /// Whether a property or a place below the property has a fixed value.
    fn is_pinned(&self, at: &str, name: &str) -> bool {
        if self.how.pins.is_empty() {
            return false;
        }
        let here = join_pointer(at, name);
        self.how.pins.keys().any(|pin| covers_pointer(&here, pin))
    }

    /// Whether to draw a described property without a fixed value.
    fn wants_property(&mut self, schema: SchemaNodeId, required: bool, depth: usize) -> bool {
        let node = self.shape.node(schema);
        if node.never || !self.asked.includes_range(node.notes.versions) {
            return false;
        }
        if required {
            return true;
        }
        if self.how.avoid_doubt && (node.notes.dead || node.has_dispute("present")) {
            return false;
        }
        if self.how.avoid_doubt && node.notes.mandatory_when {
            return true;
        }
        depth <= DEPTH_OPTIONAL && self.rng.draw_chance(self.how.optional_percent, 100)
    }

    /// Draws the value of an entry that `properties` does not name.
    fn draw_entry(&mut self, nodes: &[&'a SchemaNode], at: &str, depth: usize) -> Result<Value, DrawError> {
        let like = nodes.iter().find_map(|node| match node.additional {
            AdditionalProperties::Like(schema) => Some(schema),
            _ => node.pattern_props.first().map(|&(_, schema)| schema),
        });
        match (self.how.pins.get(at), like) {
            (Some(pin), _) => Ok(pin.clone()),
            (None, Some(schema)) => self.draw_value(schema, at, depth + 1),
            (None, None) => Ok(Value::from(self.draw_word())),
        }
    }

    /// Draws the name of an entry that `properties` does not name.
    fn draw_entry_name(&mut self, nodes: &[&'a SchemaNode], at: &str) -> Result<String, DrawError> {
        if let Some(schema) = nodes.iter().find_map(|node| node.property_names) {
            let parts: Vec<&SchemaNode> =
                self.shape.included_nodes(schema).into_iter().map(|id| self.shape.node(id)).collect();
            return TextRules::from_nodes(&parts)
                .draw_text(self.rng, TextLength::Usual)
                .map_err(|cause| make_error(at, &cause));
        }
        let pattern = nodes
            .iter()
            .find(|node| !matches!(node.additional, AdditionalProperties::Like(_)))
            .and_then(|node| node.pattern_props.first());
        if let Some((pattern, _)) = pattern {
            return pattern.draw_text(self.rng).map_err(|cause| make_error(at, &cause));
        }
        Ok(self.draw_word())
    }

    fn draw_word(&mut self) -> String {
        let length = 4 + self.rng.draw_below(9);
        draw_plain(self.rng, length)
    }
}

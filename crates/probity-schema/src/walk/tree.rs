//! The checks of lists and objects.

use super::walker::{Path, Place, Walk};
use crate::node::{Additional, Node, NodeId};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

impl Walk<'_> {
    /// Checks a list and its elements.
    pub(super) fn array(&mut self, id: NodeId, node: &Node, items: &[Value], value: &Value, at: &Path, place: Place) {
        let count = items.len() as u64;
        if let Some(least) = node.min_items.filter(|&least| count < least) {
            self.break_at(id, "minItems", value, at, place, || format!("at least {least} elements"));
        }
        if let Some(most) = node.max_items.filter(|&most| count > most) {
            self.break_at(id, "maxItems", value, at, place, || format!("at most {most} elements"));
        }
        if node.unique && has_twins(items) {
            self.break_at(id, "uniqueItems", value, at, place, || "elements that all differ".into());
        }
        let inner = Place { included: false, ..place };
        if let Some(schema) = node.items {
            for (index, item) in items.iter().enumerate() {
                self.node(schema, item, &Path::Index(at, index), inner);
            }
        } else if self.soft && !place.included && !self.describes(id, |node| node.items.is_some()) {
            for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_string()) {
                self.soft_at(
                    id,
                    "undescribed",
                    item,
                    &Path::Index(at, index),
                    "only texts: no page describes the elements",
                );
            }
        }
        if self.soft && items.is_empty() && node.min_items.is_none() && node.members.is_none() && !place.included {
            self.soft_at(id, "empty", value, at, "a list with elements: no page allows an empty list");
        }
    }

    /// Checks an object and its entries.
    pub(super) fn object(
        &mut self,
        id: NodeId,
        node: &Node,
        entries: &Map<String, Value>,
        value: &Value,
        at: &Path,
        place: Place,
    ) {
        let count = entries.len() as u64;
        if let Some(least) = node.min_props.filter(|&least| count < least) {
            self.break_at(id, "minProperties", value, at, place, || format!("at least {least} properties"));
        }
        if let Some(most) = node.max_props.filter(|&most| count > most) {
            self.break_at(id, "maxProperties", value, at, place, || format!("at most {most} properties"));
        }
        for name in &node.required {
            if !entries.contains_key(name) {
                self.missing(id, node, name, at, place);
            }
        }
        let mut known = 0;
        for (name, schema) in node.props.iter().flatten() {
            let sub = self.shape.node(*schema);
            if let Some(entry) = entries.get(name) {
                known += 1;
                let mandatory = sub_is_mandatory(node, sub, name);
                let inner = Place { mandatory, capped: place.capped, included: false };
                self.node(*schema, entry, &Path::Name(at, name), inner);
            } else if self.soft
                && sub.notes.mandatory_when
                && !sub.notes.dead
                && self.asked.includes(sub.notes.versions)
            {
                self.soft_at(
                    *schema,
                    "mandatory-when",
                    &Value::Null,
                    &Path::Name(at, name),
                    "present under a condition of the page",
                );
            }
        }
        if let Some(names) = node.property_names {
            for name in entries.keys() {
                let inner = Place { mandatory: false, capped: place.capped, included: true };
                self.node(names, &Value::from(name.as_str()), &Path::Name(at, name), inner);
            }
        }
        let plain = node.pattern_props.is_empty() && matches!(node.additional, Additional::Unstated | Additional::Any);
        if known < entries.len() && !(plain && (place.included || !self.soft)) {
            self.others(id, node, entries, value, at, place);
        }
    }

    /// Records that a required property is missing, unless the property belongs to another version.
    fn missing(&mut self, id: NodeId, node: &Node, name: &str, at: &Path, place: Place) {
        let mut place = place;
        if let Some(sub) = node.prop(name).map(|sub| self.shape.node(sub)) {
            if !self.asked.includes(sub.notes.versions) {
                return;
            }
            place.capped |= !sub_is_mandatory(node, sub, name) || sub.notes.dead;
        }
        let at = Path::Name(at, name);
        let source = node.prop(name).unwrap_or(id);
        self.push(source, "required", &at, true, place.capped || node.disputes("required"), || {
            ("the property".into(), "nothing".into())
        });
    }

    /// Checks the entries that `properties` does not name.
    fn others(
        &mut self,
        id: NodeId,
        node: &Node,
        entries: &Map<String, Value>,
        value: &Value,
        at: &Path,
        place: Place,
    ) {
        let inner = Place { mandatory: false, capped: place.capped, included: false };
        let described = self.describes(id, |node| node.props.is_some() || !node.pattern_props.is_empty());
        for (name, entry) in entries.iter().filter(|(name, _)| node.prop(name).is_none()) {
            let at = Path::Name(at, name);
            let mut matched = false;
            for (pattern, schema) in &node.pattern_props {
                if pattern.matches(name) {
                    matched = true;
                    self.node(*schema, entry, &at, inner);
                }
            }
            match node.additional {
                _ if matched => {}
                Additional::Like(schema) => self.node(schema, entry, &at, inner),
                Additional::Never => {
                    self.break_at(id, "additionalProperties", entry, &at, place, || "no such property".into())
                }
                Additional::Any => {}
                Additional::Unstated if !self.soft || place.included => {}
                Additional::Unstated if self.knows(id, name, value) => {}
                Additional::Unstated if described => {
                    self.soft_at(id, "surplus", entry, &at, "no such property");
                }
                Additional::Unstated if !entry.is_string() => {
                    self.soft_at(id, "undescribed", entry, &at, "a text: no page describes the entry");
                }
                Additional::Unstated => {}
            }
        }
    }

    /// Whether this node, an included node or an accepting branch names the property.
    fn knows(&self, id: NodeId, name: &str, value: &Value) -> bool {
        let node = self.shape.node(id);
        let named = node.prop(name).is_some()
            || node.required.iter().any(|required| required == name)
            || matches!(node.additional, Additional::Any | Additional::Like(_))
            || node.pattern_props.iter().any(|(pattern, _)| pattern.matches(name));
        named
            || node.all_of.iter().any(|&part| self.knows(part, name, value))
            || node
                .any_of
                .iter()
                .chain(&node.one_of)
                .any(|&branch| self.knows(branch, name, value) && Walk::accepts(self.shape, branch, value, self.asked))
    }

    /// Whether `says` is true of the node, an included node or a branch.
    fn describes(&self, id: NodeId, says: fn(&Node) -> bool) -> bool {
        let node = self.shape.node(id);
        let mut included = node.all_of.iter().chain(&node.any_of).chain(&node.one_of);
        says(node) || included.any(|&part| self.describes(part, says))
    }
}

/// Whether a property is mandatory without condition and without dispute.
fn sub_is_mandatory(node: &Node, sub: &Node, name: &str) -> bool {
    !sub.notes.mandatory_when
        && !sub.disputes("required")
        && !node.disputes("required")
        && node.required.iter().any(|required| required == name)
}

fn has_twins(items: &[Value]) -> bool {
    let mut seen = BTreeSet::new();
    !items.iter().all(|item| seen.insert(item.to_string()))
}

//! The checks of lists and objects.

use super::walker::{SchemaWalk, ValueContext, ValuePath};
use crate::node::{AdditionalProperties, SchemaNode, SchemaNodeId};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

impl SchemaWalk<'_> {
    /// Checks a list and its elements.
    pub(super) fn check_array(
        &mut self,
        id: SchemaNodeId,
        node: &SchemaNode,
        items: &[Value],
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
    ) {
        let count = items.len() as u64;
        if let Some(least) = node.min_items.filter(|&least| count < least) {
            self.report_hard(id, "minItems", value, at, place, || format!("at least {least} elements"));
        }
        if let Some(most) = node.max_items.filter(|&most| count > most) {
            self.report_hard(id, "maxItems", value, at, place, || format!("at most {most} elements"));
        }
        if node.unique && has_twins(items) {
            self.report_hard(id, "uniqueItems", value, at, place, || "elements that all differ".into());
        }
        let inner = ValueContext { included: false, ..place };
        if let Some(schema) = node.items {
            for (index, item) in items.iter().enumerate() {
                self.check_node(schema, item, &ValuePath::Index(at, index), inner);
            }
        } else if self.soft && !place.included && !self.has_description(id, |node| node.items.is_some()) {
            for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_string()) {
                self.report_soft(
                    id,
                    "undescribed",
                    item,
                    &ValuePath::Index(at, index),
                    "only texts: no page describes the elements",
                );
            }
        }
        if self.soft && items.is_empty() && node.min_items.is_none() && node.members.is_none() && !place.included {
            self.report_soft(id, "empty", value, at, "a list with elements: no page allows an empty list");
        }
    }

    /// Checks an object and its entries.
    pub(super) fn check_object(
        &mut self,
        id: SchemaNodeId,
        node: &SchemaNode,
        entries: &Map<String, Value>,
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
    ) {
        let count = entries.len() as u64;
        if let Some(least) = node.min_props.filter(|&least| count < least) {
            self.report_hard(id, "minProperties", value, at, place, || format!("at least {least} properties"));
        }
        if let Some(most) = node.max_props.filter(|&most| count > most) {
            self.report_hard(id, "maxProperties", value, at, place, || format!("at most {most} properties"));
        }
        for name in &node.required {
            if !entries.contains_key(name) {
                self.report_missing(id, node, name, at, place);
            }
        }
        let mut known = 0;
        for (name, schema) in node.props.iter().flatten() {
            let sub = self.shape.node(*schema);
            if let Some(entry) = entries.get(name) {
                known += 1;
                let mandatory = is_mandatory_property(node, sub, name);
                let inner = ValueContext { mandatory, capped: place.capped, included: false };
                self.check_node(*schema, entry, &ValuePath::Name(at, name), inner);
            } else if self.soft
                && sub.notes.mandatory_when
                && !sub.notes.dead
                && self.asked.includes_range(sub.notes.versions)
            {
                self.report_soft(
                    *schema,
                    "mandatory-when",
                    &Value::Null,
                    &ValuePath::Name(at, name),
                    "present under a condition of the page",
                );
            }
        }
        if let Some(names) = node.property_names {
            for name in entries.keys() {
                let inner = ValueContext { mandatory: false, capped: place.capped, included: true };
                self.check_node(names, &Value::from(name.as_str()), &ValuePath::Name(at, name), inner);
            }
        }
        let plain = node.pattern_props.is_empty()
            && matches!(node.additional, AdditionalProperties::Unstated | AdditionalProperties::Any);
        if known < entries.len() && !(plain && (place.included || !self.soft)) {
            self.check_other_entries(id, node, entries, value, at, place);
        }
    }

    /// Records that a required property is missing, unless the property belongs to another version.
    fn report_missing(&mut self, id: SchemaNodeId, node: &SchemaNode, name: &str, at: &ValuePath, place: ValueContext) {
        let mut place = place;
        if let Some(sub) = node.find_property(name).map(|sub| self.shape.node(sub)) {
            if !self.asked.includes_range(sub.notes.versions) {
                return;
            }
            place.capped |= !is_mandatory_property(node, sub, name) || sub.notes.dead;
        }
        let at = ValuePath::Name(at, name);
        let source = node.find_property(name).unwrap_or(id);
        self.push_mismatch(source, "required", &at, true, place.capped || node.has_dispute("required"), || {
            ("the property".into(), "nothing".into())
        });
    }

    /// Checks the entries that `properties` does not name.
    fn check_other_entries(
        &mut self,
        id: SchemaNodeId,
        node: &SchemaNode,
        entries: &Map<String, Value>,
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
    ) {
        let inner = ValueContext { mandatory: false, capped: place.capped, included: false };
        let described = self.has_description(id, |node| node.props.is_some() || !node.pattern_props.is_empty());
        for (name, entry) in entries.iter().filter(|(name, _)| node.find_property(name).is_none()) {
            let at = ValuePath::Name(at, name);
            let mut matched = false;
            for (pattern, schema) in &node.pattern_props {
                match pattern.matches(name) {
                    Some(true) => {
                        matched = true;
                        self.check_node(*schema, entry, &at, inner);
                    }
                    Some(false) => {}
                    None => self.effort.give_up(),
                }
            }
            match node.additional {
                _ if matched => {}
                AdditionalProperties::Like(schema) => self.check_node(schema, entry, &at, inner),
                AdditionalProperties::Never => {
                    self.report_hard(id, "additionalProperties", entry, &at, place, || "no such property".into())
                }
                AdditionalProperties::Any => {}
                AdditionalProperties::Unstated if !self.soft || place.included => {}
                AdditionalProperties::Unstated if self.knows_property(id, name, value) => {}
                AdditionalProperties::Unstated if described => {
                    self.report_soft(id, "surplus", entry, &at, "no such property");
                }
                AdditionalProperties::Unstated if !entry.is_string() => {
                    self.report_soft(id, "undescribed", entry, &at, "a text: no page describes the entry");
                }
                AdditionalProperties::Unstated => {}
            }
        }
    }

    /// Whether this node, an included node or an accepting branch names the property.
    fn knows_property(&self, id: SchemaNodeId, name: &str, value: &Value) -> bool {
        let node = self.shape.node(id);
        let named = node.find_property(name).is_some()
            || node.required.iter().any(|required| required == name)
            || matches!(node.additional, AdditionalProperties::Any | AdditionalProperties::Like(_))
            || node.pattern_props.iter().any(|(pattern, _)| {
                pattern.matches(name).unwrap_or_else(|| {
                    self.effort.give_up();
                    true
                })
            });
        named
            || node.all_of.iter().any(|&part| self.knows_property(part, name, value))
            || node.any_of.iter().chain(&node.one_of).any(|&branch| {
                self.knows_property(branch, name, value)
                    && SchemaWalk::accepts_value(self.shape, branch, value, self.asked)
            })
    }

    /// Whether `says` is true of the node, an included node or a branch.
    fn has_description(&self, id: SchemaNodeId, says: fn(&SchemaNode) -> bool) -> bool {
        let node = self.shape.node(id);
        let mut included = node.all_of.iter().chain(&node.any_of).chain(&node.one_of);
        says(node) || included.any(|&part| self.has_description(part, says))
    }
}

/// Whether a property is mandatory without condition and without dispute.
fn is_mandatory_property(node: &SchemaNode, sub: &SchemaNode, name: &str) -> bool {
    !sub.notes.mandatory_when
        && !sub.has_dispute("required")
        && !node.has_dispute("required")
        && node.required.iter().any(|required| required == name)
}

fn has_twins(items: &[Value]) -> bool {
    let mut seen = BTreeSet::new();
    !items.iter().all(|item| seen.insert(item.to_string()))
}

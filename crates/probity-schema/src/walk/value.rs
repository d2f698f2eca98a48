//! The checks of one node: annotations, types, enumerations and combinations.

use super::walker::{FINDINGS_MAX, Finding, Path, Place, Walk};
use crate::class::Class;
use crate::node::{Node, NodeId};
use crate::number::same;
use crate::shape::Shape;
use crate::types::Types;
use crate::version::Asked;
use crate::words::{one_of, show};
use serde_json::Value;

impl Walk<'_> {
    /// Whether the part of the schema at `id` accepts the value. The walk ends at the first finding.
    pub(super) fn accepts(shape: &Shape, id: NodeId, value: &Value, asked: Asked) -> bool {
        let mut walk = Walk { shape, asked, soft: false, limit: 1, out: Vec::new() };
        walk.node(id, value, &Path::Root, Place::TOP);
        walk.out.is_empty()
    }

    /// Checks a value against one node and all nodes below.
    pub(super) fn node(&mut self, id: NodeId, value: &Value, at: &Path, mut place: Place) {
        if self.out.len() >= self.limit {
            return;
        }
        let node = self.shape.node(id);
        if self.soft {
            self.annotations(id, node, value, at, &mut place);
        }
        if node.never {
            self.break_at(id, "false", value, at, place, || "nothing".into());
            return;
        }
        if !self.types(id, node, value, at, place) {
            return;
        }
        if let Some(members) = &node.members
            && !members.iter().any(|member| same(member, value))
        {
            let place = Place { capped: place.capped || value.is_null(), ..place };
            self.break_at(id, "enum", value, at, place, || one_of(members));
        }
        match value {
            Value::String(text) => self.text(id, node, text, value, at, place),
            Value::Number(number) => self.number(id, node, number, value, at, place),
            Value::Array(items) => self.array(id, node, items, value, at, place),
            Value::Object(entries) => self.object(id, node, entries, value, at, place),
            Value::Null | Value::Bool(_) => {}
        }
        self.combined(id, node, value, at, place);
    }

    fn annotations(&mut self, id: NodeId, node: &Node, value: &Value, at: &Path, place: &mut Place) {
        if node.notes.dead {
            self.soft_at(id, "dead", value, at, "no such field: the page documents the field as without effect");
            place.capped = true;
        }
        if node.disputes("present") {
            self.soft_at(id, "present", value, at, "no such field: only one of the pages has the field");
            place.capped = true;
        }
        if !self.asked.includes(node.notes.versions) {
            self.soft_at(id, "version", value, at, "no such field in this version");
            place.capped = true;
        }
    }

    /// Whether the type of the value is allowed.
    fn types(&mut self, id: NodeId, node: &Node, value: &Value, at: &Path, place: Place) -> bool {
        let Some(types) = node.types else { return true };
        if types.holds(Types::of(value)) {
            return true;
        }
        let unsure = value.is_null() || !place.mandatory || node.takes_only_null() || node.notes.untabled;
        let place = Place { capped: place.capped || unsure, ..place };
        self.break_at(id, "type", value, at, place, || types.names().join(" or "));
        false
    }

    /// Checks `allOf`, `anyOf`, `oneOf` and the keywords of the `jsonschema` crate.
    fn combined(&mut self, id: NodeId, node: &Node, value: &Value, at: &Path, place: Place) {
        let inner = Place { included: true, ..place };
        for &part in &node.all_of {
            self.node(part, value, at, inner);
        }
        if !node.any_of.is_empty() {
            self.choice(id, "anyOf", &node.any_of, value, at, place);
        }
        if !node.one_of.is_empty() {
            self.choice(id, "oneOf", &node.one_of, value, at, place);
        }
        for (keyword, validator) in &node.rest {
            if !validator.is_valid(value) {
                // For a compound condition nobody can tell whether all pages agree.
                self.push(id, keyword, at, true, true, || ("the condition of the schema".into(), show(value, keyword)));
            }
        }
    }

    /// Checks a choice. The findings are those of the best branch: a value is as good as its best reading.
    fn choice(&mut self, id: NodeId, keyword: &str, branches: &[NodeId], value: &Value, at: &Path, place: Place) {
        let mut accepting = 0;
        let mut best: Option<(Class, Vec<Finding>)> = None;
        let mut least = Class::Invalid;
        for &branch in branches {
            let mut walk =
                Walk { shape: self.shape, asked: self.asked, soft: self.soft, limit: FINDINGS_MAX, out: Vec::new() };
            walk.node(branch, value, at, Place { included: true, ..place });
            let class = walk.out.iter().map(|finding| finding.class).max().unwrap_or(Class::Valid);
            if walk.out.iter().any(|finding| finding.hard) {
                least = least.min(class);
                continue;
            }
            accepting += 1;
            if best.as_ref().is_none_or(|(known, _)| class < *known) {
                best = Some((class, walk.out));
            }
        }
        match best {
            Some((_, findings)) if accepting == 1 || keyword == "anyOf" => self.out.extend(findings),
            Some(_) => self.push(id, keyword, at, true, true, || {
                (format!("exactly one of {} forms", branches.len()), format!("{accepting} of the forms"))
            }),
            None => {
                let capped = place.capped || least != Class::Invalid;
                self.push(id, keyword, at, true, capped || self.shape.node(id).disputes(keyword), || {
                    (format!("one of {} forms", branches.len()), show(value, keyword))
                });
            }
        }
    }
}

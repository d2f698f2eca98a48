//! The checks of one node: annotations, types, enumerations and combinations.

use super::walker::{FINDINGS_MAX, SchemaMismatch, SchemaWalk, ValueContext, ValuePath, WalkEffort};
use crate::class::InputClass;
use crate::compiled_schema::CompiledSchema;
use crate::describe::{describe_members, describe_value};
use crate::node::{SchemaNode, SchemaNodeId};
use crate::number::are_equal;
use crate::pattern::check_with_library;
use crate::types::JsonTypes;
use crate::version::RequestedVersion;
use serde_json::Value;
use std::rc::Rc;

impl SchemaWalk<'_> {
    /// Whether the part of the schema at `id` accepts the value. The walk ends at the first finding.
    pub(super) fn accepts_value(
        shape: &CompiledSchema,
        id: SchemaNodeId,
        value: &Value,
        asked: RequestedVersion,
    ) -> bool {
        let effort = &WalkEffort::new();
        let mut walk = SchemaWalk { shape, asked, soft: false, limit: 1, out: Vec::new(), effort };
        walk.check_node(id, value, &ValuePath::Root, ValueContext::TOP);
        // A walk without a result refutes nothing.
        walk.out.is_empty() || effort.is_exhausted()
    }

    /// Checks a value against one node and all nodes below.
    pub(super) fn check_node(&mut self, id: SchemaNodeId, value: &Value, at: &ValuePath, mut place: ValueContext) {
        if self.out.len() >= self.limit || !self.effort.count_visit() {
            return;
        }
        let node = self.shape.node(id);
        if self.soft {
            self.check_annotations(id, node, value, at, &mut place);
        }
        if node.never {
            self.report_hard(id, "false", value, at, place, || "nothing".into());
            return;
        }
        if !self.check_type(id, node, value, at, place) {
            return;
        }
        if let Some(members) = &node.members
            && !members.iter().any(|member| are_equal(member, value))
        {
            let place = ValueContext { capped: place.capped || value.is_null(), ..place };
            self.report_hard(id, "enum", value, at, place, || describe_members(members));
        }
        match value {
            Value::String(text) => self.check_text(id, node, text, value, at, place),
            Value::Number(number) => self.check_number(id, node, number, value, at, place),
            Value::Array(items) => self.check_array(id, node, items, value, at, place),
            Value::Object(entries) => self.check_object(id, node, entries, value, at, place),
            Value::Null | Value::Bool(_) => {}
        }
        self.check_combinations(id, node, value, at, place);
    }

    fn check_annotations(
        &mut self,
        id: SchemaNodeId,
        node: &SchemaNode,
        value: &Value,
        at: &ValuePath,
        place: &mut ValueContext,
    ) {
        if node.notes.dead {
            self.report_soft(id, "dead", value, at, "no such field: the page documents the field as without effect");
            place.capped = true;
        }
        if node.has_dispute("present") {
            self.report_soft(id, "present", value, at, "no such field: only one of the pages has the field");
            place.capped = true;
        }
        if !self.asked.includes_range(node.notes.versions) {
            self.report_soft(id, "version", value, at, "no such field in this version");
            place.capped = true;
        }
    }

    /// Whether the type of the value is allowed.
    fn check_type(
        &mut self,
        id: SchemaNodeId,
        node: &SchemaNode,
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
    ) -> bool {
        let Some(types) = node.types else { return true };
        if types.contains(JsonTypes::from_value(value)) {
            return true;
        }
        let unsure = value.is_null() || !place.mandatory || node.takes_only_null() || node.notes.untabled;
        let place = ValueContext { capped: place.capped || unsure, ..place };
        self.report_hard(id, "type", value, at, place, || types.names().join(" or "));
        false
    }

    /// Checks `allOf`, `anyOf`, `oneOf` and the keywords of the `jsonschema` crate.
    fn check_combinations(
        &mut self,
        id: SchemaNodeId,
        node: &SchemaNode,
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
    ) {
        let inner = ValueContext { included: true, ..place };
        for &part in &node.all_of {
            self.check_node(part, value, at, inner);
        }
        if !node.any_of.is_empty() {
            self.check_choice(id, "anyOf", &node.any_of, value, at, place);
        }
        if !node.one_of.is_empty() {
            self.check_choice(id, "oneOf", &node.one_of, value, at, place);
        }
        for (keyword, validator) in &node.rest {
            match check_with_library(validator, value) {
                Some(true) => {}
                // For a compound condition nobody can tell whether all pages agree.
                Some(false) => self.push_mismatch(id, keyword, at, true, true, || {
                    ("the condition of the schema".into(), describe_value(value, keyword))
                }),
                None => self.effort.give_up(),
            }
        }
    }

    /// The findings of one branch of a choice.
    fn check_branch(
        &self,
        branch: SchemaNodeId,
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
    ) -> Vec<SchemaMismatch> {
        let (shape, asked, soft, effort) = (self.shape, self.asked, self.soft, self.effort);
        let mut walk = SchemaWalk { shape, asked, soft, limit: FINDINGS_MAX, out: Vec::new(), effort };
        walk.check_node(branch, value, at, place);
        walk.out
    }

    /// Checks a choice. The findings are those of the best branch: a value is as good as its best reading.
    fn check_choice(
        &mut self,
        id: SchemaNodeId,
        keyword: &str,
        branches: &[SchemaNodeId],
        value: &Value,
        at: &ValuePath,
        place: ValueContext,
    ) {
        let mut accepting = 0;
        let mut best: Option<(InputClass, Rc<[SchemaMismatch]>)> = None;
        let mut least = InputClass::Invalid;
        let inner = ValueContext { included: true, ..place };
        for &branch in branches {
            let found =
                self.effort.remember_branch(branch, value, inner, || self.check_branch(branch, value, at, inner));
            let class = found.iter().map(|finding| finding.class).max().unwrap_or(InputClass::Valid);
            if found.iter().any(|finding| finding.hard) {
                least = least.min(class);
                continue;
            }
            accepting += 1;
            if best.as_ref().is_none_or(|(known, _)| class < *known) {
                best = Some((class, found));
            }
        }
        match best {
            Some((_, findings)) if accepting == 1 || keyword == "anyOf" => self.out.extend(findings.iter().cloned()),
            Some(_) => self.push_mismatch(id, keyword, at, true, true, || {
                (format!("exactly one of {} forms", branches.len()), format!("{accepting} of the forms"))
            }),
            None => {
                let capped = place.capped || least != InputClass::Invalid;
                self.push_mismatch(id, keyword, at, true, capped || self.shape.node(id).has_dispute(keyword), || {
                    (format!("one of {} forms", branches.len()), describe_value(value, keyword))
                });
            }
        }
    }
}

//! Why the guard of a clause held, or did not hold, for one call in one possible state.

use super::applicability::{ResourceCombination, applies_in_transition, list_combinations};
use super::call_memory::CallMemory;
use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::compile::{Model, find_state_field};
use super::evidence::{GuardAccount, GuardPart, GuardValue};
use super::possible_state::{PossibleResource, find_resource};
use super::roots::{ExpressionRoots, make_world_root};
use crate::expr::{DecidingPart, Expr, ExprValue};
use crate::schema::InputClass;
use crate::suite::{Clause, ClauseDecision, LetDefinition};
use std::sync::Arc;

/// A call in one possible state, as the guards of clauses read it.
#[derive(Clone, Copy)]
pub(super) struct CallSituation<'a> {
    pub model: &'a Model,
    pub asked: &'a CallView,
    pub world: &'a [Arc<PossibleResource>],
    pub unknown_kinds: &'a [usize],
    /// The body of the response, where a condition on the response is explained.
    pub reply: Option<&'a ExprValue>,
    /// The memory of the plan's calls, and the time of the present call in milliseconds.
    pub memory: (&'a CallMemory, u64),
}

impl CallSituation<'_> {
    /// Accounts for the guard of a clause. Of a batch, the account is of a resource for which the clause does not
    /// apply, if there is one.
    pub fn account_guard(&self, id: ClauseId) -> GuardAccount {
        let Some(clause) = self.model.find_suite_clause(id) else {
            return GuardAccount { clause: id, parts: Vec::new() };
        };
        let combinations = list_combinations(self.model, self.asked, self.world);
        let mut accounts = combinations.iter().map(|combination| self.list_parts(clause, combination));
        let first = accounts.next().unwrap_or_default();
        let fails = |parts: &Vec<GuardPart>| parts.iter().any(|part| part.holds == Some(false));
        let wanted = matches!(clause.decision, ClauseDecision::Accept(_));
        let parts = if fails(&first) == wanted {
            first
        } else {
            accounts.find(|parts| fails(parts) == wanted).unwrap_or(first)
        };
        GuardAccount { clause: id, parts }
    }

    /// The parts of a condition that are not true.
    pub fn list_broken_parts(&self, condition: &Expr) -> Vec<GuardPart> {
        let combinations = list_combinations(self.model, self.asked, self.world);
        let mut explained = combinations.iter().map(|combination| self.explain(condition, combination));
        let broken = |parts: &Vec<GuardPart>| parts.iter().any(|part| part.holds != Some(true));
        explained.find(broken).unwrap_or_default()
    }

    fn list_parts(&self, clause: &Clause, combination: &ResourceCombination<'_>) -> Vec<GuardPart> {
        let mut parts = Vec::new();
        if matches!(clause.decision, ClauseDecision::Accept(_)) {
            if self.asked.class == InputClass::Invalid {
                parts.push(GuardPart::plain("the input is valid".to_string(), false));
            }
            let missing = combination.iter().filter(|(_, id, value)| id.is_some() && *value == ExprValue::Null);
            parts.extend(missing.map(|(name, ..)| GuardPart::plain(format!("the {name} exists"), false)));
        }
        if let Some(guard) = clause.when.as_ref().filter(|_| parts.is_empty()) {
            parts.extend(self.explain(guard, combination));
        }
        if !applies_in_transition(clause) {
            for (name, id, _) in combination {
                let held = id.and_then(|id| find_resource(self.world, id));
                if let Some(held) = held.filter(|held| held.state.transition.is_some()) {
                    let state = find_state_field(self.model, usize::from(held.id.kind));
                    let values = state.map(|index| {
                        let field = &self.model.resource_kind(&held.id).fields[index].name;
                        self.make_value(format!("{name}.{field}"), held.state.fields[index].clone(), combination)
                    });
                    parts.push(GuardPart {
                        text: format!("the {name} is settled"),
                        holds: Some(false),
                        values: values.into_iter().collect(),
                    });
                }
            }
        }
        if parts.iter().any(|part| part.holds == Some(false)) {
            parts.retain(|part| part.holds == Some(false));
        }
        parts
    }

    fn explain(&self, condition: &Expr, combination: &ResourceCombination<'_>) -> Vec<GuardPart> {
        let kinds = self.model.operations[&self.asked.operation].reads_all.iter().copied();
        let all = make_world_root(self.model, kinds, self.world, self.asked.owner, self.unknown_kinds);
        let resources: Vec<(&str, ExprValue)> =
            combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
        let roots = ExpressionRoots {
            model: self.model,
            call: self.asked,
            resources: &resources,
            reply: self.reply,
            entry: None,
            world: Some(&all),
        };
        let named = |name: &str| match self.model.suite.lets.get(name) {
            Some(LetDefinition::Expression(expr)) => Some(expr.clone()),
            _ => None,
        };
        let convert = |DecidingPart { text, truth, values }: DecidingPart| GuardPart {
            text,
            holds: truth,
            values: values
                .into_iter()
                .filter(|(path, _)| !self.model.suite.lets.contains_key(path.root.as_ref()))
                .map(|(path, value)| self.make_value(path.to_string(), value, combination))
                .collect(),
        };
        condition.explain_truth(&roots, &named).into_iter().map(convert).collect()
    }

    fn make_value(&self, path: String, value: ExprValue, combination: &ResourceCombination<'_>) -> GuardValue {
        let root = path.split(['.', '[']).next().unwrap_or_default();
        let id = combination.iter().find(|(name, ..)| *name == root).and_then(|(_, id, _)| *id);
        let (memory, now) = self.memory;
        let field = id.and_then(|id| {
            let name = path.strip_prefix(root)?.strip_prefix('.')?;
            self.model.resource_kind(id).fields.iter().position(|field| field.name == name)
        });
        let shown = id.and_then(|id| memory.find_shown(id, field));
        let seen_before_ms = shown.map(|shown| now.saturating_sub(shown.received_ms));
        // Of a whole resource, the state is enough.
        let state = id.filter(|_| path == root).and_then(|id| self.model.resource_kind(id).state.as_ref());
        match (state, &value) {
            (Some(state), ExprValue::Map(record)) => {
                let value = record.get(state.as_str()).cloned().unwrap_or(ExprValue::Unknown);
                GuardValue { path: format!("{path}.{state}"), value, seen_before_ms }
            }
            _ => GuardValue { path, value, seen_before_ms },
        }
    }
}

impl GuardPart {
    fn plain(text: String, holds: bool) -> GuardPart {
        GuardPart { text, holds: Some(holds), values: Vec::new() }
    }
}

//! Hollow passes: clauses that passed although an endpoint without the promised behaviour would have passed too.

use crate::model::{ClauseId, ClauseTally, EffectField, Model, has_accepting_clause, list_telling_fields};
use crate::suite::ClauseDecision;
use std::collections::BTreeSet;

/// What no exchange showed and a pass of the clause needs, in words; empty for a proper pass.
#[must_use]
pub fn list_missing_proof(model: &Model, tally: &ClauseTally, clause: ClauseId) -> Vec<String> {
    let told = tally.told_effects.get(&clause);
    let fields = list_telling_fields(model, clause);
    let untold = fields.iter().filter(|field| told.is_none_or(|told| !told.contains(field)));
    let mut missing: Vec<String> = untold.map(|field| describe_untold(model, *field)).collect();
    missing.extend(find_refused_only(model, tally, clause));
    missing
}

fn describe_untold(model: &Model, told: EffectField) -> String {
    let resource = &model.suite.resources[usize::from(told.kind)];
    let (kind, field) = (&resource.name, &resource.fields[usize::from(told.field)].name);
    if told.newborn {
        format!("no call created a {kind} with a {field} that is not empty")
    } else {
        format!("no call gave the {field} of a {kind} another value than before")
    }
}

/// A refusal tells something only where the endpoint accepts the operation at all. An operation that no clause accepts
/// is left out.
fn find_refused_only(model: &Model, tally: &ClauseTally, clause: ClauseId) -> Option<String> {
    let written = model.find_suite_clause(clause)?;
    matches!(written.decision, ClauseDecision::Refuse(_)).then_some(())?;
    let refused: BTreeSet<&String> = tally.passed_by.get(&clause)?.keys().collect();
    let is_accepted = |operation: &&String| {
        tally.accepted.contains(*operation) || !has_accepting_clause(model, &model.operations[*operation])
    };
    if refused.is_empty() || refused.iter().any(is_accepted) {
        return None;
    }
    Some("no other call of the operation was accepted, so each refusal may have another reason".to_string())
}

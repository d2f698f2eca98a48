//! Deletions that leave the resource visible: states in which the suite lets a deleted resource stay.

use crate::expr::ExprValue;
use crate::history::{Call, Outcome};
use crate::model::{CallView, EvaluationLog, Model, OutcomeKind, ResourceId, find_state_field, read_observations};
use crate::schema::InputClass;
use crate::suite::{Effect, EffectValue, StageExpression};
use std::collections::BTreeSet;

/// The states in which a deleted resource of a kind may stay: the final states that the clauses of its deletion name.
#[must_use]
pub fn list_kept_states(model: &Model, kind: usize) -> BTreeSet<String> {
    let Some(deletion) = &model.deletions[kind] else { return BTreeSet::new() };
    let operation = &model.operations[&deletion.operation];
    let clauses = operation.clauses.iter().filter_map(|clause| model.find_suite_clause(*clause));
    let effects: Vec<&Effect> =
        clauses.flat_map(|clause| clause.then.iter().chain(clause.or.iter().flat_map(|way| &way.then))).collect();
    let about: BTreeSet<&str> =
        operation.about.iter().filter(|about| about.resource == kind).map(|about| about.name.as_str()).collect();
    let of_kind = |effect: &&&Effect| about.iter().any(|name| effect.target.is_named(name));
    let state = model.suite.resources[kind].state.as_deref();
    let final_state = |effect: &&Effect| match &effect.value {
        EffectValue::Transition(stages) if Some(effect.field.as_str()) == state => match stages.last() {
            Some(StageExpression::State(name)) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter(of_kind).filter_map(final_state).collect()
}

/// Whether a read shows the resource in one of the states, settled.
#[must_use]
pub fn shows_kept_state(
    model: &Model,
    id: &ResourceId,
    states: &BTreeSet<String>,
    read: &Call,
    shown: &Outcome,
) -> bool {
    let Some(field) = find_state_field(model, usize::from(id.kind)).filter(|_| !states.is_empty()) else {
        return false;
    };
    let asked = CallView::new(model, read, InputClass::Valid);
    let seen = read_observations(model, &asked, &OutcomeKind::classify(shown), &EvaluationLog::discarding());
    seen.resources.iter().any(|seen| {
        let state = match seen.fields.get(field) {
            Some(Some(ExprValue::Str(state))) => states.contains(&**state),
            _ => false,
        };
        seen.id == *id && state && seen.settled != Some(false)
    })
}

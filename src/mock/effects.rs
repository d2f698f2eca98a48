//! The effects of an accepted call on the resources.

use super::faulty_effects::{apply_fault, choose_other_value};
use super::mock_resources::MockResources;
use super::mutant::{FaultKind, Mutant};
use super::response_context::ResponseContext;
use crate::expr::ExprValue;
use crate::model::{
    ClauseId, ClauseOrigin, EffectContext, Existence, GeneratedClause, Model, PossibleState, ResourceId, ResourceState,
    TransitionStage, apply_choice, find_resource, list_choices, replace_resources,
};
use crate::schema::SeededRng;
use crate::suite::{FieldMutability, UNNAMED};
use std::collections::BTreeMap;

/// The resources after one permitted outcome of the call, or after the outcome of the mutant. A field whose value cannot
/// be evaluated keeps its value.
pub(super) fn apply_clauses(
    context: &ResponseContext<'_>,
    before: &PossibleState,
    clauses: &[ClauseId],
    moment: &EffectContext<'_>,
    rng: &mut SeededRng,
) -> PossibleState {
    let model = context.model;
    if clauses.is_empty() {
        // Without a clause, the call creates its resources, and existing resources stay unchanged.
        return apply_choice(model, context.call, before, &Vec::new(), moment);
    }
    let open = list_choices(model, context.call, before, clauses, moment);
    let exception = rng.draw_chance(context.tempo.exception_percent, 100);
    let choice = if exception { rng.pick_element(&open) } else { open.first() };
    let mut choice = choice.cloned().unwrap_or_default();
    if let Some(Mutant { clause, kind: FaultKind::ActsAs(other), .. }) = context.fault
        && clauses.contains(clause)
    {
        choice.push((*other, 0));
    }
    let after = apply_choice(model, context.call, before, &choice, moment);
    let after = keep_open_values(model, before, after);
    match context.fault {
        Some(fault) if clauses.contains(&fault.clause) => apply_fault(model, context.call, before, after, fault),
        _ => after,
    }
}

/// Keeps the old value wherever a clause allows every value. An undetermined new resource is not created.
fn keep_open_values(model: &Model, before: &PossibleState, after: PossibleState) -> PossibleState {
    let mut changed = BTreeMap::new();
    for held in &after {
        let old = find_resource(before, &held.id);
        if held.state.undetermined_since.is_some() {
            let never = || ResourceState { existence: Existence::Gone, undetermined_since: None, ..held.state.clone() };
            changed.insert(held.id.clone(), old.map_or_else(never, |old| old.state.clone()));
            continue;
        }
        let Some(old) = old else { continue };
        let open = |(new, known): (&ExprValue, &ExprValue)| new.has_unknown() && !known.has_unknown();
        let news = held.state.fields.iter().chain(&held.state.memory);
        let olds = old.state.fields.iter().chain(&old.state.memory);
        if !news.zip(olds).any(open) {
            continue;
        }
        let keep = |new: &[ExprValue], old: &[ExprValue]| -> Vec<ExprValue> {
            new.iter().zip(old).map(|(new, old)| if new.has_unknown() { old.clone() } else { new.clone() }).collect()
        };
        let fields = keep(&held.state.fields, &old.state.fields);
        let memory = keep(&held.state.memory, &old.state.memory);
        changed.insert(held.id.clone(), ResourceState { fields, memory, ..held.state.clone() });
    }
    replace_resources(model, &after, changed)
}

/// Draws a stable state for each transition whose end the suite leaves open.
pub(super) fn choose_open_ends(model: &Model, world: PossibleState, rng: &mut SeededRng) -> PossibleState {
    let mut changed = BTreeMap::new();
    for held in &world {
        let Some(motion) = &held.state.transition else { continue };
        let Some(open) = motion.stages.iter().position(|step| *step == TransitionStage::State(ExprValue::Unknown))
        else {
            continue;
        };
        let mut states = vec![ExprValue::from(UNNAMED)];
        states.extend(model.resource_kind(&held.id).stable.iter().map(|state| ExprValue::from(state.as_str())));
        let mut thing = held.state.clone();
        if let (Some(motion), Some(state)) = (&mut thing.transition, rng.pick_element(&states)) {
            motion.stages[open] = TransitionStage::State(state.clone());
        }
        changed.insert(held.id.clone(), thing);
    }
    replace_resources(model, &world, changed)
}

/// Breaks the promises about constant and growing fields at each changing call. No single clause owns these promises.
pub(super) fn break_constant_fields(
    context: &ResponseContext<'_>,
    state: &mut MockResources,
    before: &PossibleState,
    clauses: &[ClauseId],
    rng: &mut SeededRng,
) {
    let model = context.model;
    let Some(fault) = context.fault else { return };
    let (FaultKind::Changes(index) | FaultKind::GoesBack(index)) = fault.kind else { return };
    let ClauseOrigin::Generated(GeneratedClause::Field(kind, _)) = model.clause_info(fault.clause).origin else {
        return;
    };
    if clauses.is_empty() || !model.operations[&context.call.operation].changes {
        return;
    }
    let old: Vec<ResourceId> = before
        .iter()
        .filter(|held| usize::from(held.id.kind) == kind && held.state.existence == Existence::Present)
        .map(|held| held.id.clone())
        .collect();
    for id in old {
        let Some(held) = find_resource(&state.world, &id) else { continue };
        let mut thing = held.state.clone();
        let class = model.resource_kind(&id).fields[index].class;
        thing.fields[index] = choose_other_value(&thing.fields[index], class == FieldMutability::Grows, rng);
        state.replace_resource(model, &id, thing);
    }
}

//! Reads other than polls: of resources that should be unchanged, of deleted resources, and of operations
//! without a read so far.

use super::context::{CALLS_MAX, ChoiceContext};
use crate::model::OperationModel;
use crate::plan::compose::{CallRequirements, compose_call};
use crate::plan::handles::named_handles;
use crate::plan::planning_context::{CandidateCall, NamedResource, is_own};
use crate::plan::presence::ResourcePresence;
use crate::plan::step::Step;

/// Weight of a read that shows one resource.
const ONE_THING: u32 = 2;

/// A whole list compares every resource in one request; a read without a view compares none.
fn weigh_read(operation: &OperationModel) -> u32 {
    match operation.views.as_slice() {
        [] => 1,
        views if views.iter().any(|(_, view)| view.whole) => 3 * ONE_THING,
        _ => ONE_THING,
    }
}

/// A read of a resource, of a list, or of data without a lifecycle.
pub(super) fn choose_read(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    let reading = view.input.model.operations.values().filter(|operation| !operation.changes);
    // Operations with few reads come first: a read without a clause still has a documented shape.
    let asked = |operation: &OperationModel| {
        let count = view.input.coverage.operations.get(&operation.id);
        count.copied().unwrap_or(0)
    };
    let weight = |operation: &OperationModel| weigh_read(operation) * 240 / (asked(operation).min(20) as u32 + 1);
    let weighted: Vec<(u32, String)> = reading.map(|operation| (weight(operation), operation.id.clone())).collect();
    for _ in 0..CALLS_MAX {
        let operation = view.rng.pick_weighted(&weighted)?.clone();
        let percent = if view.rng.draw_chance(1, 10) { 50 } else { 0 };
        let ask = CallRequirements { operation, optional_percent: percent, ..CallRequirements::default() };
        if let Some(call) = compose_call(view.planning, &ask, view.rng) {
            return Some(call);
        }
    }
    None
}

/// After a delete: a list, which must not contain the deleted resource.
pub(super) fn read_after_delete(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    let last = view.input.steps.last()?;
    if !view.planning.hints.deleting.contains(&last.call.operation) || !view.rng.draw_chance(40, 100) {
        return None;
    }
    let operations = view.input.model.operations.values();
    let lists: Vec<&OperationModel> = operations.filter(|operation| weigh_read(operation) > ONE_THING).collect();
    read_list(view, &lists)
}

/// Sometimes a read of resources that changes should not have touched, especially refused changes, because the
/// runner does not poll after a refusal. `unseen` is the number of such changes since the last read.
pub(super) fn read_unchanged(view: &mut ChoiceContext<'_, '_>, unseen: u32) -> Option<CandidateCall> {
    let last = view.input.steps.last()?;
    let model = view.input.model;
    // Settled resources that the last change does not name.
    let beside = |actor: &&NamedResource| {
        is_own(actor)
            && actor.presence == ResourcePresence::Settled
            && !named_handles(last).contains(actor.name.as_str())
    };
    let percent = match view.planning.resources.iter().any(|actor| beside(&actor)) {
        _ if unseen > 0 => 8 * unseen.min(8),
        true => 12,
        false => 8,
    };
    if !model.operations[&last.call.operation].changes || !view.rng.draw_chance(percent, 100) {
        return None;
    }
    let resting = |actor: &&NamedResource| {
        is_own(actor)
            && actor.presence == ResourcePresence::Settled
            && model.reads[usize::from(actor.id.kind)].is_some()
    };
    let seen = |actor: &&NamedResource| view.input.belief.last_observed(&actor.id);
    let stalest = view.planning.resources.iter().filter(resting).min_by_key(seen)?;
    let whole = |operation: &&OperationModel| {
        let lists = |(kind, view): &(usize, crate::suite::ResourceView)| {
            *kind == usize::from(stalest.id.kind) && view.whole && view.only.is_none()
        };
        operation.views.iter().any(lists)
    };
    let lists: Vec<&OperationModel> = model.operations.values().filter(whole).collect();
    match read_list(view, &lists) {
        Some(call) => Some(call),
        None => read_resource(view, stalest),
    }
}

fn read_list(view: &mut ChoiceContext<'_, '_>, lists: &[&OperationModel]) -> Option<CandidateCall> {
    let ask = CallRequirements { operation: view.rng.pick_element(lists)?.id.clone(), ..CallRequirements::default() };
    find_accepted_read(view, &ask)
}

/// The read that shows a resource.
pub(super) fn read_resource(view: &mut ChoiceContext<'_, '_>, actor: &NamedResource) -> Option<CandidateCall> {
    let shown = view.input.model.reads[usize::from(actor.id.kind)].clone()?;
    let caller = (!is_own(actor)).then(|| "other".to_string());
    let ask = CallRequirements {
        operation: shown.operation,
        target: Some(actor.name.clone()),
        prefer_moving: true,
        caller,
        ..CallRequirements::default()
    };
    find_accepted_read(view, &ask)
}

/// A read of a resource in a transition, if no better call exists.
pub(super) fn read_moving(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    let moving = |actor: &&NamedResource| is_own(actor) && actor.presence == ResourcePresence::InTransition;
    let actors: Vec<&NamedResource> = view.planning.resources.iter().filter(moving).collect();
    let actor = *view.rng.pick_element(&actors)?;
    read_resource(view, actor)
}

/// A read of a resource that was left in a transition some steps ago. Without a read, no call can use the
/// resource, and calls on other resources would fill the plan.
pub(super) fn read_overdue(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    let since = |name: &str| view.input.steps.iter().rev().position(|step| changes_resource(view, step, name));
    // A resource in deletion counts towards the live limit until a read shows the deletion.
    let moving =
        |actor: &&NamedResource| matches!(actor.presence, ResourcePresence::InTransition | ResourcePresence::Leaving);
    let waiting: Vec<&NamedResource> = view
        .planning
        .resources
        .iter()
        .filter(moving)
        .filter(|actor| since(&actor.name).is_none_or(|steps| steps >= OVERDUE_STEPS))
        .collect();
    let actor = *view.rng.pick_element(&waiting)?;
    if view.rng.draw_chance(1, 2) { read_resource(view, actor) } else { None }
}

/// Number of steps before a read.
const OVERDUE_STEPS: usize = 2;

fn changes_resource(view: &ChoiceContext<'_, '_>, step: &Step, name: &str) -> bool {
    let born = step.births.values().flatten().any(|born| born == name);
    view.input.model.operations[&step.call.operation].changes && (born || named_handles(step).contains(name))
}

/// A read that no clause permits to be refused, if some attempts compose such a read: a refused read shows
/// nothing.
fn find_accepted_read(view: &mut ChoiceContext<'_, '_>, ask: &CallRequirements) -> Option<CandidateCall> {
    let mut last = None;
    for _ in 0..4 {
        let Some(call) = compose_call(view.planning, ask, view.rng) else { continue };
        if view
            .planning
            .predict(&call)
            .is_some_and(|outlook| outlook.is_accepted() && !outlook.may_refuse(view.input.model))
        {
            return Some(call);
        }
        last = Some(call);
    }
    last
}

//! Reads other than polls: of resources that should be unchanged, of deleted resources, and of operations
//! without a read so far.

use super::context::{CALLS_MAX, View};
use crate::model::OperationModel;
use crate::plan::compose::{Ask, build};
use crate::plan::handles::named;
use crate::plan::planning_context::{Actor, Call, own};
use crate::plan::presence::Presence;
use crate::plan::step::Step;

/// Weight of a read that shows one resource.
const ONE_THING: u32 = 2;

/// A whole list compares every resource in one request; a read without a view compares none.
fn interest(operation: &OperationModel) -> u32 {
    match operation.views.as_slice() {
        [] => 1,
        views if views.iter().any(|(_, view)| view.whole) => 3 * ONE_THING,
        _ => ONE_THING,
    }
}

/// A read of a resource, of a list, or of data without a lifecycle.
pub(super) fn read_something(view: &mut View<'_, '_>) -> Option<Call> {
    let reading = view.situation.model.operations.values().filter(|operation| !operation.changes);
    // Operations with few reads come first: a read without a clause still has a documented shape.
    let asked = |operation: &OperationModel| {
        let count = view.situation.coverage.operations.get(&operation.id);
        count.copied().unwrap_or(0)
    };
    let weight = |operation: &OperationModel| interest(operation) * 240 / (asked(operation).min(20) as u32 + 1);
    let weighted: Vec<(u32, String)> = reading.map(|operation| (weight(operation), operation.id.clone())).collect();
    for _ in 0..CALLS_MAX {
        let operation = view.rng.weighted(&weighted)?.clone();
        let percent = if view.rng.chance(1, 10) { 50 } else { 0 };
        let ask = Ask { operation, optional_percent: percent, ..Ask::default() };
        if let Some(call) = build(view.scene, &ask, view.rng) {
            return Some(call);
        }
    }
    None
}

/// After a delete: a list, which must not contain the deleted resource.
pub(super) fn after_delete(view: &mut View<'_, '_>) -> Option<Call> {
    let last = view.situation.steps.last()?;
    if !view.scene.hints.deleting.contains(&last.operation) || !view.rng.chance(40, 100) {
        return None;
    }
    let operations = view.situation.model.operations.values();
    let lists: Vec<&OperationModel> = operations.filter(|operation| interest(operation) > ONE_THING).collect();
    list(view, &lists)
}

/// Sometimes a read of resources that changes should not have touched, especially refused changes, because the
/// runner does not poll after a refusal. `unseen` is the number of such changes since the last read.
pub(super) fn glance(view: &mut View<'_, '_>, unseen: u32) -> Option<Call> {
    let last = view.situation.steps.last()?;
    let model = view.situation.model;
    // Settled resources that the last change does not name.
    let beside =
        |actor: &&Actor| own(actor) && actor.presence == Presence::Rest && !named(last).contains(actor.name.as_str());
    let percent = match view.scene.actors.iter().any(|actor| beside(&actor)) {
        _ if unseen > 0 => 8 * unseen.min(8),
        true => 12,
        false => 8,
    };
    if !model.operations[&last.operation].changes || !view.rng.chance(percent, 100) {
        return None;
    }
    let resting = |actor: &&Actor| {
        own(actor) && actor.presence == Presence::Rest && model.shown[usize::from(actor.id.kind)].is_some()
    };
    let seen = |actor: &&Actor| view.situation.belief.seen_at(&actor.id);
    let stalest = view.scene.actors.iter().filter(resting).min_by_key(seen)?;
    let whole = |operation: &&OperationModel| {
        let lists = |(kind, view): &(usize, crate::suite::View)| {
            *kind == usize::from(stalest.id.kind) && view.whole && view.only.is_none()
        };
        operation.views.iter().any(lists)
    };
    let lists: Vec<&OperationModel> = model.operations.values().filter(whole).collect();
    match list(view, &lists) {
        Some(call) => Some(call),
        None => show(view, stalest),
    }
}

fn list(view: &mut View<'_, '_>, lists: &[&OperationModel]) -> Option<Call> {
    let ask = Ask { operation: view.rng.pick(lists)?.id.clone(), ..Ask::default() };
    answered(view, &ask)
}

/// The read that shows a resource.
pub(super) fn show(view: &mut View<'_, '_>, actor: &Actor) -> Option<Call> {
    let shown = view.situation.model.shown[usize::from(actor.id.kind)].clone()?;
    let caller = (!own(actor)).then(|| "other".to_string());
    let ask =
        Ask { operation: shown.operation, target: Some(actor.name.clone()), moving: true, caller, ..Ask::default() };
    answered(view, &ask)
}

/// A read of a resource in a transition, if no better call exists.
pub(super) fn moving(view: &mut View<'_, '_>) -> Option<Call> {
    let moving = |actor: &&Actor| own(actor) && actor.presence == Presence::Motion;
    let actors: Vec<&Actor> = view.scene.actors.iter().filter(moving).collect();
    let actor = *view.rng.pick(&actors)?;
    show(view, actor)
}

/// A read of a resource that was left in a transition some steps ago. Without a read, no call can use the
/// resource, and calls on other resources would fill the plan.
pub(super) fn overdue(view: &mut View<'_, '_>) -> Option<Call> {
    let since = |name: &str| view.situation.steps.iter().rev().position(|step| acts_on(view, step, name));
    // A resource in deletion counts towards the live limit until a read shows the deletion.
    let moving = |actor: &&Actor| matches!(actor.presence, Presence::Motion | Presence::Leaving);
    let waiting: Vec<&Actor> = view
        .scene
        .actors
        .iter()
        .filter(moving)
        .filter(|actor| since(&actor.name).is_none_or(|steps| steps >= OVERDUE_STEPS))
        .collect();
    let actor = *view.rng.pick(&waiting)?;
    if view.rng.chance(1, 2) { show(view, actor) } else { None }
}

/// Number of steps before a read.
const OVERDUE_STEPS: usize = 2;

fn acts_on(view: &View<'_, '_>, step: &Step, name: &str) -> bool {
    let born = step.births.values().flatten().any(|born| born == name);
    view.situation.model.operations[&step.operation].changes && (born || named(step).contains(name))
}

/// A read that no clause permits to be refused, if some attempts compose such a read: a refused read shows
/// nothing.
fn answered(view: &mut View<'_, '_>, ask: &Ask) -> Option<Call> {
    let mut last = None;
    for _ in 0..4 {
        let Some(call) = build(view.scene, ask, view.rng) else { continue };
        if view
            .scene
            .outlook(&call)
            .is_some_and(|outlook| outlook.accepted() && !outlook.may_refuse(view.situation.model))
        {
            return Some(call);
        }
        last = Some(call);
    }
    last
}

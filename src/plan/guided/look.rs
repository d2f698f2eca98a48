//! Reads other than polls: what should have stayed alone, what should be gone, and what was never read.

use super::super::build::{Ask, build};
use super::super::chooser::own;
use super::super::probe::{Actor, Call};
use super::super::situation::{Presence, named};
use super::super::step::Step;
use super::{CALLS_MAX, View};
use crate::model::OperationModel;

/// Weight of a read that shows one thing.
const ONE_THING: u32 = 2;

/// A whole list compares everything for one request; a read that shows nothing compares nothing.
fn interest(operation: &OperationModel) -> u32 {
    match operation.views.as_slice() {
        [] => 1,
        views if views.iter().any(|(_, view)| view.whole) => 3 * ONE_THING,
        _ => ONE_THING,
    }
}

/// A read of one thing, of a list, or of what has no life.
pub(super) fn read_something(view: &mut View<'_, '_>) -> Option<Call> {
    let reading = view.situation.model.operations.values().filter(|operation| !operation.changes);
    // What was never read comes first: a read without a clause still has a promised shape.
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

/// What was deleted must not be listed any more.
pub(super) fn after_delete(view: &mut View<'_, '_>) -> Option<Call> {
    let last = view.situation.steps.last()?;
    if !view.scene.hints.deleting.contains(&last.operation) || !view.rng.chance(40, 100) {
        return None;
    }
    let operations = view.situation.model.operations.values();
    let lists: Vec<&OperationModel> = operations.filter(|operation| interest(operation) > ONE_THING).collect();
    list(view, &lists)
}

/// Now and then a look at what changes should have left alone, refused ones above all: after each
/// of them the runner does not look by itself. `unseen` counts them since the last look.
pub(super) fn glance(view: &mut View<'_, '_>, unseen: u32) -> Option<Call> {
    let last = view.situation.steps.last()?;
    let model = view.situation.model;
    // What stands beside a change, and was not seen since.
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

/// The read that shows a thing.
pub(super) fn show(view: &mut View<'_, '_>, actor: &Actor) -> Option<Call> {
    let shown = view.situation.model.shown[usize::from(actor.id.kind)].clone()?;
    let caller = (!own(actor)).then(|| "other".to_string());
    let ask =
        Ask { operation: shown.operation, target: Some(actor.name.clone()), moving: true, caller, ..Ask::default() };
    answered(view, &ask)
}

/// A look at something that is in motion, where there is nothing better to do.
pub(super) fn moving(view: &mut View<'_, '_>) -> Option<Call> {
    let moving = |actor: &&Actor| own(actor) && actor.presence == Presence::Motion;
    let actors: Vec<&Actor> = view.scene.actors.iter().filter(moving).collect();
    let actor = *view.rng.pick(&actors)?;
    show(view, actor)
}

/// A look at what was left in motion a few steps ago: as long as nobody knows that it rests, nothing can be done
/// with it, and calls on other things would fill the plan.
pub(super) fn overdue(view: &mut View<'_, '_>) -> Option<Call> {
    let since = |name: &str| view.situation.steps.iter().rev().position(|step| acts_on(view, step, name));
    // What is on its way out takes a place until it is seen to be gone.
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

/// Steps for which a thing may be left in motion.
const OVERDUE_STEPS: usize = 2;

fn acts_on(view: &View<'_, '_>, step: &Step, name: &str) -> bool {
    let born = step.births.values().flatten().any(|born| born == name);
    view.situation.model.operations[&step.operation].changes && (born || named(step).contains(name))
}

/// A read that nothing permits to be refused, if a few draws give one: a look that is refused shows nothing.
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

//! The number of resources in a plan: few, so that each has a long history.

use super::context::{CALLS_MAX, View, late, tried};
use super::population_target::Rooms;
use super::score::{Score, score_of_any};
use crate::model::ClauseId;
use crate::plan::compose::Ask;
use crate::plan::handles::named;
use crate::plan::hints::has_effect;
use crate::plan::live_count::{live, takes_place};
use crate::plan::planning_context::{Actor, Call, own};
use crate::plan::presence::Presence;
use crate::plan::step::Step;
use crate::suite::{About, Binding};
use std::collections::BTreeSet;

/// A create: at once without any resource, and soon while the target exceeds the number of resources.
pub(super) fn create(view: &mut View<'_, '_>, rooms: &Rooms, only_if_bare: bool) -> Option<Call> {
    if live(view.scene) >= view.situation.limits.live_max {
        return None;
    }
    let hints = view.scene.hints;
    // A resource with a deferred id exists, and a later response will show the id.
    let named = view.scene.actors.iter().filter(|actor| own(actor) && actor.presence != Presence::Gone).count();
    let bare = hints.deletable.iter().all(|kind| there(view, *kind) == 0) && live(view.scene) <= named;
    // A create that is refused again and again would fill the plan.
    let recent = view.situation.steps.iter().rev().take(4);
    let repeated = recent.filter(|step| hints.creating.contains(&step.operation)).count() >= 4;
    if (only_if_bare && !bare) || repeated {
        return None;
    }
    // A foreign resource, so that lists have an entry to leave out.
    let foreign = !only_if_bare
        && rooms.foreign
        && live(view.scene) + 1 < view.situation.limits.live_max
        && !view.scene.actors.iter().any(|actor| !own(actor) && actor.presence != Presence::Gone)
        && view.rng.chance(1, 4);
    let operations = wanted(view, rooms, only_if_bare || foreign);
    let mut best: Option<(Score, Call)> = None;
    for _ in 0..2 * CALLS_MAX {
        let operation = view.rng.pick(&operations)?.clone();
        let accepting = changing(view, &operation);
        let percent = [0, 50, 100][view.rng.below(3) as usize];
        let boundary = view.rng.chance(1, 6);
        let ask = Ask {
            operation,
            goal: view.rng.pick(&accepting).copied(),
            caller: foreign.then(|| "other".to_string()),
            plain: true,
            optional_percent: percent,
            boundary,
            ..Ask::default()
        };
        let Some((call, outlook)) = tried(view, &ask) else {
            continue;
        };
        if !outlook.accepted() {
            continue;
        }
        let least = score_of_any(view, &call, &outlook);
        if best.as_ref().is_none_or(|(known, _)| least < *known) {
            best = Some((least, call));
        }
    }
    best.map(|(_, call)| call)
}

/// Clauses that promise the changes of an accepted call.
fn changing(view: &View<'_, '_>, operation: &str) -> Vec<ClauseId> {
    let model = view.situation.model;
    let clauses = model.operations[operation].clauses.iter().copied();
    clauses.filter(|clause| model.written(*clause).is_some_and(has_effect)).collect()
}

/// Creating operations below the population target, each with the probability `ROOM_PERCENT`.
fn wanted(view: &mut View<'_, '_>, rooms: &Rooms, at_once: bool) -> Vec<String> {
    let hints = view.scene.hints;
    let mut operations: Vec<String> = Vec::new();
    for id in &hints.creating {
        let new = |about: &&About| matches!(about.binding, Binding::New(_)) && takes_place(hints, about.resource);
        let mut about = view.situation.model.operations[id].about.iter().filter(new);
        let room = about.any(|about| there(view, about.resource) < rooms.of(about.resource));
        if at_once || (room && view.rng.chance(ROOM_PERCENT, 100)) {
            operations.push(id.clone());
        }
    }
    operations
}

/// Probability of a create in each step below the target, in percent.
const ROOM_PERCENT: u32 = 30;

/// Number of own, determined resources of a kind that are not in deletion.
fn there(view: &View<'_, '_>, kind: usize) -> usize {
    let of_kind = view.scene.actors.iter().filter(|actor| own(actor) && usize::from(actor.id.kind) == kind);
    of_kind.filter(|actor| settled(actor.presence)).count()
}

fn settled(presence: Presence) -> bool {
    matches!(presence, Presence::Rest | Presence::Motion)
}

/// Sometimes a delete: mostly of a resource above the target, and of any resource in the last tenth of a plan.
/// Until then, the resource with the longest history is spared, because its history is worth most.
pub(super) fn delete(view: &mut View<'_, '_>, rooms: &Rooms) -> Option<Call> {
    let deletable = &view.scene.hints.deletable;
    let over: BTreeSet<usize> = deletable.iter().copied().filter(|kind| there(view, *kind) > rooms.of(*kind)).collect();
    let foreign = !rooms.foreign && view.scene.actors.iter().any(|actor| !own(actor) && settled(actor.presence));
    let chance = match live(view.scene) {
        0 => 0,
        _ if late(view) => 20,
        _ if foreign || !over.is_empty() => 30,
        1 => 0,
        _ => 3,
    };
    if !view.rng.chance(chance, 100) {
        return None;
    }
    let changes = |name: &str| view.situation.handles.get(name).map_or(0, |handle| handle.accepted.len());
    let mine = view.scene.actors.iter().filter(|actor| own(actor) && actor.presence != Presence::Gone);
    let spared = mine.max_by_key(|actor| changes(&actor.name)).map(|actor| actor.name.clone());
    let handles = view.situation.handles;
    let late = late(view);
    let fits = |step: &Step| {
        let kinds = named(step).into_iter().filter_map(|name| Some(handles.get(name)?.kind));
        let unwanted = foreign || over.is_empty() || kinds.into_iter().any(|kind| over.contains(&kind));
        let spared = spared.as_deref().is_some_and(|name| named(step).contains(name));
        late || (unwanted && !spared)
    };
    removal(view, foreign.then_some("other"), &fits)
}

/// A delete of any resource, if no other change is possible.
pub(super) fn worn(view: &mut View<'_, '_>) -> Option<Call> {
    removal(view, None, &|_| true)
}

/// The most informative of some accepted deletes that fit.
fn removal(view: &mut View<'_, '_>, caller: Option<&str>, fits: &dyn Fn(&Step) -> bool) -> Option<Call> {
    let deleting: Vec<&String> = view.scene.hints.deleting.iter().collect();
    let mut best: Option<(Score, Call)> = None;
    for _ in 0..2 * CALLS_MAX {
        let operation = (*view.rng.pick(&deleting)?).clone();
        let goal = view.rng.pick(&changing(view, &operation)).copied();
        let ask = Ask { operation, goal, plain: true, caller: caller.map(str::to_string), ..Ask::default() };
        let tried = tried(view, &ask).filter(|(call, outlook)| outlook.accepted() && fits(&call.step));
        let Some((call, outlook)) = tried else { continue };
        let least = score_of_any(view, &call, &outlook);
        if best.as_ref().is_none_or(|(known, _)| least < *known) {
            best = Some((least, call));
        }
    }
    best.map(|(_, call)| call)
}

/// Whether all independent resources stay undetermined after a poll and the live limit is reached: a new plan
/// is better.
pub(super) fn stuck(view: &View<'_, '_>, waited: &BTreeSet<String>) -> bool {
    let hints = view.scene.hints;
    let founding = |actor: &&Actor| own(actor) && hints.founded.contains(&usize::from(actor.id.kind));
    let there: Vec<&Actor> =
        view.scene.actors.iter().filter(founding).filter(|actor| actor.presence != Presence::Gone).collect();
    let lost = |actor: &&Actor| actor.presence == Presence::Fog && waited.contains(&actor.name);
    let full = live(view.scene) >= view.situation.limits.live_max;
    full && !there.is_empty() && there.iter().all(lost)
}

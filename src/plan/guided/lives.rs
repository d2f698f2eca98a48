//! How many things there are: few, so that each lives long.

use super::super::build::Ask;
use super::super::chooser::{live, own, takes_place};
use super::super::hints::has_effect;
use super::super::probe::{Actor, Call};
use super::super::situation::{Presence, named};
use super::super::step::Step;
use super::aim::{Score, score_of_any, tried};
use super::rooms::Rooms;
use super::{CALLS_MAX, View};
use crate::model::ClauseId;
use crate::suite::{About, Binding};
use std::collections::BTreeSet;

/// A create: at once where there is nothing, soon where the stretch has room.
pub(super) fn create(view: &mut View<'_, '_>, rooms: &Rooms, only_if_bare: bool) -> Option<Call> {
    if live(view.scene) >= view.situation.limits.live_max {
        return None;
    }
    let hints = view.scene.hints;
    // What is there and cannot be named yet will be told: it is waited for.
    let named = view.scene.actors.iter().filter(|actor| own(actor) && actor.presence != Presence::Gone).count();
    let bare = hints.deletable.iter().all(|kind| there(view, *kind) == 0) && live(view.scene) <= named;
    // Creates that were refused again and again would fill the plan.
    let recent = view.situation.steps.iter().rev().take(4);
    let repeated = recent.filter(|step| hints.creating.contains(&step.operation)).count() >= 4;
    if (only_if_bare && !bare) || repeated {
        return None;
    }
    // Something of another's, so that lists have something to leave out.
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

/// Clauses that promise what an accepted call changes.
fn changing(view: &View<'_, '_>, operation: &str) -> Vec<ClauseId> {
    let model = view.situation.model;
    let clauses = model.operations[operation].clauses.iter().copied();
    clauses.filter(|clause| model.written(*clause).is_some_and(has_effect)).collect()
}

/// Creating operations for whose things there is room, and that chance lets pass.
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

/// How likely what there is room for is made, each step.
const ROOM_PERCENT: u32 = 30;

/// Own things of a kind that are there to stay, and of which it is known what they are.
fn there(view: &View<'_, '_>, kind: usize) -> usize {
    let of_kind = view.scene.actors.iter().filter(|actor| own(actor) && usize::from(actor.id.kind) == kind);
    of_kind.filter(|actor| settled(actor.presence)).count()
}

fn settled(presence: Presence) -> bool {
    matches!(presence, Presence::Rest | Presence::Motion)
}

/// Now and then: mostly what the stretch has no room for, and anything in the last tenth of a plan. The one
/// with the longest history is spared until then: it is the one whose history is worth most.
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

/// A deletion of anything: nothing else can be done with what is there.
pub(super) fn worn(view: &mut View<'_, '_>) -> Option<Call> {
    removal(view, None, &|_| true)
}

/// An accepted deletion that fits, the one that shows most of a few.
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

/// Nothing is known of all that stands for itself, waiting has not changed that, and there is no room for anything
/// else: another plan does better.
pub(super) fn stuck(view: &View<'_, '_>, waited: &BTreeSet<String>) -> bool {
    let hints = view.scene.hints;
    let founding = |actor: &&Actor| own(actor) && hints.founded.contains(&usize::from(actor.id.kind));
    let there: Vec<&Actor> =
        view.scene.actors.iter().filter(founding).filter(|actor| actor.presence != Presence::Gone).collect();
    let lost = |actor: &&Actor| actor.presence == Presence::Fog && waited.contains(&actor.name);
    let full = live(view.scene) >= view.situation.limits.live_max;
    full && !there.is_empty() && there.iter().all(lost)
}

/// The last tenth of a plan.
pub(super) fn late(view: &View<'_, '_>) -> bool {
    view.situation.steps.len() * 10 >= view.situation.limits.steps_max * 9
}

//! How many things there are: few, so that each lives long.

use super::super::build::Ask;
use super::super::chooser::{live, own};
use super::super::hints::has_effect;
use super::super::probe::Call;
use super::super::situation::{Presence, named};
use super::aim::{Score, score_of_any, tried};
use super::{CALLS_MAX, View};
use crate::model::ClauseId;
use crate::suite::{About, Binding};

/// A create: at once where there is nothing, now and then where there is room.
pub(super) fn create(view: &mut View<'_, '_>, only_if_bare: bool) -> Option<Call> {
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
    let operations = wanted(view, only_if_bare);
    // Something of another's, so that lists have something to leave out.
    let foreign = !only_if_bare
        && live(view.scene) + 1 < view.situation.limits.live_max
        && view.situation.limits.callers.contains("other")
        && !view.scene.actors.iter().any(|actor| !own(actor))
        && view.rng.chance(1, 4);
    let model = view.situation.model;
    let mut best: Option<(Score, Call)> = None;
    for _ in 0..2 * CALLS_MAX {
        let operation = view.rng.weighted(&operations)?.clone();
        let clauses = &model.operations[&operation].clauses;
        let accepting: Vec<ClauseId> =
            clauses.iter().copied().filter(|clause| model.written(*clause).is_some_and(has_effect)).collect();
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

/// Creating operations that chance lets pass, the rarer the more there is already.
fn wanted(view: &mut View<'_, '_>, only_if_bare: bool) -> Vec<(u32, String)> {
    let hints = view.scene.hints;
    let mut operations: Vec<(u32, String)> = Vec::new();
    for id in &hints.creating {
        let new = |about: &&About| {
            matches!(about.binding, Binding::New(_))
                && (hints.deletable.is_empty() || hints.deletable.contains(&about.resource))
        };
        let about = view.situation.model.operations[id].about.iter().filter(new);
        let least = about.map(|about| there(view, about.resource)).min().unwrap_or(0);
        let percent = match least {
            _ if only_if_bare => 100,
            0 => 30,
            1 => 12,
            2 => 3,
            _ => 0,
        };
        if percent > 0 && view.rng.chance(percent, 100) {
            operations.push((percent, id.clone()));
        }
    }
    operations
}

/// Own things of a kind that are there to stay, and of which it is known what they are.
fn there(view: &View<'_, '_>, kind: usize) -> usize {
    let stays = |presence| matches!(presence, Presence::Rest | Presence::Motion);
    let of_kind = view.scene.actors.iter().filter(|actor| own(actor) && usize::from(actor.id.kind) == kind);
    of_kind.filter(|actor| stays(actor.presence)).count()
}

/// In the last fifth of a plan, or where a thing more than one is there. The one with the longest history
/// is spared until then: it is the one whose history is worth most.
pub(super) fn delete(view: &mut View<'_, '_>) -> Option<Call> {
    let chance = match (late(view), live(view.scene)) {
        (_, 0) => 0,
        (true, _) => 20,
        (false, 1) => 0,
        // Where nothing more can come, something has to go before there can be another mixture of kinds.
        (false, live) if live >= view.situation.limits.live_max && view.scene.hints.deletable.len() > 1 => 8,
        (false, _) => 3,
    };
    if !view.rng.chance(chance, 100) {
        return None;
    }
    let deleting: Vec<&String> = view.scene.hints.deleting.iter().collect();
    let changes = |name: &str| view.situation.handles.get(name).map_or(0, |handle| handle.accepted.len());
    let mine = view.scene.actors.iter().filter(|actor| own(actor) && actor.presence != Presence::Gone);
    let spared = mine.max_by_key(|actor| changes(&actor.name)).map(|actor| actor.name.clone());
    let mut best: Option<(Score, Call)> = None;
    for _ in 0..CALLS_MAX {
        let operation = (*view.rng.pick(&deleting)?).clone();
        let ask = Ask { operation, plain: true, ..Ask::default() };
        let Some((call, outlook)) = tried(view, &ask).filter(|(_, outlook)| outlook.accepted()) else {
            continue;
        };
        let spared = spared.as_deref().is_some_and(|name| named(&call.step).contains(name));
        if spared && !late(view) {
            continue;
        }
        let least = score_of_any(view, &call, &outlook);
        if best.as_ref().is_none_or(|(known, _)| least < *known) {
            best = Some((least, call));
        }
    }
    best.map(|(_, call)| call)
}

/// The last fifth of a plan.
pub(super) fn late(view: &View<'_, '_>) -> bool {
    view.situation.steps.len() * 5 >= view.situation.limits.steps_max * 4
}

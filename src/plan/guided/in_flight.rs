//! Resources in a transition: when a plan waits, and which calls it sends meanwhile.

use super::context::{CALLS_MAX, CLAUSES_MAX, View, late, tried};
use super::reads;
use super::score::{nothing_new, others};
use crate::model::{ClauseId, OperationModel};
use crate::plan::compose::Ask;
use crate::plan::handles::named;
use crate::plan::hints::general;
use crate::plan::novelty::same_way;
use crate::plan::path_search::legs;
use crate::plan::planning_context::{Actor, Call, own};
use crate::plan::prediction::Outlook;
use crate::plan::presence::Presence;
use crate::plan::step::Settle;
use crate::suite::{Binding, EffectValue, While};
use std::collections::BTreeSet;

/// After a step without waiting: often a call on a resource in a transition, or on another resource.
pub(super) fn in_motion(view: &mut View<'_, '_>) -> Option<Call> {
    let left = view.situation.steps.last().is_some_and(|step| step.settle == Settle::Leave);
    let moving = |actor: &&Actor| own(actor) && matches!(actor.presence, Presence::Motion | Presence::Leaving);
    let actors: Vec<&Actor> = view.scene.actors.iter().filter(moving).collect();
    if !left || actors.is_empty() || !view.rng.chance(1, 2) {
        return None;
    }
    let actor = *view.rng.pick(&actors)?;
    // A call during a transition is judged by the stage, so the stages must be observed.
    if view.rng.chance(1, 3) {
        return reads::show(view, actor);
    }
    let model = view.situation.model;
    let speaking = |clause: &ClauseId| {
        model.written(*clause).is_some_and(|clause| clause.during == While::Any && !general(clause))
    };
    let of_kind = |operation: &&OperationModel| {
        operation
            .about
            .iter()
            .any(|about| about.resource == usize::from(actor.id.kind) && matches!(about.binding, Binding::Existing(_)))
    };
    let clauses: BTreeSet<(u64, u64, ClauseId)> = model
        .operations
        .values()
        .filter(of_kind)
        .flat_map(|operation| operation.clauses.iter().copied().filter(speaking))
        .map(|clause| {
            (u64::from((view.situation.coverage.count(&model.info(clause).id) + 1).ilog2()), view.rng.u64(), clause)
        })
        .collect();
    for (_, _, clause) in clauses.into_iter().take(CLAUSES_MAX) {
        let Some(leg) = view.rng.pick(&legs(model, clause, Some(&actor.name))).cloned() else {
            continue;
        };
        if view.scene.hints.deleting.contains(&leg.operation) && !late(view) {
            continue;
        }
        let ask =
            Ask { operation: leg.operation, goal: Some(clause), moving: true, target: leg.target, ..Ask::default() };
        let mut best: Option<(usize, Call)> = None;
        for _ in 0..CALLS_MAX {
            let Some((call, outlook)) = tried(view, &ask).filter(|(_, outlook)| !outlook.silent()) else { continue };
            let others = others(view, &call, &outlook);
            if best.as_ref().is_none_or(|(known, _)| others < *known) {
                best = Some((others, call));
            }
        }
        // A call that shows nothing but the transition may be repeated: the transition proceeds.
        if let Some((_, call)) = best.filter(|(others, call)| *others == 0 || !nothing_new(view, call)) {
            return Some(call);
        }
    }
    reads::show(view, actor)
}

/// After a step without waiting: sometimes the same call on another resource of the kind, so that two resources
/// have the same transition at the same time.
pub(super) fn echo(view: &mut View<'_, '_>) -> Option<Call> {
    let last = view.situation.steps.last().filter(|step| step.settle == Settle::Leave)?;
    let changes = view.situation.model.operations[&last.operation].changes;
    let hints = view.scene.hints;
    let lives = hints.creating.contains(&last.operation) || hints.deleting.contains(&last.operation);
    // A higher chance while simultaneous transitions are rare in the coverage, because no other call leads to
    // the same history.
    let chance = match same_way(view.situation, &last.operation) {
        0 => 3,
        1 | 2 => 2,
        _ => 1,
    };
    if !changes || lives || !view.rng.chance(chance, 4) {
        return None;
    }
    for _ in 0..CALLS_MAX {
        let ask = Ask { operation: last.operation.clone(), plain: true, ..Ask::default() };
        let Some((call, outlook)) = tried(view, &ask) else { continue };
        if outlook.accepted() && named(&call.step).is_disjoint(&named(last)) {
            return Some(call);
        }
    }
    None
}

/// Mostly waits, and always inside a path of several calls, because the next call depends on the result. After
/// a call that starts a transition or names a resource in a transition, more than half of the plans continue at
/// once. The delay of the first poll varies, so that polls observe stages.
pub(super) fn settle(view: &mut View<'_, '_>, call: &Call, on_a_way: bool) -> Settle {
    if !on_a_way && view.rng.chance(55, 100) && (moves_on(view, call) || on_moving(view, call)) {
        return Settle::Leave;
    }
    let settles =
        view.situation.model.suite.resources.iter().map(|resource| resource.settles_ms).min().unwrap_or(10_000);
    // After the long delay most transitions have ended and one poll is enough. The runner caps the delay.
    let late = (settles / 9).clamp(1_000, 120_000);
    let after_ms = [0, 400, late, late, late][view.rng.below(5) as usize];
    Settle::Poll { after_ms }
}

/// Whether a clause that accepts the call starts a transition.
fn moves_on(view: &View<'_, '_>, call: &Call) -> bool {
    let Some(outlook) = view.scene.outlook(call).filter(Outlook::accepted) else {
        return false;
    };
    let model = view.situation.model;
    let course = |effect: &crate::suite::Effect| matches!(effect.value, EffectValue::Course(_));
    outlook
        .applying()
        .into_iter()
        .filter_map(|clause| model.written(clause))
        .any(|clause| clause.then.iter().any(course))
}

fn on_moving(view: &View<'_, '_>, call: &Call) -> bool {
    let names = named(&call.step);
    view.scene.actors.iter().any(|actor| names.contains(actor.name.as_str()) && actor.presence == Presence::Motion)
}

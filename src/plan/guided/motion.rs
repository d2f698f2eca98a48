//! What is in motion: when to wait for it, and calls on it.

use super::super::build::Ask;
use super::super::chooser::own;
use super::super::hints::general;
use super::super::novelty::same_way;
use super::super::probe::{Actor, Call, Outlook};
use super::super::search::legs;
use super::super::situation::{Presence, named};
use super::super::step::Settle;
use super::aim::{nothing_new, others, tried};
use super::{CALLS_MAX, CLAUSES_MAX, View, lives, look};
use crate::model::{ClauseId, OperationModel};
use crate::suite::{Binding, EffectValue, While};
use std::collections::BTreeSet;

/// After a step that did not wait: often a call on what is in motion, else one on something else beside it.
pub(super) fn in_motion(view: &mut View<'_, '_>) -> Option<Call> {
    let left = view.situation.steps.last().is_some_and(|step| step.settle == Settle::Leave);
    let moving = |actor: &&Actor| own(actor) && matches!(actor.presence, Presence::Motion | Presence::Leaving);
    let actors: Vec<&Actor> = view.scene.actors.iter().filter(moving).collect();
    if !left || actors.is_empty() || !view.rng.chance(1, 2) {
        return None;
    }
    let actor = *view.rng.pick(&actors)?;
    // What it passes through has to be seen before anything can be said of calls meanwhile.
    if view.rng.chance(1, 3) {
        return look::show(view, actor);
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
        if view.scene.hints.deleting.contains(&leg.operation) && !lives::late(view) {
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
        // What would show nothing but the motion may be asked again and again: it moves on.
        if let Some((_, call)) = best.filter(|(others, call)| *others == 0 || !nothing_new(view, call)) {
            return Some(call);
        }
    }
    look::show(view, actor)
}

/// After a step that did not wait: now and then the same call on another thing of the kind, so that two go
/// the same way at the same time.
pub(super) fn echo(view: &mut View<'_, '_>) -> Option<Call> {
    let last = view.situation.steps.last().filter(|step| step.settle == Settle::Leave)?;
    let changes = view.situation.model.operations[&last.operation].changes;
    let hints = view.scene.hints;
    let lives = hints.creating.contains(&last.operation) || hints.deleting.contains(&last.operation);
    // Often as long as two seldom went the same way at once, which is a history that nothing else leads to.
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

/// Mostly wait, and always on a way of several calls: the next one needs what this one leads to. Where the
/// call sets something in motion, or is on something in motion, more than half go on at once. The first
/// poll comes at once, soon or late, so that what a thing passes through is sometimes seen.
pub(super) fn settle(view: &mut View<'_, '_>, call: &Call, on_a_way: bool) -> Settle {
    if !on_a_way && view.rng.chance(55, 100) && (moves_on(view, call) || on_moving(view, call)) {
        return Settle::Leave;
    }
    let settles =
        view.situation.model.suite.resources.iter().map(|resource| resource.settles_ms).min().unwrap_or(10_000);
    // Late is when most things rest, so that one poll will do; the runner waits no longer than its pace allows.
    let late = (settles / 9).clamp(1_000, 120_000);
    let after_ms = [0, 400, late, late, late][view.rng.below(5) as usize];
    Settle::Poll { after_ms }
}

/// Whether some clause that accepts the call sends a thing on a course.
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

//! Resources in a transition: when a plan waits, and which calls it sends meanwhile.

use super::context::{CALLS_MAX, CLAUSES_MAX, ChoiceContext, is_late, try_call};
use super::reads;
use super::score::{lacks_novelty, masking_of};
use crate::model::{ClauseId, OperationModel};
use crate::plan::compose::CallRequirements;
use crate::plan::handles::named_handles;
use crate::plan::hints::is_general;
use crate::plan::novelty::count_simultaneous;
use crate::plan::path_search::list_path_calls;
use crate::plan::planning_context::{CandidateCall, NamedResource, is_own};
use crate::plan::prediction::CallPrediction;
use crate::plan::presence::ResourcePresence;
use crate::plan::step::StepWait;
use crate::suite::{ClauseTiming, EffectValue, IdExpression};
use std::collections::BTreeSet;

/// After a step without waiting: often a call on a resource in a transition, or on another resource.
pub(super) fn call_during_transition(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    let left = view.input.steps.last().is_some_and(|step| step.settle == StepWait::Leave);
    let moving = |actor: &&NamedResource| {
        is_own(actor) && matches!(actor.presence, ResourcePresence::InTransition | ResourcePresence::Leaving)
    };
    let actors: Vec<&NamedResource> = view.planning.resources.iter().filter(moving).collect();
    if !left || actors.is_empty() || !view.rng.draw_chance(1, 2) {
        return None;
    }
    let actor = *view.rng.pick_element(&actors)?;
    // A call during a transition is judged by the stage, so the stages must be observed.
    if view.rng.draw_chance(1, 3) {
        return reads::read_resource(view, actor);
    }
    let model = view.input.model;
    let speaking = |clause: &ClauseId| {
        model.find_suite_clause(*clause).is_some_and(|clause| clause.timing == ClauseTiming::Any && !is_general(clause))
    };
    let of_kind = |operation: &&OperationModel| {
        operation.about.iter().any(|about| {
            about.resource == usize::from(actor.id.kind) && matches!(about.binding, IdExpression::Existing(_))
        })
    };
    let clauses: BTreeSet<(u64, u64, ClauseId)> = model
        .operations
        .values()
        .filter(of_kind)
        .flat_map(|operation| operation.clauses.iter().copied().filter(speaking))
        .map(|clause| {
            (
                u64::from((view.input.coverage.count_tests(&model.clause_info(clause).id) + 1).ilog2()),
                view.rng.draw_u64(),
                clause,
            )
        })
        .collect();
    for (_, _, clause) in clauses.into_iter().take(CLAUSES_MAX) {
        let Some(leg) =
            view.rng.pick_element(&list_path_calls(view.planning.hints, clause, Some(&actor.name))).cloned()
        else {
            continue;
        };
        if view.planning.hints.deleting.contains(&leg.operation) && !is_late(view) {
            continue;
        }
        let ask = CallRequirements {
            operation: leg.operation,
            goal: Some(clause),
            prefer_moving: true,
            target: leg.target,
            ..CallRequirements::default()
        };
        let mut best: Option<(usize, CandidateCall)> = None;
        for _ in 0..CALLS_MAX {
            let Some((call, outlook)) = try_call(view, &ask).filter(|(_, outlook)| !outlook.is_silent()) else {
                continue;
            };
            let others = masking_of(view, &call, &outlook);
            if best.as_ref().is_none_or(|(known, _)| others < *known) {
                best = Some((others, call));
            }
        }
        // A call that shows nothing but the transition may be repeated: the transition proceeds.
        if let Some((_, call)) = best.filter(|(others, call)| *others == 0 || !lacks_novelty(view, call)) {
            return Some(call);
        }
    }
    reads::read_resource(view, actor)
}

/// After a step without waiting: sometimes the same call on another resource of the kind, so that two resources
/// have the same transition at the same time.
pub(super) fn repeat_on_sibling(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    let last = view.input.steps.last().filter(|step| step.settle == StepWait::Leave)?;
    let changes = view.input.model.operations[&last.call.operation].changes;
    let hints = view.planning.hints;
    let lives = hints.creating.contains(&last.call.operation) || hints.deleting.contains(&last.call.operation);
    // A higher chance while simultaneous transitions are rare in the coverage, because no other call leads to
    // the same history.
    let chance = match count_simultaneous(view.input, &last.call.operation) {
        0 => 3,
        1 | 2 => 2,
        _ => 1,
    };
    if !changes || lives || !view.rng.draw_chance(chance, 4) {
        return None;
    }
    for _ in 0..CALLS_MAX {
        let ask = CallRequirements {
            operation: last.call.operation.clone(),
            settled_only: true,
            ..CallRequirements::default()
        };
        let Some((call, outlook)) = try_call(view, &ask) else { continue };
        if outlook.is_accepted() && named_handles(&call.step).is_disjoint(&named_handles(last)) {
            return Some(call);
        }
    }
    None
}

/// Mostly waits, and always inside a path of several calls, because the next call depends on the result. After
/// a call that starts a transition or names a resource in a transition, more than half of the plans continue at
/// once. The delay of the first poll varies, so that polls observe stages.
pub(super) fn choose_wait(view: &mut ChoiceContext<'_, '_>, call: &CandidateCall, on_a_way: bool) -> StepWait {
    if !on_a_way
        && view.rng.draw_chance(55, 100)
        && (starts_transition(view, call) || names_resource_in_transition(view, call))
    {
        return StepWait::Leave;
    }
    if !view.input.waits.is_free() {
        return choose_timed_wait(view, call);
    }
    let settles = view.input.model.suite.resources.iter().map(|resource| resource.settles_ms).min().unwrap_or(10_000);
    // After the long delay most transitions have ended and one poll is enough. The runner caps the delay.
    let late = (settles / 9).clamp(1_000, 120_000);
    let after_ms = [0, 400, late, late, late][view.rng.draw_below(5) as usize];
    StepWait::Poll { after_ms }
}

/// Where waiting takes time: the first poll mostly at the usual time of the transition, sometimes at once, so that a stage
/// is seen, which tells the end of a transition from its beginning. The bound is waited for where the ledger says so.
fn choose_timed_wait(view: &mut ChoiceContext<'_, '_>, call: &CandidateCall) -> StepWait {
    let clauses = list_transition_clauses(view, call);
    let clauses = || clauses.iter().map(String::as_str);
    let usual = view.input.waits.find_usual_ms(clauses()).or_else(|| find_usual_rest_ms(view, call));
    let after_ms = match (view.rng.draw_below(5), usual) {
        (0, _) | (_, None) => 0,
        (1, Some(usual)) => usual / 8,
        (2, Some(usual)) => usual / 2,
        (_, Some(usual)) => usual,
    };
    if view.input.waits.buys_bound_wait(clauses()) {
        return StepWait::Poll { after_ms };
    }
    StepWait::PollBriefly {
        after_ms,
        next_ms: usual.and_then(|usual| usual.checked_sub(after_ms)).filter(|ms| *ms > 0),
    }
}

/// The usual time of the transitions of the resources that a call names, in milliseconds.
fn find_usual_rest_ms(view: &ChoiceContext<'_, '_>, call: &CandidateCall) -> Option<u64> {
    let names = named_handles(&call.step);
    let named = view.planning.resources.iter().filter(|actor| names.contains(actor.name.as_str()));
    let states = named.filter_map(|actor| view.planning.find_entry(&actor.id));
    let origins = states.filter(|held| held.state.transition.is_some()).filter_map(|held| held.state.origin.clone());
    let clauses: Vec<ClauseId> =
        origins.flat_map(|via| via.0.iter().map(|(clause, _)| *clause).collect::<Vec<_>>()).collect();
    let model = view.input.model;
    view.input.waits.find_usual_ms(clauses.iter().map(|clause| model.clause_info(*clause).id.as_str()))
}

/// Ids of the clauses that start a transition if they accept the call.
fn list_transition_clauses(view: &ChoiceContext<'_, '_>, call: &CandidateCall) -> Vec<String> {
    let Some(outlook) = view.planning.predict(call).filter(CallPrediction::is_accepted) else {
        return Vec::new();
    };
    let model = view.input.model;
    let course = |effect: &crate::suite::Effect| matches!(effect.value, EffectValue::Transition(_));
    let starts =
        |clause: &ClauseId| model.find_suite_clause(*clause).is_some_and(|clause| clause.then.iter().any(course));
    let applying = outlook.list_applying().into_iter().filter(starts);
    applying.map(|clause| model.clause_info(clause).id.clone()).collect()
}

/// Whether a clause that accepts the call starts a transition.
fn starts_transition(view: &ChoiceContext<'_, '_>, call: &CandidateCall) -> bool {
    !list_transition_clauses(view, call).is_empty()
}

fn names_resource_in_transition(view: &ChoiceContext<'_, '_>, call: &CandidateCall) -> bool {
    let names = named_handles(&call.step);
    view.planning
        .resources
        .iter()
        .any(|actor| names.contains(actor.name.as_str()) && actor.presence == ResourcePresence::InTransition)
}

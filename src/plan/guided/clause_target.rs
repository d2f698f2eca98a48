//! Calls for the clauses with the fewest tests.

use super::accepted_calls;
use super::context::{CALLS_MAX, CLAUSES_MAX, ChoiceContext, try_call};
use super::score::{CallScore, is_conclusive, makes_undetermined, score_call};
use super::state::GuidedChooser;
use crate::model::ClauseId;
use crate::plan::compose::CallRequirements;
use crate::plan::guard_relations::InputRoot;
use crate::plan::hints::is_general;
use crate::plan::novelty::{find_least_masking, is_tested_often};
use crate::plan::path_search::list_path_calls;
use crate::plan::planning_context::CandidateCall;
use crate::plan::prediction::CallPrediction;
use crate::plan::spoiled_call::spoil_call;
use crate::suite::{Clause, ClauseDecision};
use std::collections::BTreeSet;

/// A clause to test.
#[derive(Debug, Clone)]
pub(super) struct ClauseTarget {
    pub clause: ClauseId,
    /// For a clause about every operation: the operation with the fewest tests.
    pub operation: Option<String>,
    /// Number of tests.
    pub tests: u64,
}

impl GuidedChooser {
    /// A call for the clause with the fewest tests in its context, or the first call of a path to a state with
    /// such a call.
    pub(super) fn target_clause(
        &mut self,
        view: &mut ChoiceContext<'_, '_>,
        wanted: &dyn Fn(&Clause) -> bool,
    ) -> Option<CandidateCall> {
        let ranked = rank_targets(view, wanted);
        let mut best: Option<(CallScore, CandidateCall)> = None;
        let mut guards = BTreeSet::new();
        let model = view.input.model;
        // One call tests all clauses with an equal guard.
        let hints = view.planning.hints;
        let alike = |aim: &ClauseTarget| Some((hints.guard_group(aim.clause)?, aim.operation.clone()));
        let now = view.input.steps.len();
        let key = |aim: &ClauseTarget| (aim.clause, aim.operation.clone());
        let vain =
            |aim: &ClauseTarget| aim.operation.is_some() && self.pauses.get(&key(aim)).is_some_and(|it| now < it.until);
        let ranked = ranked.into_iter().filter(|aim| alike(aim).is_none_or(|guard| guards.insert(guard)));
        let ranked: Vec<ClauseTarget> = ranked.filter(|aim| !vain(aim)).take(CLAUSES_MAX).collect();
        for (rank, aim) in ranked.into_iter().enumerate() {
            let found = find_most_novel(view, &aim);
            if found.is_none() && aim.operation.is_some() {
                let barred = self.pauses.entry(key(&aim)).or_default();
                *barred = barred.extend(now);
            }
            // A masked refusal shows little; a path may lead to a state with an unmasked refusal.
            let behind = model
                .find_suite_clause(aim.clause)
                .is_some_and(|clause| !matches!(clause.decision, ClauseDecision::Accept(_)))
                && find_least_masking(view.input, aim.clause, 1).is_none();
            let unseen = aim.tests == 0 || ((behind || rank == 0) && view.rng.draw_chance(1, 2));
            if found.as_ref().is_none_or(|(score, _)| !is_conclusive(score))
                && unseen
                && aim.operation.is_none()
                && let Some(call) = self.start_path(view, aim.clause)
            {
                return Some(call);
            }
            // A call with less masking than every earlier test takes precedence over a further unmasked test.
            if let Some((score, call)) = &found
                && score.1 > 0
                && find_least_masking(view.input, aim.clause, score.1 + 1).is_none()
            {
                return Some(call.clone());
            }
            if let Some((score, call)) = found
                && best.as_ref().is_none_or(|(known, _)| score < *known)
            {
                if is_conclusive(&score) && aim.tests == 0 {
                    return Some(call);
                }
                best = Some((score, call));
            }
        }
        best.map(|(_, call)| call)
    }
}

/// Whether a clause neither creates nor deletes, while a create by other clauses of the call would be within
/// the limit.
fn leaves_population(view: &ChoiceContext<'_, '_>, clause: ClauseId) -> bool {
    let room = view.planning.count_live() < view.input.limits.live_max;
    let written = view.input.model.find_suite_clause(clause);
    room && written.is_some_and(|clause| matches!(clause.decision, ClauseDecision::Accept(_)) && clause.then.is_empty())
}

/// The clauses of a sort, by number of tests; clauses with equal numbers are in random order. Clauses of calls
/// that only create or delete are left out: `population` decides about these calls. A create from an existing
/// resource is part of the history of the existing resource.
pub(super) fn rank_targets(view: &mut ChoiceContext<'_, '_>, wanted: &dyn Fn(&Clause) -> bool) -> Vec<ClauseTarget> {
    let model = view.input.model;
    let hints = view.planning.hints;
    let coverage = view.input.coverage;
    let mut all: Vec<(u64, u64, ClauseTarget)> = Vec::new();
    for (index, written) in model.suite.clauses.iter().enumerate().filter(|(_, clause)| wanted(clause)) {
        let clause = ClauseId(index as u32);
        let id = &model.clause_info(clause).id;
        let refusing = !matches!(written.decision, ClauseDecision::Accept(_));
        let steady = |id: &String| !hints.independent_creates.contains(id) && !hints.deleting.contains(id);
        let free = refusing || leaves_population(view, clause);
        let open = |id: &&String| (free || steady(id)) && !view.exceeds_live_limit(id);
        let speaking: Vec<&String> = hints.operations(clause).iter().filter(open).collect();
        if speaking.is_empty() {
            continue;
        }
        // Each operation checks the caller separately, so a clause about callers is tested for each operation.
        if is_general(written) && !hints.reads_root(clause, "input") {
            for operation in speaking {
                let count = coverage.count_tests_in(id, operation);
                let aim = ClauseTarget { clause, operation: Some(operation.clone()), tests: count };
                all.push((u64::from((count + 1).ilog2()), view.rng.draw_u64(), aim));
            }
        } else {
            let count = coverage.count_tests(id);
            let aim = ClauseTarget { clause, operation: None, tests: count };
            // The binary logarithm of the count, so that chance and context decide between similar counts.
            all.push((u64::from((count + 1).ilog2()), view.rng.draw_u64(), aim));
        }
    }
    all.sort_unstable_by_key(|(count, chance, _)| (*count, *chance));
    all.into_iter().map(|(_, _, aim)| aim).collect()
}

/// The call with the highest novelty among several calls for a clause.
fn find_most_novel(view: &mut ChoiceContext<'_, '_>, aim: &ClauseTarget) -> Option<(CallScore, CandidateCall)> {
    let clause = aim.clause;
    let mut speaking = list_path_calls(view.planning.hints, clause, None);
    speaking.retain(|leg| aim.operation.as_ref().is_none_or(|operation| leg.operation == *operation));
    let refusing = view
        .input
        .model
        .find_suite_clause(clause)
        .is_some_and(|clause| !matches!(clause.decision, ClauseDecision::Accept(_)));
    let hints = view.planning.hints;
    let free = refusing || leaves_population(view, clause);
    let steady = |id: &String| !(hints.independent_creates.contains(id) || hints.deleting.contains(id));
    speaking.retain(|leg| !view.exceeds_live_limit(&leg.operation) && (free || steady(&leg.operation)));
    let by_caller = refusing && hints.guard_needs(clause).iter().any(|need| need.root == InputRoot::Caller);
    let mut best: Option<(CallScore, CandidateCall)> = None;
    for nth in 0..3 * CALLS_MAX {
        // An unmasked refusal is worth more attempts.
        let alone = best.as_ref().is_some_and(|((_, others, ..), _)| *others == 0);
        if nth >= CALLS_MAX && (!refusing || alone || by_caller) {
            break;
        }
        let leg = view.rng.pick_element(&speaking)?.clone();
        let found = if by_caller { try_other_caller(view, clause, &leg.operation) } else { None };
        let Some((call, outlook)) = found.or_else(|| try_plain_call(view, clause, leg.operation)) else { continue };
        let score = score_call(view, clause, &call, &outlook);
        if makes_undetermined(view, &call, &outlook) && aim.tests > 0 && !view.rng.draw_chance(1, 8) {
            continue;
        }
        // A masked refusal shows little, and nothing new after a few tests. For a clause about every operation,
        // one test for each operation is enough.
        let often = match aim.operation {
            Some(_) => aim.tests > 0,
            None => is_tested_often(view.input, clause, score.1 + 1),
        };
        if score.1 > 0 && often {
            if by_caller {
                break;
            }
            continue;
        }
        if best.as_ref().is_none_or(|(known, _)| score < *known) {
            best = Some((score, call));
        }
    }
    best
}

fn try_plain_call(
    view: &mut ChoiceContext<'_, '_>,
    clause: ClauseId,
    operation: String,
) -> Option<(CandidateCall, CallPrediction)> {
    let percent = [0, 30, 60][view.rng.draw_below(3) as usize];
    let boundary = view.rng.draw_chance(1, 6);
    let ask = CallRequirements {
        operation,
        goal: Some(clause),
        optional_percent: percent,
        boundary,
        ..CallRequirements::default()
    };
    let (call, outlook) = try_call(view, &ask)?;
    if outlook.applies_everywhere(clause) {
        return Some((call, outlook));
    }
    if !view.planning.hints.reads_root(clause, "input") {
        return None;
    }
    let call = spoil_call(view.planning, &call, clause, view.rng)?;
    let outlook = view.planning.predict(&call)?;
    Some((call, outlook))
}

/// A call that would be accepted from the owner, sent by a caller of the clause: no other reason for a refusal
/// exists.
fn try_other_caller(
    view: &mut ChoiceContext<'_, '_>,
    clause: ClauseId,
    operation: &str,
) -> Option<(CandidateCall, CallPrediction)> {
    let good = accepted_calls::find_accepted_call(view, operation)?;
    let callers: Vec<&String> = view.planning.limits.callers.iter().filter(|caller| *caller != "owner").collect();
    let first = view.rng.draw_below(callers.len().max(1) as u64) as usize;
    for nth in 0..callers.len() {
        let mut step = good.step.clone();
        step.call.caller = callers[(first + nth) % callers.len()].clone();
        let Some(call) = view.planning.make_candidate_call(step) else { continue };
        if let Some(outlook) = view.planning.predict(&call).filter(|outlook| outlook.applies_everywhere(clause)) {
            return Some((call, outlook));
        }
    }
    None
}

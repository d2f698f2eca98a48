//! Calls for the clauses with the fewest tests.

use super::accepted_calls;
use super::context::{CALLS_MAX, CLAUSES_MAX, View, tried};
use super::score::{Score, obscures, plain_to_see, score};
use super::state::Guided;
use crate::model::{ClauseId, OperationModel};
use crate::plan::compose::Ask;
use crate::plan::guard_needs::Root;
use crate::plan::hints::general;
use crate::plan::live_count::live;
use crate::plan::novelty::{least_hidden, met_often};
use crate::plan::path_search::legs;
use crate::plan::planning_context::Call;
use crate::plan::prediction::Outlook;
use crate::plan::spoiled_call::spoiled;
use crate::suite::{Clause, Verb};
use std::collections::BTreeSet;

/// A clause to test.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    pub clause: ClauseId,
    /// For a clause about every operation: the operation with the fewest tests.
    pub operation: Option<String>,
    /// Number of tests.
    pub count: u64,
}

impl Guided {
    /// A call for the clause with the fewest tests in its context, or the first call of a path to a state with
    /// such a call.
    pub(super) fn aim(&mut self, view: &mut View<'_, '_>, wanted: &dyn Fn(&Clause) -> bool) -> Option<Call> {
        let ranked = ranked(view, wanted);
        let mut best: Option<(Score, Call)> = None;
        let mut guards = BTreeSet::new();
        let model = view.situation.model;
        // One call tests all clauses with an equal guard.
        let alike = |aim: &Aim| {
            let written = model.written(aim.clause)?;
            Some((format!("{:?} {:?}", written.calls, aim.operation), written.when.as_ref()?.text().to_string()))
        };
        let now = view.situation.steps.len();
        let key = |aim: &Aim| (aim.clause, aim.operation.clone());
        let vain = |aim: &Aim| aim.operation.is_some() && self.barred.get(&key(aim)).is_some_and(|it| now < it.until);
        let ranked = ranked.into_iter().filter(|aim| alike(aim).is_none_or(|guard| guards.insert(guard)));
        let ranked: Vec<Aim> = ranked.filter(|aim| !vain(aim)).take(CLAUSES_MAX).collect();
        for (rank, aim) in ranked.into_iter().enumerate() {
            let found = freshest(view, &aim);
            if found.is_none() && aim.operation.is_some() {
                let barred = self.barred.entry(key(&aim)).or_default();
                *barred = barred.again(now);
            }
            // A masked refusal shows little; a path may lead to a state with an unmasked refusal.
            let behind = model.written(aim.clause).is_some_and(|clause| !matches!(clause.verb, Verb::Accept(_)))
                && least_hidden(view.situation, aim.clause, 1).is_none();
            let unseen = aim.count == 0 || ((behind || rank == 0) && view.rng.chance(1, 2));
            if found.as_ref().is_none_or(|(score, _)| !plain_to_see(score))
                && unseen
                && aim.operation.is_none()
                && let Some(call) = self.set_out(view, aim.clause)
            {
                return Some(call);
            }
            // A call with less masking than every earlier test takes precedence over a further unmasked test.
            if let Some((score, call)) = &found
                && score.1 > 0
                && least_hidden(view.situation, aim.clause, score.1 + 1).is_none()
            {
                return Some(call.clone());
            }
            if let Some((score, call)) = found
                && best.as_ref().is_none_or(|(known, _)| score < *known)
            {
                if plain_to_see(&score) && aim.count == 0 {
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
fn idle(view: &View<'_, '_>, clause: ClauseId) -> bool {
    let room = live(view.scene) < view.situation.limits.live_max;
    let written = view.situation.model.written(clause);
    room && written.is_some_and(|clause| matches!(clause.verb, Verb::Accept(_)) && clause.then.is_empty())
}

/// The clauses of a sort, by number of tests; clauses with equal numbers are in random order. Clauses of calls
/// that only create or delete are left out: `population` decides about these calls. A create from an existing
/// resource is part of the history of the existing resource.
pub(super) fn ranked(view: &mut View<'_, '_>, wanted: &dyn Fn(&Clause) -> bool) -> Vec<Aim> {
    let model = view.situation.model;
    let hints = view.scene.hints;
    let coverage = view.situation.coverage;
    let mut all: Vec<(u64, u64, Aim)> = Vec::new();
    for (index, written) in model.suite.clauses.iter().enumerate().filter(|(_, clause)| wanted(clause)) {
        let clause = ClauseId(index as u32);
        let id = &model.info(clause).id;
        let refusing = !matches!(written.verb, Verb::Accept(_));
        let steady = |id: &String| !hints.founding.contains(id) && !hints.deleting.contains(id);
        let speaking = model.operations.values().filter(|operation| operation.clauses.contains(&clause));
        let free = refusing || idle(view, clause);
        let open = |operation: &&OperationModel| (free || steady(&operation.id)) && !view.beyond(&operation.id);
        let speaking: Vec<&OperationModel> = speaking.filter(open).collect();
        if speaking.is_empty() {
            continue;
        }
        // Each operation checks the caller separately, so a clause about callers is tested for each operation.
        if general(written) && !hints.reads(clause, "input") {
            for operation in speaking {
                let count = coverage.count_of(id, &operation.id);
                let aim = Aim { clause, operation: Some(operation.id.clone()), count };
                all.push((u64::from((count + 1).ilog2()), view.rng.u64(), aim));
            }
        } else {
            let count = coverage.count(id);
            let aim = Aim { clause, operation: None, count };
            // The binary logarithm of the count, so that chance and context decide between similar counts.
            all.push((u64::from((count + 1).ilog2()), view.rng.u64(), aim));
        }
    }
    all.sort_unstable_by_key(|(count, chance, _)| (*count, *chance));
    all.into_iter().map(|(_, _, aim)| aim).collect()
}

/// The call with the highest novelty among several calls for a clause.
fn freshest(view: &mut View<'_, '_>, aim: &Aim) -> Option<(Score, Call)> {
    let clause = aim.clause;
    let mut speaking = legs(view.situation.model, clause, None);
    speaking.retain(|leg| aim.operation.as_ref().is_none_or(|operation| leg.operation == *operation));
    let refusing = view.situation.model.written(clause).is_some_and(|clause| !matches!(clause.verb, Verb::Accept(_)));
    let hints = view.scene.hints;
    let free = refusing || idle(view, clause);
    let steady = |id: &String| !(hints.founding.contains(id) || hints.deleting.contains(id));
    speaking.retain(|leg| !view.beyond(&leg.operation) && (free || steady(&leg.operation)));
    let by_caller = refusing && hints.needs(clause).iter().any(|need| need.root == Root::Caller);
    let mut best: Option<(Score, Call)> = None;
    for nth in 0..3 * CALLS_MAX {
        // An unmasked refusal is worth more attempts.
        let alone = best.as_ref().is_some_and(|((_, others, ..), _)| *others == 0);
        if nth >= CALLS_MAX && (!refusing || alone || by_caller) {
            break;
        }
        let leg = view.rng.pick(&speaking)?.clone();
        let found = if by_caller { disguised(view, clause, &leg.operation) } else { None };
        let Some((call, outlook)) = found.or_else(|| plain(view, clause, leg.operation)) else { continue };
        let score = score(view, clause, &call, &outlook);
        if obscures(view, &call, &outlook) && aim.count > 0 && !view.rng.chance(1, 8) {
            continue;
        }
        // A masked refusal shows little, and nothing new after a few tests. For a clause about every operation,
        // one test for each operation is enough.
        let often = match aim.operation {
            Some(_) => aim.count > 0,
            None => met_often(view.situation, clause, score.1 + 1),
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

fn plain(view: &mut View<'_, '_>, clause: ClauseId, operation: String) -> Option<(Call, Outlook)> {
    let percent = [0, 30, 60][view.rng.below(3) as usize];
    let boundary = view.rng.chance(1, 6);
    let ask = Ask { operation, goal: Some(clause), optional_percent: percent, boundary, ..Ask::default() };
    let (call, outlook) = tried(view, &ask)?;
    if outlook.applies(clause) {
        return Some((call, outlook));
    }
    if !view.scene.hints.reads(clause, "input") {
        return None;
    }
    let call = spoiled(view.scene, &call, clause, view.rng)?;
    let outlook = view.scene.outlook(&call)?;
    Some((call, outlook))
}

/// A call that would be accepted from the owner, sent by a caller of the clause: no other reason for a refusal
/// exists.
fn disguised(view: &mut View<'_, '_>, clause: ClauseId, operation: &str) -> Option<(Call, Outlook)> {
    let good = accepted_calls::accepted_call(view, operation)?;
    let callers: Vec<&String> = view.scene.limits.callers.iter().filter(|caller| *caller != "owner").collect();
    let first = view.rng.below(callers.len().max(1) as u64) as usize;
    for nth in 0..callers.len() {
        let mut step = good.step.clone();
        step.caller = callers[(first + nth) % callers.len()].clone();
        let Some(call) = view.scene.call(step) else { continue };
        if let Some(outlook) = view.scene.outlook(&call).filter(|outlook| outlook.applies(clause)) {
            return Some((call, outlook));
        }
    }
    None
}

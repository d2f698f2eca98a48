//! Calls to which the clauses least tested apply.

use super::super::build::{Ask, build};
use super::super::chooser::live;
use super::super::hints::{Root, general};
use super::super::nearness::hiddenness;
use super::super::novelty::{least_hidden, met_often, novelty};
use super::super::probe::{Call, Outlook};
use super::super::search::{legs, spoiled};
use super::{CALLS_MAX, CLAUSES_MAX, Guided, View, moves};
use crate::model::{ClauseId, OperationModel, undecided};
use crate::suite::{Clause, Verb};
use std::collections::BTreeSet;

/// A clause to be tested.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    pub clause: ClauseId,
    /// The operation in which it was tested least, of a clause that speaks of every one.
    pub operation: Option<String>,
    /// How often it was tested.
    pub count: u64,
}

/// Whether it is open what becomes of the call; then how hidden the reason is
/// to refuse it; then how little is new about the call; then how often the
/// clause was tested. The least is the best.
pub(super) type Score = (bool, usize, u64, u64);

impl Guided {
    /// A call to which the clause least tested in its context applies, or the first call of
    /// a way to where one may.
    pub(super) fn aim(&mut self, view: &mut View<'_, '_>, wanted: &dyn Fn(&Clause) -> bool) -> Option<Call> {
        let ranked = ranked(view, wanted);
        let mut best: Option<(Score, Call)> = None;
        let mut guards = BTreeSet::new();
        let model = view.situation.model;
        // One call tests all clauses that share its guard.
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
            // Behind other reasons a refusal shows little: there may be a way to where it stands alone.
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
            // Less hidden than ever comes before what stands alone once more.
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

/// A clause by which nothing comes to life or ends, though its call may do so by others. Should it
/// come to something all the same, there is room for it.
fn idle(view: &View<'_, '_>, clause: ClauseId) -> bool {
    let room = live(view.scene) < view.situation.limits.live_max;
    let written = view.situation.model.written(clause);
    room && written.is_some_and(|clause| matches!(clause.verb, Verb::Accept(_)) && clause.then.is_empty())
}

/// As little new as can be.
const STALE: u64 = 1_000;

/// The clause decides for sure, and what comes back shows that it was this one.
fn plain_to_see((doubtful, rivals, ..): &Score) -> bool {
    !doubtful && *rivals == 0
}

/// Clauses of a sort, the least tested first; equals in drawn order. Those whose calls only
/// create or delete are left out: how many things there are is decided elsewhere. What is made of a thing
/// that is there is part of that one's history.
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
        // Whoever may not ask, may not ask for anything: each operation checks for itself.
        if general(written) && !hints.reads(clause, "input") {
            for operation in speaking {
                let count = coverage.count_of(id, &operation.id);
                let aim = Aim { clause, operation: Some(operation.id.clone()), count };
                all.push((u64::from((count + 1).ilog2()), view.rng.u64(), aim));
            }
        } else {
            let count = coverage.count(id);
            let aim = Aim { clause, operation: None, count };
            // Counts in steps of powers of two, so that chance and context have a say among near equals.
            all.push((u64::from((count + 1).ilog2()), view.rng.u64(), aim));
        }
    }
    all.sort_unstable_by_key(|(count, chance, _)| (*count, *chance));
    all.into_iter().map(|(_, _, aim)| aim).collect()
}

/// Among several calls to which a clause applies, the one about which most is new.
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
        // A refusal that stands alone is worth more draws.
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
        // Behind other reasons it shows little, and no more than it has shown before.
        // A clause about every call is held to by each operation for itself: once shows it there.
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

/// A call that its owner would have accepted, made by a caller of whom the clause speaks: nothing
/// else can be the reason for a refusal.
fn disguised(view: &mut View<'_, '_>, clause: ClauseId, operation: &str) -> Option<(Call, Outlook)> {
    let good = moves::accepted_call(view, operation)?;
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

pub(super) fn score(view: &View<'_, '_>, clause: ClauseId, call: &Call, outlook: &Outlook) -> Score {
    let model = view.situation.model;
    let count = view.situation.coverage.count(&model.info(clause).id);
    // Some calls have something new about them for ever: what their clause was met in counts against it.
    let new = novelty(view.situation, view.scene, call, outlook) * 4 / u64::from(3 + (count + 1).ilog2());
    let stale = STALE.saturating_sub(new);
    let others = others(view, call, outlook);
    // What must be refused must be, however doubtful the input is.
    let accepts = model.written(clause).is_some_and(|clause| matches!(clause.verb, Verb::Accept(_)));
    let undecided = |reading| undecided(model, &call.asked, reading);
    let open =
        (accepts && (outlook.may_refuse(model) || outlook.0.iter().any(undecided))) || obscures(view, call, outlook);
    (open, others, stale, count)
}

/// Nobody says what becomes of a change: if it is accepted, nothing is known of its things any more, perhaps for
/// the rest of the plan.
fn obscures(view: &View<'_, '_>, call: &Call, outlook: &Outlook) -> bool {
    outlook.silent() && view.situation.model.operations[&call.step.operation].changes
}

/// How hidden the reason is for which a call has to be refused, if it has to: 0 where it stands alone.
pub(super) fn others(view: &View<'_, '_>, call: &Call, outlook: &Outlook) -> usize {
    if outlook.rivals() == 0 { 0 } else { hiddenness(view.scene, call, outlook) - 1 }
}

/// Whether the call has to be refused, or may have to, by a clause that was never met without other reasons.
pub(super) fn never_alone(view: &View<'_, '_>, call: &Call) -> bool {
    let Some(outlook) = view.scene.outlook(call) else { return false };
    let refusing = outlook.0.iter().flat_map(|reading| reading.demanded.iter().chain(&reading.permitted));
    let demands =
        |clause: &&ClauseId| view.situation.model.written(**clause).is_some_and(|c| matches!(c.verb, Verb::Refuse(_)));
    refusing.filter(demands).any(|clause| least_hidden(view.situation, *clause, 1).is_none())
}

/// Everything about a call was met often.
pub(super) fn nothing_new(view: &View<'_, '_>, call: &Call) -> bool {
    let outlook = view.scene.outlook(call);
    outlook.is_some_and(|outlook| novelty(view.situation, view.scene, call, &outlook) == 0)
}

/// The best score of a call for the clauses that apply to it.
pub(super) fn score_of_any(view: &View<'_, '_>, call: &Call, outlook: &Outlook) -> Score {
    // A refusal that may be is no reason to ask what is to be accepted.
    let accepts = |clause: &ClauseId| {
        let written = view.situation.model.written(*clause);
        !outlook.accepted() || written.is_some_and(|clause| matches!(clause.verb, Verb::Accept(_)))
    };
    let clauses = outlook.applying().into_iter().filter(accepts);
    let scores = clauses.map(|clause| score(view, clause, call, outlook));
    scores.min().unwrap_or((true, usize::MAX, u64::MAX, u64::MAX))
}

pub(super) fn tried(view: &mut View<'_, '_>, ask: &Ask) -> Option<(Call, Outlook)> {
    let call = build(view.scene, ask, view.rng)?;
    let outlook = view.scene.outlook(&call)?;
    Some((call, outlook))
}

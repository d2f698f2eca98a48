//! The clauses that a deviation blames, the most specific first.

use super::clause_info::{ClauseId, ClauseOrigin};
use super::compile::Model;
use super::evidence::{DeviationEvidence, DifferenceKind, ExpectationReason};
use crate::suite::{Clause, ClauseDecision, ClauseOperations};
use std::collections::{BTreeMap, BTreeSet};

/// The clauses that a deviation contradicts, without repetition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct BlamedClauses {
    /// The blamed clauses, the most specific first.
    pub blamed: Vec<ClauseId>,
    /// Less specific clauses that every possible state contradicts too.
    pub further: Vec<ClauseId>,
}

/// The clauses of a deviation. `by_state` has the contradicted clauses of each possible state.
///
/// A clause that every possible state contradicts explains the deviation alone: of several such clauses, the most
/// specific ones are blamed, and of those not the ones that apply to more calls than another. Without such a clause, all
/// clauses are possible causes, those of the nearest possible state first. A clause whose effect or refusal was expected
/// comes before a clause about any operation, and before a frame clause.
#[must_use]
pub(super) fn rank_blamed_clauses(
    model: &Model,
    by_state: &[Vec<ClauseId>],
    evidence: &DeviationEvidence,
) -> BlamedClauses {
    let mut states: BTreeMap<ClauseId, usize> = BTreeMap::new();
    for clauses in by_state {
        for clause in clauses.iter().collect::<BTreeSet<_>>() {
            *states.entry(*clause).or_default() += 1;
        }
    }
    let distance = |clause: &ClauseId| measure_distance(model, *clause, evidence);
    let common = states.iter().filter(|(_, count)| **count == by_state.len()).map(|(clause, _)| *clause);
    let common: Vec<ClauseId> = common.collect();
    if let Some(nearest) = common.iter().map(&distance).min() {
        let (near, mut further): (Vec<ClauseId>, Vec<ClauseId>) =
            common.into_iter().partition(|clause| distance(clause) == nearest);
        let is_wider = |clause: &ClauseId| near.iter().any(|other| model.is_more_specific(*other, *clause));
        let (wider, blamed): (Vec<ClauseId>, Vec<ClauseId>) = near.iter().copied().partition(is_wider);
        further.extend(wider);
        return BlamedClauses { blamed, further };
    }
    let mut all: Vec<(ClauseId, usize)> = states.into_iter().collect();
    let is_far = |clause: &ClauseId| {
        !evidence.differences.iter().any(|it| it.clauses.contains(clause)) && !is_promise(*clause, evidence)
    };
    all.sort_by_key(|(clause, count)| (is_far(clause), distance(clause), std::cmp::Reverse(*count), *clause));
    BlamedClauses { blamed: all.into_iter().map(|(clause, _)| clause).collect(), further: Vec::new() }
}

/// Whether a clause made the promise behind the expectation.
fn is_promise(clause: ClauseId, evidence: &DeviationEvidence) -> bool {
    evidence.reasons.iter().any(|reason| match reason {
        ExpectationReason::Promised { clause: promised, .. } => *promised == clause,
        _ => false,
    })
}

/// Whether the nearest possible state refuses a call that the endpoint accepted.
fn demands_refusal(evidence: &DeviationEvidence) -> bool {
    evidence.differences.iter().any(|difference| match &difference.what {
        DifferenceKind::Outcome { expected, .. } => expected.accepted == Some(false),
        _ => false,
    })
}

/// How far a clause is from the deviation: 0 for the promise behind the expectation, then clauses of single operations,
/// clauses of any operation, and generated clauses.
fn measure_distance(model: &Model, clause: ClauseId, evidence: &DeviationEvidence) -> u8 {
    match &model.clause_info(clause).origin {
        ClauseOrigin::Clause(_) if is_promise(clause, evidence) => 0,
        ClauseOrigin::Clause(index) => match &model.suite.clauses[*index] {
            // The end of a resource was promised, and a call on it is accepted.
            Clause { decision: ClauseDecision::Accept(_), .. } if demands_refusal(evidence) => 0,
            // An accepted call contradicts each clause that refuses it.
            clause if !matches!(clause.decision, ClauseDecision::Accept(_)) => 1,
            Clause { calls: ClauseOperations::Only(_), .. } => 1,
            _ => 2,
        },
        ClauseOrigin::Event(_) => 2,
        ClauseOrigin::Generated(_) => 3,
    }
}

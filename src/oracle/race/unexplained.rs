//! The finding about a race that no order explains.

use super::evidence::{RaceEvidence, RaceLane};
use super::order_search::DeadEnd;
use super::race_state::RaceResult;
use crate::history::{Exchange, Outcome};
use crate::model::{ClauseId, Deviation, InterpretedExchange, Model};
use crate::oracle::judge::{Finding, Judge};
use crate::suite::{ClauseBasis, ClauseDecision};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A race that no order explains.
pub(super) struct UnexplainedRace {
    /// The call or the later read whose response no order explains, after the order that gets furthest.
    exchange: Exchange,
    deviation: Deviation,
    evidence: RaceEvidence,
    kinds: BTreeSet<usize>,
    /// The deviations of all orders, each with whether the call was accepted.
    all: Vec<(Deviation, bool)>,
}

impl UnexplainedRace {
    /// A race in which no order explains the responses of the calls. `dead` is not empty, the longest order first.
    pub fn from_dead_ends(
        calls: &[InterpretedExchange<'_>],
        dead: Vec<DeadEnd<Box<Deviation>>>,
        kinds: &BTreeSet<usize>,
    ) -> UnexplainedRace {
        let furthest = &dead[0];
        let exchange = calls[furthest.call].exchange.clone();
        let evidence = RaceEvidence {
            lanes: calls.iter().map(|call| RaceLane::new(call.exchange)).collect(),
            order: furthest.order.iter().map(|call| calls[*call].exchange.number).collect(),
            unexplained: exchange.number,
        };
        let deviation = (*furthest.why).clone();
        let all = dead.into_iter().map(|end| (*end.why, is_accepted(calls[end.call].exchange))).collect();
        UnexplainedRace { exchange, deviation, evidence, kinds: kinds.clone(), all }
    }

    /// A race whose results all contradict the response of a later exchange. `results` is not empty.
    pub fn from_results(
        calls: &[InterpretedExchange<'_>],
        results: Vec<(RaceResult, Deviation)>,
        later: &InterpretedExchange<'_>,
        kinds: &BTreeSet<usize>,
    ) -> UnexplainedRace {
        let (first, deviation) = &results[0];
        let lanes = calls.iter().map(|call| call.exchange).chain([later.exchange]);
        let evidence = RaceEvidence {
            lanes: lanes.map(RaceLane::new).collect(),
            order: first.order.iter().map(|call| calls[*call].exchange.number).collect(),
            unexplained: later.exchange.number,
        };
        let deviation = deviation.clone();
        let all = results.into_iter().map(|(_, why)| (why, false)).collect();
        UnexplainedRace { exchange: later.exchange.clone(), deviation, evidence, kinds: kinds.clone(), all }
    }

    /// The response that no order explains, in words.
    pub fn describe(&self) -> String {
        format!("no order explains that {} was {}", self.exchange.call.operation, self.deviation.outcome)
    }

    /// The clauses that the race contradicts: that overlapping calls end as if made one after the other, where the suite
    /// says so; otherwise the stated refusals, if in every order a page demands the refusal of a call that was accepted.
    /// Empty if neither holds: then no promise is broken.
    fn list_clauses(&self, model: &Model) -> Vec<ClauseId> {
        let atomic: Vec<ClauseId> = self.kinds.iter().filter_map(|kind| model.find_atomic_clause(*kind)).collect();
        if !atomic.is_empty() {
            return atomic;
        }
        let refuses = |clause: &ClauseId| {
            model.find_suite_clause(*clause).is_some_and(|clause| {
                clause.basis == ClauseBasis::Stated && matches!(clause.decision, ClauseDecision::Refuse(_))
            })
        };
        let excluded = |(deviation, accepted): &(Deviation, bool)| *accepted && deviation.clauses.iter().all(refuses);
        if !self.all.iter().all(excluded) {
            return Vec::new();
        }
        let clauses: BTreeSet<ClauseId> =
            self.all.iter().flat_map(|(deviation, _)| deviation.clauses.iter().copied()).collect();
        clauses.into_iter().collect()
    }

    /// Equal for races of the same operations against the same clauses.
    fn compute_fingerprint(&self, model: &Model, clauses: &[ClauseId]) -> String {
        let names: Vec<&str> = clauses.iter().map(|clause| model.clause_info(*clause).id.as_str()).collect();
        let mut operations: Vec<&str> =
            self.evidence.lanes.iter().filter(|lane| lane.branch > 0).map(|lane| lane.operation.as_str()).collect();
        operations.sort_unstable();
        format!("{} {} race", names.join("+"), operations.join("+"))
    }
}

impl Judge {
    /// The finding about a race; `None` if no promise is broken, and for a repetition.
    pub(super) fn report_race(&mut self, race: &UnexplainedRace) -> Option<Finding> {
        let model = self.belief.model().clone();
        let clauses = race.list_clauses(&model);
        if clauses.is_empty() {
            return None;
        }
        let fingerprints = vec![race.compute_fingerprint(&model, &clauses)];
        if !self.note_deviation(&fingerprints, clauses.iter().copied()) {
            return None;
        }
        let suspected: BTreeSet<ClauseId> = clauses.iter().chain(&race.deviation.suspected_clauses).copied().collect();
        Some(Finding {
            recorded: Arc::new(race.exchange.clone()),
            evidence: race.deviation.evidence.clone(),
            plan: self.plan,
            step: race.exchange.step,
            exchange: race.exchange.number,
            operation: race.exchange.call.operation.clone(),
            related_clauses: BTreeSet::new(),
            related_fingerprints: BTreeSet::new(),
            lacks_fingerprints: false,
            operations: BTreeSet::new(),
            suspected_clauses: suspected.into_iter().collect(),
            seen: race.deviation.outcome.clone(),
            expected: race.deviation.expected.clone(),
            fingerprints,
            narrowed_by: None,
            hint: None,
            race: Some(Arc::new(race.evidence.clone())),
            clauses,
        })
    }
}

fn is_accepted(exchange: &Exchange) -> bool {
    matches!(&exchange.outcome, Outcome::Replied(reply) if (200..300).contains(&reply.status))
}

//! The races of one plan: the calls that are held, and the results that their orders have.

use super::evidence::RaceRecord;
use super::order_search::CALLS_MAX;
use crate::history::Exchange;
use crate::model::{Belief, ClauseTally, InterpretedExchange, ResourceId};
use std::collections::BTreeSet;

/// The races of one plan.
#[derive(Debug, Clone, Default)]
pub(in crate::oracle) struct RaceJudgement {
    /// The calls of the race under way.
    pub(super) held: Vec<Exchange>,
    /// The results of the last race that the responses so far permit; empty without a race.
    pub(super) results: Vec<RaceResult>,
    /// The calls of the last race.
    pub(super) calls: Vec<Exchange>,
    /// The kinds whose clause passes as soon as a response after the race is explained.
    pub(super) awaiting: BTreeSet<usize>,
    /// Whether the rest of the plan is not judged.
    pub(super) is_given_up: bool,
    /// The counts of clauses before the first race.
    pub(super) counts: Option<ClauseTally>,
    /// The races so far.
    pub(in crate::oracle) records: Vec<RaceRecord>,
}

/// One result that some order of the calls of a race has.
#[derive(Debug, Clone)]
pub(super) struct RaceResult {
    pub belief: Belief,
    /// The exchanges in the order, by index into the calls of the race.
    pub order: Vec<usize>,
    /// Calls without a response that may still take effect, by index.
    pub pending: Vec<usize>,
}

impl RaceResult {
    /// Whether the result tells the state of every resource that the calls name, so that a later response can contradict
    /// it. Where no clause speaks about a call, its resources are undetermined, and any response is possible.
    pub fn is_known(&self, calls: &[InterpretedExchange<'_>]) -> bool {
        let named = calls.iter().flat_map(|call| call.call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()));
        let is_known = |id: &ResourceId| {
            let id = self.belief.resolve_id(id);
            self.belief.iter_resource(id).all(|held| held.state.undetermined_since.is_none())
        };
        self.pending.is_empty() && named.into_iter().all(is_known)
    }
}

impl RaceJudgement {
    /// Holds a call of a race until all calls are known. More calls than a search takes end the judgement of the plan, because
    /// no later response can be judged without an order of the calls.
    pub(in crate::oracle) fn hold_call(&mut self, exchange: &Exchange) {
        if self.held.len() <= CALLS_MAX {
            self.held.push(exchange.clone());
        }
    }

    /// Whether the rest of the plan is not judged, because more calls overlapped than a search takes.
    pub(in crate::oracle) fn is_given_up(&self) -> bool {
        self.is_given_up
    }

    /// Whether results of a race are told apart by later responses.
    pub(in crate::oracle) fn has_results(&self) -> bool {
        !self.results.is_empty()
    }

    /// The counts with those of clauses as they were before the first race.
    pub(in crate::oracle) fn restore_counts(&self, later: ClauseTally) -> ClauseTally {
        let Some(before) = &self.counts else { return later };
        let before = before.clone();
        let ClauseTally { clauses, passed_by, told_effects, silent, .. } = before;
        ClauseTally { clauses, passed_by, told_effects, silent, ..later }
    }
}

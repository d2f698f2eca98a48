//! The search: candidates, their cost, and the end of the search.

use super::handles::{remove_unbound_steps, rename_handles};
use super::order::{measure_canonical_steps, measure_complexity, serialize_steps};
use crate::plan::{Plan, Step};
use std::collections::BTreeSet;

/// Bounds of the search. The first bound reached ends the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShrinkLimits {
    /// Greatest number of candidates run.
    pub tries_max: u64,
    /// Greatest number of requests. A candidate is run only if the candidate and the confirming run are expected to
    /// fit, judging by the cost of the best plan so far. The bound may be exceeded by the first run, whose
    /// cost is unknown, and by further runs of one candidate; the limits of the whole run hold for these too.
    pub requests_max: u64,
    /// Requests after which a plan is only made shorter, and its inputs and waits are left as they are.
    pub polish_requests_max: u64,
    /// Requests that the given plan took to show the failure; 0 if unknown.
    pub given_requests: u64,
    /// Whether the given plan is small: no part of it is tried before the plan itself.
    pub is_small: bool,
    /// Whether an earlier run of the given plan showed the failure, so that the plan is not run first.
    pub is_shown: bool,
    /// Whether the given plan is run again if it did not show the failure: the failure may be intermittent.
    pub is_persistent: bool,
}

/// The result of one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandidateResult {
    /// Whether the candidate shows the failure.
    pub fails: bool,
    /// Number of requests of the candidate.
    pub requests: u64,
}

/// The state of a search.
pub(super) struct ShrinkSearch<'a, F> {
    /// The plan before shrinking.
    pub(super) given: &'a Plan,
    pub(super) best: Plan,
    pub(super) simpler_values: &'a dyn Fn(&Step) -> Vec<Step>,
    worthwhile: &'a dyn Fn(&[Step]) -> bool,
    fails: F,
    progress: &'a mut dyn FnMut(usize, u64),
    limits: ShrinkLimits,
    /// Whether inputs and waits are simplified, which has a bound of its own.
    pub(super) polishes: bool,
    pub(super) tried: u64,
    pub(super) requests: u64,
    best_requests: u64,
    seen: BTreeSet<String>,
    /// Whether the budget excluded a candidate since the flag was last cleared.
    pub(super) budget_exhausted: bool,
}

impl<'a, F: AsyncFnMut(Plan) -> CandidateResult> ShrinkSearch<'a, F> {
    pub(super) fn new(
        plan: &'a Plan,
        limits: &ShrinkLimits,
        simpler_values: &'a dyn Fn(&Step) -> Vec<Step>,
        worthwhile: &'a dyn Fn(&[Step]) -> bool,
        fails: F,
        progress: &'a mut dyn FnMut(usize, u64),
    ) -> ShrinkSearch<'a, F> {
        ShrinkSearch {
            given: plan,
            best: plan.clone(),
            simpler_values,
            worthwhile,
            fails,
            progress,
            limits: *limits,
            polishes: false,
            tried: 0,
            requests: 0,
            best_requests: 0,
            seen: BTreeSet::new(),
            budget_exhausted: false,
        }
    }

    /// Whether a candidate is simpler than the best plan and fails. The candidate then becomes the best plan.
    pub(super) async fn attempt(&mut self, steps: Vec<Step>) -> bool {
        let steps = rename_handles(remove_unbound_steps(&steps));
        measure_canonical_steps(&steps) < measure_complexity(&self.best.steps) && self.run_unseen(steps).await
    }

    /// Whether a candidate fails. The candidate then becomes the best plan. The caller guarantees that the candidate
    /// is simpler and has no more steps, branches and created resources than the best plan.
    pub(super) async fn attempt_offered(&mut self, steps: Vec<Step>) -> bool {
        self.run_unseen(rename_handles(remove_unbound_steps(&steps))).await
    }

    async fn run_unseen(&mut self, steps: Vec<Step>) -> bool {
        let text = serialize_steps(&steps);
        if steps.is_empty() || self.seen.contains(&text) {
            return false;
        }
        if (self.worthwhile)(&steps) {
            if !self.can_afford(steps.len()) {
                self.budget_exhausted |= !self.polishes;
                return false;
            }
            self.seen.insert(text);
            return self.run_candidate(steps).await;
        }
        self.seen.insert(text);
        false
    }

    pub(super) async fn run_candidate(&mut self, steps: Vec<Step>) -> bool {
        let candidate = Plan { steps, ..self.best.clone() };
        let trial = (self.fails)(candidate.clone()).await;
        self.tried += 1;
        self.requests = self.requests.saturating_add(trial.requests);
        if trial.fails {
            self.best = candidate;
            self.best_requests = trial.requests;
        }
        (self.progress)(self.best.steps.len(), self.tried);
        trial.fails
    }

    pub(super) fn has_budget(&self) -> bool {
        self.tried < self.limits.tries_max && self.requests < self.limits.requests_max
    }

    /// Whether the budget covers a run that has to show the failure for the first time, judging by the requests of the
    /// given plan. The first run is always covered.
    pub(super) fn can_reproduce(&mut self, steps: usize) -> bool {
        let whole = self.given.steps.len().max(1) as u64;
        let expected = self.limits.given_requests.saturating_mul(steps as u64) / whole;
        let affordable = self.requests.saturating_add(expected) <= self.limits.requests_max;
        let covered = self.has_budget() && (self.tried == 0 || affordable);
        self.budget_exhausted |= !covered;
        covered
    }

    /// Whether the failure is known to show in the given plan; the plan then is the best one.
    pub(super) fn take_shown(&mut self) -> bool {
        self.best_requests = self.limits.given_requests;
        self.limits.is_shown
    }

    /// Whether parts of the given plan are tried before the plan itself.
    pub(super) fn tries_parts(&self) -> bool {
        !self.limits.is_persistent && !self.limits.is_small
    }

    /// Whether the given plan is run again if it did not show the failure.
    pub(super) fn is_persistent(&self) -> bool {
        self.limits.is_persistent
    }

    /// Records a candidate that [`ShrinkSearch::run_candidate`] runs, so that [`ShrinkSearch::attempt`] does not run the candidate again.
    pub(super) fn mark_seen(&mut self, steps: &[Step]) {
        self.seen.insert(serialize_steps(steps));
    }

    /// Whether the budget covers a candidate with the given number of steps and the confirming run.
    fn can_afford(&self, steps: usize) -> bool {
        let whole = self.best.steps.len().max(1) as u64;
        let expected = self.best_requests.saturating_mul(steps as u64).div_ceil(whole);
        let needed = self.requests.saturating_add(expected).saturating_add(self.best_requests);
        let most = if self.polishes { self.limits.polish_requests_max } else { u64::MAX };
        self.tried.saturating_add(2) <= self.limits.tries_max && needed <= self.limits.requests_max.min(most)
    }
}

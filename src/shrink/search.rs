//! The search: candidates, their cost, and the end of the search.

use super::handles::{canonical, closed};
use super::order::{canonical_key, sort_key, written};
use crate::plan::{Plan, Step};
use std::collections::BTreeSet;

/// Bounds of the search. The first bound reached ends the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Greatest number of candidates run.
    pub tries_max: u64,
    /// Greatest number of requests. A candidate is run only if the candidate and the confirming run are expected to
    /// fit, judging by the cost of the best plan so far. Only the first run of the given plan, with unknown cost, may
    /// exceed the bound.
    pub requests_max: u64,
}

/// The result of one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// Whether the candidate shows the failure.
    pub fails: bool,
    /// Number of requests of the candidate.
    pub requests: u64,
}

/// The state of a search.
pub(super) struct Search<'a, F> {
    /// The plan before shrinking.
    pub(super) given: &'a Plan,
    pub(super) best: Plan,
    pub(super) simpler_values: &'a dyn Fn(&Step) -> Vec<Step>,
    worthwhile: &'a dyn Fn(&[Step]) -> bool,
    fails: F,
    progress: &'a mut dyn FnMut(usize, u64),
    limits: Limits,
    pub(super) tried: u64,
    pub(super) requests: u64,
    best_requests: u64,
    seen: BTreeSet<String>,
    /// Whether the budget excluded a candidate since the flag was last cleared.
    pub(super) starved: bool,
}

impl<'a, F: AsyncFnMut(Plan) -> Trial> Search<'a, F> {
    pub(super) fn new(
        plan: &'a Plan,
        limits: &Limits,
        simpler_values: &'a dyn Fn(&Step) -> Vec<Step>,
        worthwhile: &'a dyn Fn(&[Step]) -> bool,
        fails: F,
        progress: &'a mut dyn FnMut(usize, u64),
    ) -> Search<'a, F> {
        Search {
            given: plan,
            best: plan.clone(),
            simpler_values,
            worthwhile,
            fails,
            progress,
            limits: *limits,
            tried: 0,
            requests: 0,
            best_requests: 0,
            seen: BTreeSet::new(),
            starved: false,
        }
    }

    /// Whether a candidate is simpler than the best plan and fails. The candidate then becomes the best plan.
    pub(super) async fn attempt(&mut self, steps: Vec<Step>) -> bool {
        let steps = canonical(closed(&steps));
        canonical_key(&steps) < sort_key(&self.best.steps) && self.ask(steps).await
    }

    /// Whether a candidate fails. The candidate then becomes the best plan. The caller guarantees that the candidate
    /// is simpler and has no more steps, branches and created resources than the best plan.
    pub(super) async fn attempt_offered(&mut self, steps: Vec<Step>) -> bool {
        self.ask(canonical(closed(&steps))).await
    }

    async fn ask(&mut self, steps: Vec<Step>) -> bool {
        let text = written(&steps);
        if steps.is_empty() || self.seen.contains(&text) {
            return false;
        }
        if (self.worthwhile)(&steps) {
            if !self.affords(steps.len()) {
                self.starved = true;
                return false;
            }
            self.seen.insert(text);
            return self.run(steps).await;
        }
        self.seen.insert(text);
        false
    }

    pub(super) async fn run(&mut self, steps: Vec<Step>) -> bool {
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

    /// Records a candidate that [`Search::run`] runs, so that [`Search::attempt`] does not run the candidate again.
    pub(super) fn mark_seen(&mut self, steps: &[Step]) {
        self.seen.insert(written(steps));
    }

    /// Whether the budget covers a candidate with the given number of steps and the confirming run.
    fn affords(&self, steps: usize) -> bool {
        let whole = self.best.steps.len().max(1) as u64;
        let expected = self.best_requests.saturating_mul(steps as u64).div_ceil(whole);
        let needed = self.requests.saturating_add(expected).saturating_add(self.best_requests);
        self.tried.saturating_add(2) <= self.limits.tries_max && needed <= self.limits.requests_max
    }
}

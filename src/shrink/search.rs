//! The search: which candidates are run, what they cost, and when to stop.

use super::handles::{canonical, closed};
use super::order::{canonical_key, sort_key, written};
use crate::plan::{Plan, Step};
use std::collections::BTreeSet;

/// Ends of the search; whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Candidates that are run.
    pub tries_max: u64,
    /// Requests in all. A candidate is run only if it and the run that confirms the result
    /// should fit, going by what the best plan so far needed; only the first run of the plan
    /// as handed over, whose cost nobody knows, may overdraw.
    pub requests_max: u64,
}

/// What became of one candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// Whether it shows the same failure.
    pub fails: bool,
    /// Requests it took.
    pub requests: u64,
}

/// One search under way.
pub(super) struct Search<'a, F> {
    /// The plan as handed over.
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
    /// A candidate was left out for want of budget since this was last cleared.
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

    /// Whether this candidate is simpler and fails; it is then the best.
    pub(super) async fn attempt(&mut self, steps: Vec<Step>) -> bool {
        let steps = canonical(closed(&steps));
        canonical_key(&steps) < sort_key(&self.best.steps) && self.ask(steps).await
    }

    /// Whether this candidate fails; it is then the best. That it is simpler is the word of
    /// whoever offers it: no more steps, branches and things than the best has.
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

    /// Whether a candidate of so many steps and the run that confirms the result both fit.
    fn affords(&self, steps: usize) -> bool {
        let whole = self.best.steps.len().max(1) as u64;
        let expected = self.best_requests.saturating_mul(steps as u64).div_ceil(whole);
        let needed = self.requests.saturating_add(expected).saturating_add(self.best_requests);
        self.tried.saturating_add(2) <= self.limits.tries_max && needed <= self.limits.requests_max
    }
}

//! The search: which candidates are run, what they cost, and when to stop.

use super::drop;
use super::handles::{canonical, closed};
use super::order::{canonical_key, sort_key, written};
use super::plain;
use super::values;
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

/// The result of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Shrunk {
    /// The simplest plan that was seen to fail; the plan as handed over if none was.
    pub plan: Plan,
    /// Candidates that were run.
    pub tried: u64,
    /// Requests they took.
    pub requests: u64,
    /// No step can be taken away, and nothing simplified by the means of this room. False
    /// where a candidate was left out for want of budget.
    pub complete: bool,
    /// Some run showed the failure again.
    pub reproduced: bool,
    /// `plan` was run once more at the end and failed again.
    pub confirmed: bool,
}

/// The simplest plan, by [`super::SortKey`], that still fails.
///
/// - `last`: index of the step at which the failure was seen; what comes after it is cut off.
/// - `simpler_values`: steps that are simpler than the one given in one of their inputs. It
///   must not offer in circles, and keeps what the failure needs to stay the same call.
/// - `worthwhile`: false rules a candidate out without running it, at no cost.
/// - `fails`: runs a candidate. What fails once counts as failing, and no candidate is run
///   twice, except the result at the end.
/// - `progress`: hears, after each run, the steps of the best plan and the candidates run.
pub async fn shrink<F>(
    plan: &Plan,
    last: Option<usize>,
    limits: &Limits,
    simpler_values: &dyn Fn(&Step) -> Vec<Step>,
    worthwhile: &dyn Fn(&[Step]) -> bool,
    fails: F,
    progress: &mut dyn FnMut(usize, u64),
) -> Shrunk
where
    F: AsyncFnMut(Plan) -> Trial,
{
    let mut search = Search {
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
    };
    let reproduced = reproduce(&mut search, last).await;
    if reproduced {
        if last.is_none() {
            drop::tail(&mut search).await;
        }
        reduce(&mut search).await;
    }
    let confirmed = reproduced && search.has_budget() && {
        let best = search.best.steps.clone();
        search.run(best).await
    };
    Shrunk {
        plan: search.best,
        tried: search.tried,
        requests: search.requests,
        complete: reproduced && !search.starved,
        reproduced,
        confirmed,
    }
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
    requests: u64,
    best_requests: u64,
    seen: BTreeSet<String>,
    /// A candidate was left out for want of budget since this was last cleared.
    pub(super) starved: bool,
}

impl<F: AsyncFnMut(Plan) -> Trial> Search<'_, F> {
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

    async fn run(&mut self, steps: Vec<Step>) -> bool {
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

    fn has_budget(&self) -> bool {
        self.tried < self.limits.tries_max && self.requests < self.limits.requests_max
    }

    /// Whether a candidate of so many steps and the run that confirms the result both fit.
    fn affords(&self, steps: usize) -> bool {
        let whole = self.best.steps.len().max(1) as u64;
        let expected = self.best_requests.saturating_mul(steps as u64).div_ceil(whole);
        let needed = self.requests.saturating_add(expected).saturating_add(self.best_requests);
        self.tried.saturating_add(2) <= self.limits.tries_max && needed <= self.limits.requests_max
    }
}

/// Whether the failure shows again: cut off after the failing step, else whole, else as
/// handed over with steps whose handles are unbound, else (it may come and go) cut off again.
async fn reproduce<F>(search: &mut Search<'_, F>, last: Option<usize>) -> bool
where
    F: AsyncFnMut(Plan) -> Trial,
{
    let plan = search.given;
    let end = last.map_or(plan.steps.len(), |last| plan.steps.len().min(last.saturating_add(1)));
    let cut = canonical(closed(&plan.steps[..end]));
    let mut candidates = vec![cut.clone()];
    for candidate in [canonical(closed(&plan.steps)), plan.steps.clone()] {
        if !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    candidates.push(cut);
    for steps in candidates {
        if !search.has_budget() {
            return false;
        }
        search.seen.insert(written(&steps));
        if search.run(steps).await {
            return true;
        }
    }
    false
}

/// Rounds of all passes, until one changes nothing. As a round asks for every single step
/// whether it can go, its last one proves that none can.
async fn reduce<F>(search: &mut Search<'_, F>)
where
    F: AsyncFnMut(Plan) -> Trial,
{
    drop::unrelated(search).await;
    drop::things(search).await;
    let mut stuck = Vec::new();
    loop {
        search.starved = false;
        let before = search.best.clone();
        drop::chunks(search).await;
        drop::merged(search).await;
        // Several steps together cost far more tries than one; asked once per sequence of
        // calls, for simpler values seldom free a pair.
        let calls: Vec<String> = search.best.steps.iter().map(|step| step.operation.clone()).collect();
        if calls != stuck {
            drop::together(search).await;
            if search.best.steps.len() == calls.len() && !search.starved {
                stuck = calls;
            }
        }
        if search.best.steps.len() < before.steps.len() {
            continue;
        }
        if closed(&search.best.steps) != search.best.steps {
            // It fails only with calls that cannot be made: plainer ones would drop them.
            return;
        }
        plain::branches(search).await;
        plain::callers(search).await;
        plain::bindings(search).await;
        values::inputs(search).await;
        plain::settles(search).await;
        if search.best == before {
            return;
        }
    }
}

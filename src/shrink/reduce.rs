//! The passes of a search, in order.

use super::handles::{remove_unbound_steps, rename_handles};
use super::remove_steps;
use super::search::{CandidateResult, ShrinkLimits, ShrinkSearch};
use super::simplify_steps;
use super::simplify_values;
use crate::plan::{Plan, Step};

/// The result of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct ShrunkPlan {
    /// The simplest plan seen to fail; the given plan if no plan failed.
    pub plan: Plan,
    /// Number of candidates run.
    pub tried: u64,
    /// Number of requests of all candidates.
    pub requests: u64,
    /// No step can be removed and no input simplified further. False if the budget excluded a candidate.
    pub complete: bool,
    /// Whether a run showed the failure again.
    pub reproduced: bool,
    /// Whether a second run of `plan`, at the end, failed again. A given plan that was shown before is not run again.
    pub confirmed: bool,
}

/// Finds the simplest plan, by [`PlanComplexity`](super::order::PlanComplexity), that still fails.
///
/// - `last`: index of the step that showed the failure; later steps are removed.
/// - `simpler_values`: copies of a step with one simpler input. The function must not offer cycles, and keeps the
///   parts of the call needed for the failure.
/// - `worthwhile`: returns false to reject a candidate without a run, at no cost.
/// - `fails`: runs a candidate. One failing run counts, and no candidate is run twice, except the result at the end.
/// - `progress`: called after each run with the number of steps of the best plan and the number of candidates run.
pub async fn shrink_plan<F>(
    plan: &Plan,
    last: Option<usize>,
    limits: &ShrinkLimits,
    simpler_values: &dyn Fn(&Step) -> Vec<Step>,
    worthwhile: &dyn Fn(&[Step]) -> bool,
    fails: F,
    progress: &mut dyn FnMut(usize, u64),
) -> ShrunkPlan
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let mut search = ShrinkSearch::new(plan, limits, simpler_values, worthwhile, fails, progress);
    let reproduced = if search.take_shown() {
        remove_steps::keep_one_part(&mut search).await;
        true
    } else {
        reproduce_failure(&mut search, last).await
    };
    if reproduced {
        if last.is_none() {
            remove_steps::remove_tail(&mut search).await;
        }
        run_passes(&mut search).await;
    }
    let confirmed = reproduced && search.has_budget() && (!limits.is_shown || search.best != *plan) && {
        let best = search.best.steps.clone();
        search.run_candidate(best).await
    };
    ShrunkPlan {
        plan: search.best,
        tried: search.tried,
        requests: search.requests,
        complete: reproduced && !search.budget_exhausted,
        reproduced,
        confirmed,
    }
}

/// Whether the failure shows again: in a part of the steps up to the failing step, in all of them, and, if the search is
/// persistent, in the whole plan, in the given plan with steps whose handles are unbound, and in the steps up to the failing
/// step again, because the failure may be intermittent. Short parts come first, because they cost least.
async fn reproduce_failure<F>(search: &mut ShrinkSearch<'_, F>, last: Option<usize>) -> bool
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let plan = search.given;
    let end = last.map_or(plan.steps.len(), |last| plan.steps.len().min(last.saturating_add(1)));
    let cut = rename_handles(remove_unbound_steps(&plan.steps[..end]));
    let mut candidates: Vec<Vec<Step>> = Vec::new();
    let parts = if last.is_some() && search.tries_parts() { remove_steps::select_parts(&cut) } else { Vec::new() };
    let parts = parts.into_iter().map(rename_handles).chain([cut.clone()]);
    let wholes = [rename_handles(remove_unbound_steps(&plan.steps)), plan.steps.clone()];
    let wholes = wholes.into_iter().filter(|_| search.is_persistent());
    for candidate in parts.chain(wholes) {
        if !candidate.is_empty() && !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    if search.is_persistent() {
        candidates.push(cut);
    }
    for steps in candidates {
        if !search.can_reproduce(steps.len()) {
            continue;
        }
        search.mark_seen(&steps);
        if search.run_candidate(steps).await {
            return true;
        }
    }
    false
}

/// Repeats all passes until a round changes nothing. Each round tries to remove every single step, so the last round
/// proves that no single step can be removed.
async fn run_passes<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    remove_steps::remove_unrelated_steps(search).await;
    remove_steps::remove_resources(search).await;
    let mut stuck = Vec::new();
    loop {
        search.budget_exhausted = false;
        let before = search.best.clone();
        remove_steps::remove_chunks(search).await;
        remove_steps::merge_resources(search).await;
        // Removing several steps together costs far more tries than removing one step. The pass runs once per
        // sequence of operations, because simpler values seldom free a pair.
        let calls: Vec<String> = search.best.steps.iter().map(|step| step.call.operation.clone()).collect();
        if calls != stuck {
            remove_steps::remove_groups(search).await;
            if search.best.steps.len() == calls.len() && !search.budget_exhausted {
                stuck = calls;
            }
        }
        if search.best.steps.len() < before.steps.len() {
            continue;
        }
        if remove_unbound_steps(&search.best.steps) != search.best.steps {
            // The plan fails only with steps whose handles are unbound, and the next passes would remove these steps.
            return;
        }
        simplify_steps::simplify_branches(search).await;
        simplify_steps::simplify_callers(search).await;
        search.polishes = true;
        simplify_values::simplify_inputs(search).await;
        simplify_steps::unify_bindings(search).await;
        simplify_steps::shorten_waits(search).await;
        search.polishes = false;
        if search.best == before {
            return;
        }
    }
}

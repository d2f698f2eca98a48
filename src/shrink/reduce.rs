//! The passes of a search, in order.

use super::drop;
use super::handles::{canonical, closed};
use super::plain;
use super::search::{Limits, Search, Trial};
use super::values;
use crate::plan::{Plan, Step};

/// The result of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Shrunk {
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
    /// Whether a second run of `plan`, at the end, failed again.
    pub confirmed: bool,
}

/// Finds the simplest plan, by [`super::SortKey`], that still fails.
///
/// - `last`: index of the step that showed the failure; later steps are removed.
/// - `simpler_values`: copies of a step with one simpler input. The function must not offer cycles, and keeps the
///   parts of the call needed for the failure.
/// - `worthwhile`: returns false to reject a candidate without a run, at no cost.
/// - `fails`: runs a candidate. One failing run counts, and no candidate is run twice, except the result at the end.
/// - `progress`: called after each run with the number of steps of the best plan and the number of candidates run.
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
    let mut search = Search::new(plan, limits, simpler_values, worthwhile, fails, progress);
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

/// Whether the failure shows again: in the prefix up to the failing step, in the whole plan, in the given plan with
/// steps whose handles are unbound, or (the failure may be intermittent) in the prefix again.
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
        search.mark_seen(&steps);
        if search.run(steps).await {
            return true;
        }
    }
    false
}

/// Repeats all passes until a round changes nothing. Each round tries to remove every single step, so the last round
/// proves that no single step can be removed.
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
        // Removing several steps together costs far more tries than removing one step. The pass runs once per
        // sequence of operations, because simpler values seldom free a pair.
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
            // The plan fails only with steps whose handles are unbound, and the next passes would remove these steps.
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

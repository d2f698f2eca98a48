//! The passes of a search, in their order.

use super::drop;
use super::handles::{canonical, closed};
use super::plain;
use super::search::{Limits, Search, Trial};
use super::values;
use crate::plan::{Plan, Step};

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
        search.mark_seen(&steps);
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

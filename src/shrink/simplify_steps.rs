//! Passes that simplify steps: one branch, the owner as caller, one binding, no waits.

use super::order::OWNER;
use super::search::{CandidateResult, ShrinkSearch};
use crate::plan::{Plan, Step, StepWait};
use std::collections::{BTreeMap, BTreeSet};

/// A wait is shortened until the uncertainty is below one part in `DELAY_PARTS`.
const DELAY_PARTS: u64 = 8;

/// Replaces concurrent branches with a sequence: all branches, in two possible orders; if no sequence fails, one
/// branch at a time.
pub(super) async fn simplify_branches<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let steps = search.best.steps.clone();
    let numbers: BTreeSet<u32> = steps.iter().map(|step| step.branch).filter(|&branch| branch > 0).collect();
    if numbers.is_empty() {
        return;
    }
    let mut forward = steps.clone();
    forward.sort_by_key(|step| step.branch);
    let mut backward = steps.clone();
    backward.sort_by_key(|step| (step.branch > 0, std::cmp::Reverse(step.branch)));
    for mut sequence in [forward, backward, steps] {
        for step in &mut sequence {
            step.branch = 0;
        }
        if search.attempt(sequence).await {
            return;
        }
    }
    for number in numbers.into_iter().rev() {
        let mut fewer = search.best.steps.clone();
        for step in fewer.iter_mut().filter(|step| step.branch == number) {
            step.branch = 0;
        }
        // The steps before all branches come first.
        fewer.sort_by_key(|step| step.branch > 0);
        search.attempt(fewer).await;
    }
}

/// Sets the caller of each step to the owner.
pub(super) async fn simplify_callers<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    change_steps(search, &|step| OWNER.clone_into(&mut step.call.caller)).await;
}

/// Uses one binding for all calls. Only bindings used for the operation somewhere in the given plan are tried,
/// because the shrinker does not know the catalog.
pub(super) async fn unify_bindings<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for step in &search.given.steps {
        known.entry(step.call.binding.clone()).or_default().insert(step.call.operation.clone());
    }
    for (binding, operations) in known {
        change_steps(search, &|step| {
            if operations.contains(&step.call.operation) {
                step.call.binding.clone_from(&binding);
            }
        })
        .await;
    }
}

/// Removes waits, or shortens them.
pub(super) async fn shorten_waits<F>(search: &mut ShrinkSearch<'_, F>)
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    change_steps(search, &|step| step.settle = StepWait::Leave).await;
    change_steps(search, &|step| {
        step.settle = step.settle.with_first_poll_ms(0);
    })
    .await;
    for index in 0..search.best.steps.len() {
        let mut passes = 0;
        while let Some(after_ms) = search.best.steps[index].settle.first_poll_ms()
            && after_ms - passes > (after_ms / DELAY_PARTS).max(1)
        {
            let middle = passes + (after_ms - passes) / 2;
            let mut steps = search.best.steps.clone();
            steps[index].settle = steps[index].settle.with_first_poll_ms(middle);
            if !search.attempt(steps).await {
                passes = middle;
            }
        }
    }
}

/// Changes all steps at once; if the result does not fail, one step at a time.
async fn change_steps<F>(search: &mut ShrinkSearch<'_, F>, change: &dyn Fn(&mut Step))
where
    F: AsyncFnMut(Plan) -> CandidateResult,
{
    let mut all = search.best.steps.clone();
    all.iter_mut().for_each(change);
    if search.attempt(all).await {
        return;
    }
    for index in (0..search.best.steps.len()).rev() {
        let mut one = search.best.steps.clone();
        change(&mut one[index]);
        search.attempt(one).await;
    }
}

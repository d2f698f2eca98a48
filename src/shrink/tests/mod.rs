//! Failures of a small machine, shrunk.

mod handles;
mod limits;
mod machine;
mod minimal;

use super::{CandidateResult, ShrinkLimits, ShrunkPlan, measure_complexity, shrink_plan};
use crate::plan::{Plan, Step};
use machine::{is_possible, list_offers};

const AMPLE: ShrinkLimits = ShrinkLimits {
    tries_max: 2000,
    requests_max: 50_000,
    polish_requests_max: 50_000,
    given_requests: 0,
    is_persistent: true,
    is_small: false,
    is_shown: false,
};

/// Shrinks a plan that fails according to `fails`, at one request per step, and asserts what holds for every result.
fn check_shrinking(plan: &Plan, limits: &ShrinkLimits, fails: impl Fn(&[Step]) -> bool) -> ShrunkPlan {
    let last = (0..plan.steps.len()).find(|&last| fails(&plan.steps[..=last]));
    let shrunk = run_shrinking(plan, last, limits, |steps| fails(steps));
    assert!(shrunk.tried <= limits.tries_max);
    if shrunk.reproduced {
        assert!(fails(&shrunk.plan.steps), "the result does not fail: {:#?}", shrunk.plan.steps);
        assert!(measure_complexity(&shrunk.plan.steps) <= measure_complexity(&plan.steps), "the result is larger");
    } else {
        assert_eq!(shrunk.plan, *plan);
    }
    if shrunk.complete {
        assert!(shrunk.confirmed);
        for index in 0..shrunk.plan.steps.len() {
            let mut fewer = shrunk.plan.steps.clone();
            fewer.remove(index);
            let fewer = super::remove_unbound_steps(&fewer);
            assert!(!(is_possible(&fewer) && fails(&fewer)), "step {index} can go: {:#?}", shrunk.plan.steps);
        }
    }
    shrunk
}

fn run_shrinking(
    plan: &Plan,
    last: Option<usize>,
    limits: &ShrinkLimits,
    mut fails: impl FnMut(&[Step]) -> bool,
) -> ShrunkPlan {
    let trial = async |candidate: Plan| {
        assert!(candidate.steps == plan.steps || is_possible(&candidate.steps), "an impossible candidate was run");
        CandidateResult { fails: fails(&candidate.steps), requests: candidate.steps.len() as u64 }
    };
    block_on(shrink_plan(plan, last, limits, &list_offers, &is_possible, trial, &mut |_, _| {}))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
    runtime.block_on(future)
}

/// The operations of the steps, separated by spaces.
fn join_operations(steps: &[Step]) -> String {
    let names: Vec<&str> = steps.iter().map(|step| step.call.operation.as_str()).collect();
    names.join(" ")
}

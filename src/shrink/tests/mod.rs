//! Failures of a small machine, shrunk.

mod handles;
mod limits;
mod machine;
mod minimal;

use super::{Limits, Shrunk, Trial, shrink, sort_key};
use crate::plan::{Plan, Step};
use machine::{offers, possible};

const AMPLE: Limits = Limits { tries_max: 2000, requests_max: 50_000 };

/// Shrinks a plan that fails according to `fails`, at one request per step, and asserts what holds for every result.
fn check(plan: &Plan, limits: &Limits, fails: impl Fn(&[Step]) -> bool) -> Shrunk {
    let last = (0..plan.steps.len()).find(|&last| fails(&plan.steps[..=last]));
    let shrunk = run(plan, last, limits, |steps| fails(steps));
    assert!(shrunk.tried <= limits.tries_max);
    if shrunk.reproduced {
        assert!(fails(&shrunk.plan.steps), "the result does not fail: {:#?}", shrunk.plan.steps);
        assert!(sort_key(&shrunk.plan.steps) <= sort_key(&plan.steps), "the result is larger");
    } else {
        assert_eq!(shrunk.plan, *plan);
    }
    if shrunk.complete {
        assert!(shrunk.confirmed);
        for index in 0..shrunk.plan.steps.len() {
            let mut fewer = shrunk.plan.steps.clone();
            fewer.remove(index);
            let fewer = super::closed(&fewer);
            assert!(!(possible(&fewer) && fails(&fewer)), "step {index} can go: {:#?}", shrunk.plan.steps);
        }
    }
    shrunk
}

fn run(plan: &Plan, last: Option<usize>, limits: &Limits, mut fails: impl FnMut(&[Step]) -> bool) -> Shrunk {
    let trial = async |candidate: Plan| {
        assert!(candidate.steps == plan.steps || possible(&candidate.steps), "an impossible candidate was run");
        Trial { fails: fails(&candidate.steps), requests: candidate.steps.len() as u64 }
    };
    block_on(shrink(plan, last, limits, &offers, &possible, trial, &mut |_, _| {}))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers");
    runtime.block_on(future)
}

/// The operations of the steps, separated by spaces.
fn calls(steps: &[Step]) -> String {
    let names: Vec<&str> = steps.iter().map(|step| step.operation.as_str()).collect();
    names.join(" ")
}

//! Is the least plan found, and at what cost?

use super::machine::{Crate, carry_out, noise, on, plan, size};
use super::{AMPLE, calls, check, sort_key};
use crate::plan::{Plan, Settle, Step};
use std::collections::BTreeMap;

const SEEDS: u64 = 50;

/// The failure shows at a step, by the boxes as they are after it.
fn seen(steps: &[Step], shows: impl Fn(&Step, &BTreeMap<String, Crate>) -> bool) -> bool {
    let mut found = false;
    carry_out(steps, |step, boxes| found |= shows(step, boxes)) && found
}

fn rebooted_large(steps: &[Step]) -> bool {
    seen(steps, |step, boxes| {
        let it = on(step).and_then(|name| boxes.get(name));
        step.operation == "reboot"
            && it.is_some_and(|it| it.confirmed.is_some_and(|size| size >= 17))
    })
}

/// Plans of noise in which the failure comes up, at their full length.
fn failing(count: usize, fails: impl Fn(&[Step]) -> bool) -> Vec<Plan> {
    let drawn = (0..)
        .map(|seed| noise(seed, count))
        .filter(|steps| fails(steps));
    drawn.take(SEEDS as usize).map(plan).collect()
}

#[test]
fn three_calls_in_order_are_found_among_forty() {
    let mut tried = 0;
    let mut requests = 0;
    for case in failing(40, rebooted_large) {
        let shrunk = check(&case, &AMPLE, rebooted_large);
        assert_eq!(calls(&shrunk.plan.steps), "create resize confirm reboot");
        assert_eq!(size(&shrunk.plan.steps[1]), 17);
        let given = |call: &Step, binding: &str| {
            case.steps
                .iter()
                .any(|step| step.operation == call.operation && step.binding == binding)
        };
        let steps = &shrunk.plan.steps;
        let bindings = sort_key(steps).bindings;
        let could_be_one = ["v1", "v2"]
            .iter()
            .any(|one| steps.iter().all(|step| given(step, one)));
        assert_eq!(bindings == 1, could_be_one);
        assert!(steps.iter().all(|step| step.settle == Settle::Leave));
        assert!(shrunk.complete);
        tried += shrunk.tried;
        requests += shrunk.requests;
    }
    println!(
        "{} tries, {} requests a failure",
        tried / SEEDS,
        requests / SEEDS
    );
    assert!(tried / SEEDS <= 45, "{tried} tries");
    assert!(requests / SEEDS <= 300, "{requests} requests");
}

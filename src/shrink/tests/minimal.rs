//! Measures how often the smallest plan is found, and at what cost.

use super::machine::{
    BoxState, build_call, build_create, build_plan, draw_steps, find_box, find_shortest_length, read_size, run_steps,
};
use super::{AMPLE, check_shrinking, join_operations, measure_complexity};
use crate::plan::{Plan, Step, StepWait};
use crate::schema::SeededRng;
use std::collections::BTreeMap;

const SEEDS: u64 = 50;

/// Whether the failure shows after some step, by the state of the boxes.
fn is_seen(steps: &[Step], shows: impl Fn(&Step, &BTreeMap<String, BoxState>) -> bool) -> bool {
    let mut found = false;
    run_steps(steps, |step, boxes| found |= shows(step, boxes)) && found
}

fn is_rebooted_large(steps: &[Step]) -> bool {
    is_seen(steps, |step, boxes| {
        let it = find_box(step).and_then(|name| boxes.get(name));
        step.call.operation == "reboot" && it.is_some_and(|it| it.confirmed.is_some_and(|size| size >= 17))
    })
}

/// Random plans of the given length that fail.
fn draw_failing_plans(count: usize, fails: impl Fn(&[Step]) -> bool) -> Vec<Plan> {
    let drawn = (0..).map(|seed| draw_steps(seed, count)).filter(|steps| fails(steps));
    drawn.take(SEEDS as usize).map(build_plan).collect()
}

#[test]
fn three_calls_in_order_are_found_among_forty() {
    let mut tried = 0;
    let mut requests = 0;
    for case in draw_failing_plans(40, is_rebooted_large) {
        let shrunk = check_shrinking(&case, &AMPLE, is_rebooted_large);
        assert_eq!(join_operations(&shrunk.plan.steps), "create resize confirm reboot");
        assert_eq!(read_size(&shrunk.plan.steps[1]), 17);
        let given = |call: &Step, binding: &str| {
            case.steps.iter().any(|step| step.call.operation == call.call.operation && step.call.binding == binding)
        };
        let steps = &shrunk.plan.steps;
        let bindings = measure_complexity(steps).bindings;
        let could_be_one = ["v1", "v2"].iter().any(|one| steps.iter().all(|step| given(step, one)));
        assert_eq!(bindings == 1, could_be_one);
        assert!(steps.iter().all(|step| step.settle == StepWait::Leave));
        assert!(shrunk.complete);
        tried += shrunk.tried;
        requests += shrunk.requests;
    }
    println!("{} tries, {} requests a failure", tried / SEEDS, requests / SEEDS);
    assert!(tried / SEEDS <= 45, "{tried} tries");
    assert!(requests / SEEDS <= 300, "{requests} requests");
}

fn is_reboot(step: &Step) -> bool {
    step.call.operation == "reboot"
}

fn count_operation(steps: &[Step], operation: &str) -> usize {
    steps.iter().filter(|step| step.call.operation == operation).count()
}

#[test]
fn one_resource_replaces_another() {
    let fails = |steps: &[Step]| {
        is_seen(steps, |step, boxes| {
            is_reboot(step) && boxes.values().any(|it| it.locked) && count_operation(steps, "show") > 0
        })
    };
    for case in draw_failing_plans(40, fails) {
        let shrunk = check_shrinking(&case, &AMPLE, fails);
        assert_eq!(count_operation(&shrunk.plan.steps, "create"), 1, "{}", join_operations(&shrunk.plan.steps));
        assert_eq!(shrunk.plan.steps.len(), 4);
    }
}

#[test]
fn two_resources_stay_where_both_are_needed() {
    let fails = |steps: &[Step]| {
        is_seen(steps, |_, boxes| {
            let holders = |disk: &String| boxes.values().filter(|it| it.disks.contains(disk)).count();
            boxes.values().flat_map(|it| &it.disks).any(|disk| holders(disk) > 1)
        })
    };
    for case in draw_failing_plans(60, fails) {
        let shrunk = check_shrinking(&case, &AMPLE, fails);
        let steps = &shrunk.plan.steps;
        assert_eq!(steps.len(), 5, "{}", join_operations(steps));
        assert_eq!(
            (count_operation(steps, "create"), count_operation(steps, "format"), count_operation(steps, "insert")),
            (2, 1, 2)
        );
    }
}

#[test]
fn calls_that_undo_each_other_are_removed_together() {
    let at_rest = |steps: &[Step]| {
        is_seen(steps, |step, boxes| {
            let it = find_box(step).and_then(|name| boxes.get(name));
            is_reboot(step) && it.is_some_and(|it| !it.locked && it.before.is_none())
        })
    };
    for case in draw_failing_plans(40, at_rest) {
        assert_eq!(join_operations(&check_shrinking(&case, &AMPLE, at_rest).plan.steps), "create reboot");
    }
    let crossed = ["resize=5", "lock", "confirm", "unlock", "reboot"];
    let crossed = crossed.iter().map(|word| build_call(word, Some("box-1")));
    let case = build_plan(std::iter::once(build_create("box", "box-1")).chain(crossed).collect());
    assert_eq!(join_operations(&check_shrinking(&case, &AMPLE, at_rest).plan.steps), "create reboot");
}

#[test]
fn three_or_five_dependent_steps_are_removed_together() {
    for cycle in [3, 5] {
        let fails = |steps: &[Step]| {
            count_operation(steps, "show").is_multiple_of(cycle) && steps.last().is_some_and(is_reboot)
        };
        let mut steps = vec![build_create("box", "box-1")];
        for _ in 0..cycle {
            steps.push(build_call("show", Some("box-1")));
        }
        steps.push(build_call("reboot", Some("box-1")));
        let case = build_plan(steps);
        assert_eq!(join_operations(&check_shrinking(&case, &AMPLE, fails).plan.steps), "create reboot");
    }
}

#[test]
fn a_bound_is_found_by_halving() {
    let mut rng = SeededRng::new(1, 0, 0, 0);
    for _ in 0..SEEDS {
        let bound = rng.draw_below(100_000);
        let drawn = bound + rng.draw_below(100_000);
        let case =
            build_plan(vec![build_create("box", "box-1"), build_call(&format!("resize={drawn}"), Some("box-1"))]);
        let fails =
            |steps: &[Step]| steps.iter().any(|step| step.call.operation == "resize" && read_size(step) >= bound);
        let shrunk = check_shrinking(&case, &AMPLE, fails);
        assert_eq!(read_size(&shrunk.plan.steps[1]), bound);
        assert!(shrunk.tried <= 50, "{} tries for {bound} of {drawn}", shrunk.tried);
    }
}

#[test]
fn a_text_is_cut_to_the_length_that_matters() {
    for bound in [1, 30, 255, 256, 999] {
        let length = |step: &Step| {
            let note = step.call.body.as_ref().and_then(|body| body.pointer("/resize/note"));
            note.and_then(|note| note.as_str()).map_or(0, str::len)
        };
        let mut drawn = build_call("resize=3", Some("box-1"));
        drawn.call.body = Some(serde_json::json!({ "resize": { "size": 3, "note": "n".repeat(1000) } }));
        let case = build_plan(vec![build_create("box", "box-1"), drawn]);
        let shrunk = check_shrinking(&case, &AMPLE, |steps| steps.iter().any(|step| length(step) >= bound));
        assert_eq!(length(&shrunk.plan.steps[1]), bound);
        assert!(shrunk.tried <= 60, "{} tries for {bound}", shrunk.tried);
    }
}

/// Whether the operations occur on one box in the given order, with any steps in between.
fn has_calls_in_order(steps: &[Step], words: &[&str]) -> bool {
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    steps.iter().any(|step| {
        let Some(name) = find_box(step) else { return false };
        let done = at.entry(name).or_insert(0);
        *done += usize::from(words.get(*done) == Some(&step.call.operation.as_str()));
        *done == words.len()
    })
}

#[test]
fn any_order_of_calls_shrinks_to_nearly_the_shortest_path() {
    let all = ["resize", "confirm", "revert", "reboot", "show", "lock", "unlock"];
    let (mut found, mut least, mut exact, mut tried) = (0, 0, 0, 0);
    let mut cases: u64 = 0;
    for seed in 0..4 * SEEDS {
        let mut rng = SeededRng::new(seed, 1, 0, 0);
        let words: Vec<&str> = (0..2 + rng.draw_below(3)).filter_map(|_| rng.pick_element(&all).copied()).collect();
        let case = build_plan(draw_steps(seed, 60));
        if has_calls_in_order(&case.steps, &words) {
            let shrunk = check_shrinking(&case, &AMPLE, |steps| has_calls_in_order(steps, &words));
            let shortest = find_shortest_length(&words);
            assert!(shrunk.plan.steps.len() >= shortest);
            found += shrunk.plan.steps.len();
            least += shortest;
            exact += u64::from(shrunk.plan.steps.len() == shortest);
            tried += shrunk.tried;
            cases += 1;
        }
    }
    println!("{cases} cases, {exact} exact, {found} steps of {least}, {} tries each", tried / cases);
    assert!(cases >= SEEDS);
    assert!(exact * 100 >= cases * 90, "{exact} of {cases}");
    assert!(tried / cases <= 60);
}

//! Budgets are observed, and uncertain results are marked.

use super::super::{CandidateResult, ShrinkLimits, shrink_plan};
use super::machine::{build_call, build_create, build_plan, draw_steps, is_possible, list_offers};
use super::{AMPLE, block_on, check_shrinking, join_operations, run_shrinking};
use crate::plan::{Plan, Step};
use crate::schema::SeededRng;

fn is_locked_after_show(steps: &[Step]) -> bool {
    let calls = join_operations(steps);
    calls.find("show").is_some_and(|at| calls[at..].contains("lock"))
}

fn draw_case() -> Plan {
    let drawn = (0..).map(|seed| draw_steps(seed, 40)).find(|steps| is_locked_after_show(steps));
    build_plan(drawn.expect("noise has every word sooner or later"))
}

#[test]
fn limits_are_kept() {
    let case = draw_case();
    let needed = check_shrinking(&case, &AMPLE, is_locked_after_show);
    assert!(needed.complete);
    for tries_max in 0..=needed.tried {
        let shrunk = check_shrinking(&case, &ShrinkLimits { tries_max, ..AMPLE }, is_locked_after_show);
        assert!(shrunk.tried <= tries_max);
        assert_eq!(shrunk.reproduced, tries_max > 0);
        assert_eq!(shrunk.confirmed, tries_max > 1);
    }
    for requests_max in (0..=needed.requests).step_by(7) {
        let shrunk = check_shrinking(&case, &ShrinkLimits { requests_max, ..AMPLE }, is_locked_after_show);
        assert!(shrunk.requests <= requests_max.max(case.steps.len() as u64));
        assert!(!shrunk.complete || shrunk.plan == needed.plan);
    }
}

#[test]
fn more_budget_never_gives_a_longer_plan() {
    let case = draw_case();
    let lengths: Vec<usize> = (1..60)
        .map(|tries_max| {
            check_shrinking(&case, &ShrinkLimits { tries_max, ..AMPLE }, is_locked_after_show).plan.steps.len()
        })
        .collect();
    assert!(lengths.is_sorted_by(|less, more| less >= more), "{lengths:?}");
}

#[test]
fn a_failure_that_does_not_reproduce_returns_the_given_plan() {
    let case = draw_case();
    let shrunk = run_shrinking(&case, None, &AMPLE, |_| false);
    assert_eq!(shrunk.plan, case);
    assert!(!shrunk.reproduced && !shrunk.confirmed && !shrunk.complete);
    assert!(shrunk.tried <= 4);
}

#[test]
fn an_intermittent_failure_is_shrunk_and_may_be_unconfirmed() {
    let (mut confirmed, mut lengths) = (0, 0);
    for seed in 0..30 {
        let mut rng = SeededRng::new(seed, 2, 0, 0);
        let flaky = |steps: &[Step]| is_locked_after_show(steps) && rng.draw_chance(7, 10);
        let shrunk = run_shrinking(&draw_case(), None, &AMPLE, flaky);
        assert!(shrunk.reproduced && is_locked_after_show(&shrunk.plan.steps));
        confirmed += usize::from(shrunk.confirmed);
        lengths += shrunk.plan.steps.len();
    }
    assert!(confirmed > 0 && confirmed < 30, "{confirmed}");
    println!("{confirmed} of 30 confirmed, {lengths} steps of 90");
    assert!(lengths <= 30 * 6, "{lengths}");
}

#[test]
fn the_shortest_prefix_is_found_without_the_index_of_the_failing_step() {
    let case = draw_case();
    let known = check_shrinking(&case, &AMPLE, is_locked_after_show);
    let unknown = run_shrinking(&case, None, &AMPLE, is_locked_after_show);
    assert_eq!(unknown.plan.steps.len(), known.plan.steps.len());
    assert!(unknown.tried <= known.tried + 10);
}

#[test]
fn a_failure_after_the_step_that_was_named_is_still_found() {
    let shrunk = run_shrinking(&draw_case(), Some(0), &AMPLE, is_locked_after_show);
    assert_eq!(join_operations(&shrunk.plan.steps), "create show lock");
}

#[test]
fn steps_with_unbound_handles_stay_only_where_the_failure_needs_them() {
    let steps = vec![build_call("list", None), build_call("show", Some("box-7")), build_create("box", "box-1")];
    let needless =
        run_shrinking(&build_plan(steps.clone()), None, &AMPLE, |steps| join_operations(steps).contains("list"));
    assert_eq!(join_operations(&needless.plan.steps), "list");
    let needed =
        run_shrinking(&build_plan(steps.clone()), None, &AMPLE, |steps| join_operations(steps).contains("show"));
    assert_eq!(needed.plan, build_plan(steps));
}

#[test]
fn the_same_search_twice_runs_the_same_candidates_none_of_them_again() {
    let trace = || {
        let mut seen: Vec<Plan> = Vec::new();
        let shrunk = run_shrinking(&draw_case(), None, &AMPLE, |steps| {
            seen.push(build_plan(steps.to_vec()));
            is_locked_after_show(steps)
        });
        (shrunk, seen)
    };
    let (shrunk, mut seen) = trace();
    assert_eq!(trace(), (shrunk.clone(), seen.clone()));
    assert_eq!(seen.pop(), Some(shrunk.plan), "the last run confirms the result");
    for (index, candidate) in seen.iter().enumerate() {
        assert!(!seen[..index].contains(candidate), "run twice: {candidate:#?}");
    }
}

#[test]
fn progress_is_reported_after_every_run() {
    let mut heard: Vec<(usize, u64)> = Vec::new();
    let case = draw_case();
    let trial = |candidate: Plan| {
        let fails = is_locked_after_show(&candidate.steps);
        async move { CandidateResult { fails, requests: 1 } }
    };
    let mut hear = |steps, tried| heard.push((steps, tried));
    let tried = block_on(shrink_plan(&case, None, &AMPLE, &list_offers, &is_possible, trial, &mut hear)).tried;
    assert!(heard.iter().map(|(_, tried)| *tried).eq(1..=tried));
    assert!(heard.iter().map(|(steps, _)| *steps).is_sorted_by(|before, after| before >= after));
}

#[test]
fn an_offer_that_is_another_call_is_not_taken() {
    let steps = vec![build_create("box", "box-1"), build_call("resize=5", Some("box-1"))];
    let bad_offers = |step: &Step| {
        let unborn = Step { births: [].into(), ..step.clone() };
        let elsewhere = Step { branch: 9, ..step.clone() };
        let foreign = build_call("resize=1", Some("box-8"));
        vec![unborn, elsewhere, foreign, step.clone()]
    };
    let case = build_plan(steps);
    let trial = async |candidate: Plan| {
        assert!(is_possible(&candidate.steps));
        CandidateResult { fails: join_operations(&candidate.steps) == "create resize", requests: 1 }
    };
    let shrunk = block_on(shrink_plan(&case, Some(1), &AMPLE, &bad_offers, &|_| true, trial, &mut |_, _| {}));
    assert_eq!(shrunk.plan.steps[1].call.body, case.steps[1].call.body);
    assert!(shrunk.complete && shrunk.confirmed);
}

#[test]
fn the_end_of_a_long_plan_is_tried_before_the_plan() {
    let mut steps: Vec<Step> = (1..60).map(|number| build_create("box", &format!("box-{number}"))).collect();
    steps.push(build_call("lock", Some("box-7")));
    steps.push(build_call("show", Some("box-7")));
    let case = build_plan(steps);
    let mut sizes = Vec::new();
    let limits = ShrinkLimits { is_persistent: false, given_requests: 61, ..AMPLE };
    let trial = async |candidate: Plan| {
        sizes.push(candidate.steps.len());
        let fails = is_locked_after_show(&candidate.steps) || join_operations(&candidate.steps).ends_with("lock show");
        CandidateResult { fails, requests: candidate.steps.len() as u64 }
    };
    let shrunk = block_on(shrink_plan(&case, Some(60), &limits, &list_offers, &|_| true, trial, &mut |_, _| {}));
    assert!(shrunk.reproduced);
    assert!(sizes.iter().all(|size| *size <= 3), "{sizes:?}");
}

#[test]
fn without_requests_for_polishing_a_plan_becomes_short_and_keeps_its_inputs() {
    let steps =
        vec![build_create("box", "box-1"), build_call("show", Some("box-1")), build_call("resize=500", Some("box-1"))];
    let case = build_plan(steps);
    let resize = |limits: &ShrinkLimits| {
        let shrunk = check_shrinking(&case, limits, |steps| join_operations(steps).ends_with("resize"));
        assert_eq!(join_operations(&shrunk.plan.steps), "create resize");
        shrunk.plan.steps[1].call.body.clone()
    };
    let brief = ShrinkLimits { polish_requests_max: 0, ..AMPLE };
    assert_eq!(resize(&brief), case.steps[2].call.body);
    assert_ne!(resize(&AMPLE), case.steps[2].call.body);
}

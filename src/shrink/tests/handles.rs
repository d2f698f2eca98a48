//! Handles and branches stay consistent.

use super::super::{collect_used_handles, list_created_handles, remove_unbound_steps};
use super::machine::{build_call, build_create, build_insert, build_plan};
use super::{AMPLE, check_shrinking, join_operations, measure_complexity};
use crate::history::Call;
use crate::plan::{Step, StepWait, make_handle};
use serde_json::json;

fn set_branch(branch: u32, step: Step) -> Step {
    Step { branch, ..step }
}

#[test]
fn a_step_is_removed_with_the_resource_that_it_uses() {
    let steps = [
        build_create("box", "box-1"),
        build_call("show", Some("box-2")),
        build_create("box", "box-2"),
        build_call("show", Some("box-2")),
        build_insert("disk-1", "box-1"),
    ];
    assert_eq!(join_operations(&remove_unbound_steps(&steps)), "create create show");
    assert_eq!(join_operations(&remove_unbound_steps(&steps[3..])), "");
}

#[test]
fn a_resource_is_unknown_in_other_branches() {
    let steps = [
        set_branch(1, build_create("box", "box-1")),
        set_branch(1, build_call("show", Some("box-1"))),
        set_branch(2, build_call("reboot", Some("box-1"))),
        set_branch(0, build_call("lock", Some("box-1"))),
    ];
    assert_eq!(join_operations(&remove_unbound_steps(&steps)), "create show");
}

#[test]
fn handles_are_found_in_path_query_and_body() {
    let mut step = build_create("box", "box-9");
    step.call.query.insert("of".to_owned(), make_handle("net-1"));
    step.call.body = Some(json!({ "disks": [{ "id": make_handle("disk-2") }, { "$handle": "disk-3", "boot": true }] }));
    assert_eq!(collect_used_handles(&step).into_iter().collect::<Vec<_>>(), ["disk-2", "net-1"]);
    assert_eq!(list_created_handles(&step), ["box-9"]);
}

#[test]
fn handles_are_numbered_in_order_of_creation() {
    let second = Step { births: [("box".to_owned(), vec!["blue".to_owned()])].into(), ..build_create("box", "x") };
    let case = build_plan(vec![
        build_create("box", "box-2"),
        second,
        build_call("show", Some("blue")),
        build_call("reboot", Some("box-2")),
    ]);
    let shrunk = check_shrinking(&case, &AMPLE, |steps| {
        let names =
            |operation: &str| steps.iter().find(|step| step.call.operation == operation).map(collect_used_handles);
        names("show").is_some() && names("reboot").is_some() && names("show") != names("reboot")
    });
    let steps = &shrunk.plan.steps;
    assert_eq!(join_operations(steps), "create create show reboot");
    assert_eq!(list_created_handles(&steps[0]), ["box-1"]);
    assert_eq!(list_created_handles(&steps[1]), ["box-2"]);
    assert_eq!(steps[2].call.path["id"], make_handle("box-2"));
    assert_eq!(steps[3].call.path["id"], make_handle("box-1"));
}

#[test]
fn resources_of_one_kind_replace_each_other_whatever_their_names() {
    let blue = Step { births: [("box".to_owned(), vec!["blue".to_owned()])].into(), ..build_create("box", "x") };
    let case = build_plan(vec![
        build_create("box", "red"),
        build_call("show", Some("red")),
        blue,
        build_call("reboot", Some("blue")),
    ]);
    let shrunk = check_shrinking(&case, &AMPLE, |steps| {
        join_operations(steps).contains("show") && join_operations(steps).contains("reboot")
    });
    assert_eq!(join_operations(&shrunk.plan.steps), "create show reboot");
}

fn build_branches() -> Vec<Step> {
    vec![
        build_create("box", "box-1"),
        build_call("show", Some("box-1")),
        set_branch(3, build_call("lock", Some("box-1"))),
        set_branch(5, build_call("reboot", Some("box-1"))),
        set_branch(5, build_call("show", Some("box-1"))),
    ]
}

#[test]
fn branches_become_a_sequence_where_the_order_is_all_that_matters() {
    let shrunk =
        check_shrinking(&build_plan(build_branches()), &AMPLE, |steps| join_operations(steps).contains("lock reboot"));
    assert_eq!(join_operations(&shrunk.plan.steps), "create lock reboot");
    assert_eq!(measure_complexity(&shrunk.plan.steps).branches, 0);
}

#[test]
fn branches_stay_where_they_must_overlap() {
    let shrunk = check_shrinking(&build_plan(build_branches()), &AMPLE, |steps| {
        let branch = |word: &str| steps.iter().find(|step| step.call.operation == word).map(|step| step.branch);
        matches!((branch("lock"), branch("reboot")), (Some(lock), Some(reboot)) if lock > 0 && reboot > 0 && lock != reboot)
    });
    assert_eq!(join_operations(&shrunk.plan.steps), "create lock reboot");
    assert_eq!(shrunk.plan.steps.iter().map(|step| step.branch).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_wait_stays_as_long_as_it_must() {
    for bound in [1, 90, 300, 799, 800] {
        let case = build_plan(vec![
            build_create("box", "box-1"),
            build_call("show", Some("box-1")),
            build_call("reboot", Some("box-1")),
        ]);
        let waits = |step: &Step| match step.settle {
            StepWait::Poll { after_ms } => after_ms >= bound,
            StepWait::Leave | StepWait::PollBriefly { .. } => false,
        };
        let shrunk = check_shrinking(&case, &AMPLE, |steps| {
            steps.iter().any(|step| step.call.operation == "reboot" && waits(step))
        });
        assert_eq!(shrunk.plan.steps[0].settle, StepWait::Leave);
        let StepWait::Poll { after_ms } = shrunk.plan.steps[1].settle else { panic!("no wait is left") };
        assert!(after_ms >= bound && after_ms <= bound + bound / 7 + 1, "{after_ms} for {bound}");
    }
}

#[test]
fn another_caller_stays_where_the_failure_needs_it() {
    let stranger = |step: Step| Step { call: Call { caller: "other".to_owned(), ..step.call }, ..step };
    let case = build_plan(vec![
        stranger(build_create("box", "box-1")),
        stranger(build_call("reboot", Some("box-1"))),
        stranger(build_call("show", Some("box-1"))),
    ]);
    let shrunk = check_shrinking(&case, &AMPLE, |steps| {
        steps.iter().any(|step| step.call.operation == "show" && step.call.caller == "other")
    });
    let callers: Vec<&str> = shrunk.plan.steps.iter().map(|step| step.call.caller.as_str()).collect();
    assert_eq!(callers, ["owner", "other"]);
}

//! Handles and branches stay consistent.

use super::super::{closed, handles_born, handles_used};
use super::machine::{call, create, insert, plan};
use super::{AMPLE, calls, check, sort_key};
use crate::plan::{Settle, Step, handle};
use serde_json::json;

fn on_branch(branch: u32, step: Step) -> Step {
    Step { branch, ..step }
}

#[test]
fn a_step_is_removed_with_the_resource_that_it_uses() {
    let steps = [
        create("box", "box-1"),
        call("show", Some("box-2")),
        create("box", "box-2"),
        call("show", Some("box-2")),
        insert("disk-1", "box-1"),
    ];
    assert_eq!(calls(&closed(&steps)), "create create show");
    assert_eq!(calls(&closed(&steps[3..])), "");
}

#[test]
fn a_resource_is_unknown_in_other_branches() {
    let steps = [
        on_branch(1, create("box", "box-1")),
        on_branch(1, call("show", Some("box-1"))),
        on_branch(2, call("reboot", Some("box-1"))),
        on_branch(0, call("lock", Some("box-1"))),
    ];
    assert_eq!(calls(&closed(&steps)), "create show");
}

#[test]
fn handles_are_found_in_path_query_and_body() {
    let mut step = create("box", "box-9");
    step.query.insert("of".to_owned(), handle("net-1"));
    step.body = Some(json!({ "disks": [{ "id": handle("disk-2") }, { "$handle": "disk-3", "boot": true }] }));
    assert_eq!(handles_used(&step).into_iter().collect::<Vec<_>>(), ["disk-2", "net-1"]);
    assert_eq!(handles_born(&step), ["box-9"]);
}

#[test]
fn handles_are_numbered_in_order_of_creation() {
    let second = Step { births: [("box".to_owned(), vec!["blue".to_owned()])].into(), ..create("box", "x") };
    let case = plan(vec![create("box", "box-2"), second, call("show", Some("blue")), call("reboot", Some("box-2"))]);
    let shrunk = check(&case, &AMPLE, |steps| {
        let names = |operation: &str| steps.iter().find(|step| step.operation == operation).map(handles_used);
        names("show").is_some() && names("reboot").is_some() && names("show") != names("reboot")
    });
    let steps = &shrunk.plan.steps;
    assert_eq!(calls(steps), "create create show reboot");
    assert_eq!(handles_born(&steps[0]), ["box-1"]);
    assert_eq!(handles_born(&steps[1]), ["box-2"]);
    assert_eq!(steps[2].path["id"], handle("box-2"));
    assert_eq!(steps[3].path["id"], handle("box-1"));
}

#[test]
fn resources_of_one_kind_replace_each_other_whatever_their_names() {
    let blue = Step { births: [("box".to_owned(), vec!["blue".to_owned()])].into(), ..create("box", "x") };
    let case = plan(vec![create("box", "red"), call("show", Some("red")), blue, call("reboot", Some("blue"))]);
    let shrunk = check(&case, &AMPLE, |steps| calls(steps).contains("show") && calls(steps).contains("reboot"));
    assert_eq!(calls(&shrunk.plan.steps), "create show reboot");
}

fn side_by_side() -> Vec<Step> {
    vec![
        create("box", "box-1"),
        call("show", Some("box-1")),
        on_branch(3, call("lock", Some("box-1"))),
        on_branch(5, call("reboot", Some("box-1"))),
        on_branch(5, call("show", Some("box-1"))),
    ]
}

#[test]
fn branches_become_a_sequence_where_the_order_is_all_that_matters() {
    let shrunk = check(&plan(side_by_side()), &AMPLE, |steps| calls(steps).contains("lock reboot"));
    assert_eq!(calls(&shrunk.plan.steps), "create lock reboot");
    assert_eq!(sort_key(&shrunk.plan.steps).branches, 0);
}

#[test]
fn branches_stay_where_they_must_overlap() {
    let shrunk = check(&plan(side_by_side()), &AMPLE, |steps| {
        let branch = |word: &str| steps.iter().find(|step| step.operation == word).map(|step| step.branch);
        matches!((branch("lock"), branch("reboot")), (Some(lock), Some(reboot)) if lock > 0 && reboot > 0 && lock != reboot)
    });
    assert_eq!(calls(&shrunk.plan.steps), "create lock reboot");
    assert_eq!(shrunk.plan.steps.iter().map(|step| step.branch).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_wait_stays_as_long_as_it_must() {
    for bound in [1, 90, 300, 799, 800] {
        let case = plan(vec![create("box", "box-1"), call("show", Some("box-1")), call("reboot", Some("box-1"))]);
        let waits = |step: &Step| match step.settle {
            Settle::Poll { after_ms } => after_ms >= bound,
            Settle::Leave => false,
        };
        let shrunk = check(&case, &AMPLE, |steps| steps.iter().any(|step| step.operation == "reboot" && waits(step)));
        assert_eq!(shrunk.plan.steps[0].settle, Settle::Leave);
        let Settle::Poll { after_ms } = shrunk.plan.steps[1].settle else { panic!("no wait is left") };
        assert!(after_ms >= bound && after_ms <= bound + bound / 7 + 1, "{after_ms} for {bound}");
    }
}

#[test]
fn another_caller_stays_where_the_failure_needs_it() {
    let stranger = |step: Step| Step { caller: "other".to_owned(), ..step };
    let case = plan(vec![
        stranger(create("box", "box-1")),
        stranger(call("reboot", Some("box-1"))),
        stranger(call("show", Some("box-1"))),
    ]);
    let shrunk =
        check(&case, &AMPLE, |steps| steps.iter().any(|step| step.operation == "show" && step.caller == "other"));
    let callers: Vec<&str> = shrunk.plan.steps.iter().map(|step| step.caller.as_str()).collect();
    assert_eq!(callers, ["owner", "other"]);
}

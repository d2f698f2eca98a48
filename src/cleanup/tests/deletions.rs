//! Deletions against a scripted endpoint.

use super::super::context::CleanupReserve;
use super::super::deletion_loop::{Deletion, DeletionResult, ReadMeaning, run_deletions};
use crate::endpoint::{Request, RequestWatch};
use crate::history::{Call, Outcome, Reply, ReplyBody, SecretFilter};
use crate::limits::Limits;
use crate::plan_execution::tests::{
    ScriptedEndpoint, make_catalog, make_identities, make_lost, make_paused_runtime, make_reply, make_show_call,
};
use crate::plan_execution::{AcceptedReads, Cancellation, NullMarker, Pace, PlanEnvironment, SharedBudget};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

/// Deletes two resources of different rank; returns the result, and the requests in order.
fn check_deletions(give_up: bool, answer: impl FnMut(&str) -> Outcome) -> (DeletionResult, Vec<String>) {
    check_deletions_with(u64::MAX, give_up, answer)
}

fn check_deletions_with(
    reserve: u64,
    give_up: bool,
    answer: impl FnMut(&str) -> Outcome,
) -> (DeletionResult, Vec<String>) {
    check_deletions_at(Pace::IN_PROCESS, reserve, give_up, answer)
}

fn check_deletions_at(
    pace: Pace,
    reserve: u64,
    give_up: bool,
    mut answer: impl FnMut(&str) -> Outcome,
) -> (DeletionResult, Vec<String>) {
    let mut asked = Vec::new();
    let swept = make_paused_runtime().block_on(async {
        let endpoint = ScriptedEndpoint {
            answer: RefCell::new(|request: &Request| {
                let line = format!("{} {}", request.method, request.parameters["box_id"].as_str().unwrap());
                asked.push(line.clone());
                (0, answer(&line))
            }),
        };
        let (catalog, identities, secrets) =
            (make_catalog(), make_identities(), SecretFilter::new("salt").with_literals(["canary-key"]));
        // Neither a spent budget nor a cancellation prevents cleaning up.
        let limits = Limits { requests: 0, cleanup_requests: reserve, time: Duration::ZERO, ..Limits::NONE };
        let (sender, cancel) = Cancellation::make_pair();
        sender.send(true).unwrap();
        let context = PlanEnvironment {
            endpoint: &endpoint,
            catalog: &catalog,
            identities: &identities,
            secrets: &secrets,
            marker: &NullMarker,
            pace,
            limits,
            shared_budget: &SharedBudget::new(limits),
            accepted_reads: &AcceptedReads::default(),
            seeds: (1, 0),
            cancel: cancel.clone(),
            watch: &RequestWatch::default(),
        };
        let deletions = [("1", 1), ("2", 0)].map(|(id, rank)| Deletion {
            handle: format!("box-{id}"),
            id: id.into(),
            rank,
            delete: Call { operation: "deleteBox".into(), ..make_show_call(id) },
            show: Some(make_show_call(id)),
            absent: BTreeSet::from([404, 410]),
            deleted_before: false,
        });
        let give_up = if give_up { cancel } else { Cancellation::never() };
        // A full box must be emptied before the deletion.
        let release = |deletion: &Deletion, shown: &Outcome| match shown {
            Outcome::Replied(Reply { body: ReplyBody::Json(body), .. }) if body["full"] == json!(true) => {
                vec![Call { operation: "pushBox".into(), ..make_show_call(&deletion.id) }]
            }
            _ => Vec::new(),
        };
        let reserve = CleanupReserve::start(Duration::from_secs(60), give_up);
        // A box may stay visible as a husk.
        let is_kept = |_: &Deletion, shown: &Outcome| {
            matches!(shown, Outcome::Replied(Reply { body: ReplyBody::Json(body), .. }) if body["husk"] == json!(true))
        };
        let meaning = ReadMeaning { list_release_calls: &release, is_kept: &is_kept };
        run_deletions(&context, &deletions, &reserve, meaning).await
    });
    (swept, asked)
}

fn list_leftovers(swept: &DeletionResult) -> Vec<(&str, &str)> {
    swept.leftovers.iter().map(|left| (left.id.as_str(), left.reason.as_str())).collect()
}

#[test]
fn resources_are_deleted_by_rank_and_polled_until_gone() {
    let mut shown = 0;
    let (swept, asked) = check_deletions(false, |line| {
        shown += usize::from(line == "GET 2");
        match line {
            "GET 2" if shown < 2 => make_reply(200, json!({})),
            "GET 2" | "GET 1" => make_reply(404, json!({})),
            _ => make_reply(202, json!({})),
        }
    });
    assert_eq!(asked, ["DELETE 2", "GET 2", "GET 2", "DELETE 1", "GET 1"]);
    assert_eq!((swept.gone.len(), swept.leftovers), (2, vec![]));
}

#[test]
fn refused_deletions_are_repeated_and_leftovers_are_reported() {
    let mut refused = 0;
    let (swept, asked) = check_deletions(false, |line| {
        refused += usize::from(line == "DELETE 2");
        match line {
            "DELETE 2" if refused < 3 => make_reply(409, json!({})),
            "DELETE 2" => make_lost(),
            "GET 2" => make_reply(200, json!({})),
            "DELETE 1" => make_reply(403, json!({"why": "canary-key"})),
            _ => make_reply(200, json!({})),
        }
    });
    assert!(refused > 3, "a lost deletion is repeated");
    assert_eq!(list_leftovers(&swept), [("1", "refused with 403"), ("2", "reset")]);
    let first =
        asked.iter().position(|line| line == "DELETE 1").expect("a leftover does not block higher ranks for ever");
    assert!(first > 3, "the lower rank was tried first");
}

#[test]
fn a_deletion_forbidden_once_is_repeated_and_an_absent_resource_is_no_leftover() {
    let mut forbidden = 0;
    let (swept, asked) = check_deletions(false, |line| {
        forbidden += usize::from(line == "DELETE 2");
        match line {
            "DELETE 2" if forbidden < 2 => make_reply(403, json!({})),
            "GET 2" if forbidden < 2 => make_reply(200, json!({})),
            "DELETE 1" => make_reply(401, json!({})),
            "GET 1" | "GET 2" => make_reply(404, json!({})),
            _ => make_reply(202, json!({})),
        }
    });
    assert_eq!(asked, ["DELETE 2", "GET 2", "DELETE 2", "GET 2", "DELETE 1", "GET 1"]);
    assert_eq!((swept.gone.len(), swept.leftovers), (2, vec![]));
}

#[test]
fn a_deletion_is_repeated_if_the_resource_still_exists_after_several_polls() {
    let mut asked_to_go = 0;
    let (swept, _) = check_deletions(false, |line| {
        asked_to_go += usize::from(line == "DELETE 2");
        match line {
            "GET 2" if asked_to_go < 2 => make_reply(200, json!({"status": "ERROR"})),
            "GET 2" | "GET 1" => make_reply(404, json!({})),
            _ => make_reply(202, json!({})),
        }
    });
    assert_eq!((asked_to_go, swept.leftovers), (2, vec![]));
}

#[test]
fn pauses_go_on_to_grow_when_a_deletion_is_repeated() {
    let (swept, asked) = check_deletions(false, |line| match line {
        "GET 2" => make_reply(200, json!({})),
        "GET 1" => make_reply(404, json!({})),
        _ => make_reply(202, json!({})),
    });
    assert_eq!(swept.leftovers.len(), 1);
    assert!(asked.iter().filter(|line| *line == "DELETE 2").count() > 1, "{asked:?}");
    // Pauses that start again with each repetition would permit about 25 requests in the minute.
    let about = asked.iter().filter(|line| line.ends_with(" 2")).count();
    assert!(about <= 18, "{about}: {asked:?}");
}

#[test]
fn a_deletion_answered_with_404_counts_only_after_a_read_answered_with_404() {
    let (swept, asked) = check_deletions(false, |line| match line {
        "GET 2" => make_reply(200, json!({})),
        _ => make_reply(404, json!({})),
    });
    assert!(asked.contains(&"GET 2".to_string()));
    assert_eq!(list_leftovers(&swept), [("2", "the deletion was accepted, and the resource still exists")]);
}

#[test]
fn a_resource_in_use_is_released_before_the_next_deletion() {
    let emptied = std::cell::Cell::new(false);
    let (swept, asked) = check_deletions(false, |line| {
        emptied.set(emptied.get() || line == "PUT 2");
        match line {
            "DELETE 2" if !emptied.get() => make_reply(409, json!({})),
            "GET 2" if !emptied.get() => make_reply(200, json!({"full": true})),
            "GET 2" | "GET 1" => make_reply(404, json!({})),
            _ => make_reply(202, json!({})),
        }
    });
    assert_eq!(asked[..5], ["DELETE 2", "GET 2", "PUT 2", "DELETE 2", "GET 2"].map(String::from));
    assert_eq!(swept.leftovers, vec![]);
}

#[test]
fn a_deleted_resource_that_stays_visible_as_the_suite_permits_is_no_leftover() {
    let (swept, asked) = check_deletions(false, |line| match line {
        "GET 2" => make_reply(200, json!({"husk": true})),
        "GET 1" => make_reply(404, json!({})),
        _ => make_reply(202, json!({})),
    });
    assert_eq!(asked, ["DELETE 2", "GET 2", "DELETE 1", "GET 1"].map(String::from));
    assert_eq!(swept.gone, ["box-1", "box-2"].map(String::from));
}

#[test]
fn after_giving_up_all_resources_are_reported_as_leftovers() {
    let (swept, asked) = check_deletions(true, |_| panic!("no request is sent"));
    assert_eq!((asked.len(), swept.leftovers.len()), (0, 2));
}

#[test]
fn deletions_end_when_the_reserved_requests_are_spent() {
    let (swept, asked) = check_deletions_with(3, false, |line| match line {
        "GET 2" => make_reply(404, json!({})),
        _ => make_reply(202, json!({})),
    });
    assert_eq!(asked, ["DELETE 2", "GET 2", "DELETE 1"]);
    assert_eq!(swept.leftovers[0].reason, "no request is left for cleaning up");
}

/// The polls of an endpoint that settles within 100 ms.
const QUICK: Pace = Pace {
    poll_first: Duration::from_millis(1),
    poll_most: Duration::from_millis(2),
    settle_most: Duration::from_millis(100),
    ..Pace::IN_PROCESS
};

#[test]
fn a_resource_that_refuses_for_good_is_given_up_and_leaves_requests_for_the_others() {
    let (swept, asked) = check_deletions_at(QUICK, 40, false, |line| match line {
        "DELETE 2" => make_reply(409, json!({})),
        "GET 2" => make_reply(200, json!({})),
        "GET 1" => make_reply(404, json!({})),
        _ => make_reply(202, json!({})),
    });
    assert_eq!(list_leftovers(&swept), [("2", "refused with 409")]);
    assert_eq!(swept.gone, ["box-1"]);
    let refused = asked.iter().filter(|line| *line == "DELETE 2").count();
    assert!((8..=12).contains(&refused), "{refused}: {asked:?}");
}

#[test]
fn a_resource_that_refuses_until_shortly_before_the_bound_is_deleted() {
    let mut from = None;
    let (swept, _) = check_deletions_at(QUICK, 100, false, |line| {
        let since = from.get_or_insert_with(tokio::time::Instant::now).elapsed();
        match line {
            "DELETE 2" if since < Duration::from_millis(80) => make_reply(409, json!({})),
            "GET 2" if since < Duration::from_millis(80) => make_reply(200, json!({})),
            "GET 1" | "GET 2" => make_reply(404, json!({})),
            _ => make_reply(202, json!({})),
        }
    });
    assert_eq!(swept.leftovers, vec![]);
}

#[test]
fn an_accepted_deletion_that_takes_most_of_the_reserve_is_seen_to_end() {
    let mut from = None;
    let (swept, asked) = check_deletions_at(QUICK, 100, false, |line| {
        let since = from.get_or_insert_with(tokio::time::Instant::now).elapsed();
        match line {
            "GET 2" if since < Duration::from_secs(50) => make_reply(200, json!({})),
            "GET 1" | "GET 2" => make_reply(404, json!({})),
            _ => make_reply(202, json!({})),
        }
    });
    assert_eq!(swept.leftovers, vec![]);
    assert!(asked.len() < 38, "{}: {asked:?}", asked.len());
}

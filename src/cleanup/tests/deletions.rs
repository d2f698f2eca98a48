//! Deletions against a scripted endpoint.

use super::super::context::Reserve;
use super::super::deletion_loop::{Deletion, Swept, sweep};
use crate::endpoint::{Call, Request};
use crate::history::{Outcome, Reply, ReplyBody, Secrets};
use crate::limits::Limits;
use crate::run::tests::{Script, catalog, identities, lost, paused, reply, show};
use crate::run::{Cancel, Context, NoMarks, Pace, Purse};
use serde_json::json;
use std::cell::RefCell;
use std::time::Duration;

/// Deletes two resources of different rank; returns the result, and the requests in order.
fn check_sweep(give_up: bool, answer: impl FnMut(&str) -> Outcome) -> (Swept, Vec<String>) {
    check_sweep_with(u64::MAX, give_up, answer)
}

fn check_sweep_with(reserve: u64, give_up: bool, mut answer: impl FnMut(&str) -> Outcome) -> (Swept, Vec<String>) {
    let mut asked = Vec::new();
    let swept = paused().block_on(async {
        let endpoint = Script {
            answer: RefCell::new(|request: &Request| {
                let line = format!("{} {}", request.method, request.parameters["box_id"].as_str().unwrap());
                asked.push(line.clone());
                (0, answer(&line))
            }),
        };
        let (catalog, identities, secrets) =
            (catalog(), identities(), Secrets::new("salt").with_literals(["canary-key"]));
        // Neither a spent budget nor a cancellation prevents cleaning up.
        let limits = Limits { requests: 0, cleanup_requests: reserve, time: Duration::ZERO, ..Limits::NONE };
        let (sender, cancel) = Cancel::pair();
        sender.send(true).unwrap();
        let context = Context {
            endpoint: &endpoint,
            catalog: &catalog,
            identities: &identities,
            secrets: &secrets,
            marks: &NoMarks,
            pace: Pace::IN_PROCESS,
            limits,
            purse: &Purse::new(limits),
            seeds: (1, 0),
            cancel: cancel.clone(),
        };
        let deletions = [("1", 1), ("2", 0)].map(|(id, rank)| Deletion {
            handle: format!("box-{id}"),
            id: id.into(),
            rank,
            delete: Call { operation: "deleteBox".into(), ..show(id) },
            show: Some(show(id)),
        });
        let give_up = if give_up { cancel } else { Cancel::never() };
        // A full box must be emptied before the deletion.
        let release = |deletion: &Deletion, shown: &Outcome| match shown {
            Outcome::Replied(Reply { body: ReplyBody::Json(body), .. }) if body["full"] == json!(true) => {
                vec![Call { operation: "pushBox".into(), ..show(&deletion.id) }]
            }
            _ => Vec::new(),
        };
        let reserve = Reserve { within: Duration::from_secs(60), give_up };
        sweep(&context, &deletions, &reserve, &release).await
    });
    (swept, asked)
}

fn left(swept: &Swept) -> Vec<(&str, &str)> {
    swept.left.iter().map(|left| (left.id.as_str(), left.because.as_str())).collect()
}

#[test]
fn resources_are_deleted_by_rank_and_polled_until_gone() {
    let mut shown = 0;
    let (swept, asked) = check_sweep(false, |line| {
        shown += usize::from(line == "GET 2");
        match line {
            "GET 2" if shown < 2 => reply(200, json!({})),
            "GET 2" | "GET 1" => reply(404, json!({})),
            _ => reply(202, json!({})),
        }
    });
    assert_eq!(asked, ["DELETE 2", "GET 2", "GET 2", "DELETE 1", "GET 1"]);
    assert_eq!((swept.gone.len(), swept.left), (2, vec![]));
}

#[test]
fn refused_deletions_are_repeated_and_leftovers_are_reported() {
    let mut refused = 0;
    let (swept, asked) = check_sweep(false, |line| {
        refused += usize::from(line == "DELETE 2");
        match line {
            "DELETE 2" if refused < 3 => reply(409, json!({})),
            "DELETE 2" => lost(),
            "GET 2" => reply(200, json!({})),
            "DELETE 1" => reply(403, json!({"why": "canary-key"})),
            _ => reply(200, json!({})),
        }
    });
    assert!(refused > 3, "a lost deletion is repeated");
    assert_eq!(left(&swept), [("1", "refused with 403"), ("2", "reset")]);
    let first =
        asked.iter().position(|line| line == "DELETE 1").expect("a leftover does not block higher ranks for ever");
    assert!(first > 3, "the lower rank was tried first");
}

#[test]
fn a_deletion_forbidden_once_is_repeated_and_an_absent_resource_is_no_leftover() {
    let mut forbidden = 0;
    let (swept, asked) = check_sweep(false, |line| {
        forbidden += usize::from(line == "DELETE 2");
        match line {
            "DELETE 2" if forbidden < 2 => reply(403, json!({})),
            "GET 2" if forbidden < 2 => reply(200, json!({})),
            "DELETE 1" => reply(401, json!({})),
            "GET 1" | "GET 2" => reply(404, json!({})),
            _ => reply(202, json!({})),
        }
    });
    assert_eq!(asked, ["DELETE 2", "GET 2", "DELETE 2", "GET 2", "DELETE 1", "GET 1"]);
    assert_eq!((swept.gone.len(), swept.left), (2, vec![]));
}

#[test]
fn a_deletion_is_repeated_if_the_resource_still_exists_after_several_polls() {
    let mut asked_to_go = 0;
    let (swept, _) = check_sweep(false, |line| {
        asked_to_go += usize::from(line == "DELETE 2");
        match line {
            "GET 2" if asked_to_go < 2 => reply(200, json!({"status": "ERROR"})),
            "GET 2" | "GET 1" => reply(404, json!({})),
            _ => reply(202, json!({})),
        }
    });
    assert_eq!((asked_to_go, swept.left), (2, vec![]));
}

#[test]
fn a_deletion_answered_with_404_counts_only_after_a_read_answered_with_404() {
    let (swept, asked) = check_sweep(false, |line| match line {
        "GET 2" => reply(200, json!({})),
        _ => reply(404, json!({})),
    });
    assert!(asked.contains(&"GET 2".to_string()));
    assert_eq!(left(&swept), [("2", "the deletion was accepted, and the resource still exists")]);
}

#[test]
fn a_resource_in_use_is_released_before_the_next_deletion() {
    let emptied = std::cell::Cell::new(false);
    let (swept, asked) = check_sweep(false, |line| {
        emptied.set(emptied.get() || line == "PUT 2");
        match line {
            "DELETE 2" if !emptied.get() => reply(409, json!({})),
            "GET 2" if !emptied.get() => reply(200, json!({"full": true})),
            "GET 2" | "GET 1" => reply(404, json!({})),
            _ => reply(202, json!({})),
        }
    });
    assert_eq!(asked[..5], ["DELETE 2", "GET 2", "PUT 2", "DELETE 2", "GET 2"].map(String::from));
    assert_eq!(swept.left, vec![]);
}

#[test]
fn after_giving_up_all_resources_are_reported_as_leftovers() {
    let (swept, asked) = check_sweep(true, |_| panic!("no request is sent"));
    assert_eq!((asked.len(), swept.left.len()), (0, 2));
}

#[test]
fn deletions_end_when_the_reserved_requests_are_spent() {
    let (swept, asked) = check_sweep_with(3, false, |line| match line {
        "GET 2" => reply(404, json!({})),
        _ => reply(202, json!({})),
    });
    assert_eq!(asked, ["DELETE 2", "GET 2", "DELETE 1"]);
    assert_eq!(swept.left[0].because, "the requests reserved for cleaning up are spent");
}

//! Deleting what runs left behind.

use super::*;

/// Sweeps two things of two ranks against a script; returns what became of them and the requests, in order.
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
        // Neither a spent budget nor a cancellation keeps things from being cleaned up.
        let budget = Budget { requests: 0, time: Duration::ZERO };
        let ceilings = Ceilings { requests: 0, reserve, time: Duration::ZERO, ..Ceilings::NONE };
        let (sender, cancel) = Cancel::pair();
        sender.send(true).unwrap();
        let context = Context {
            endpoint: &endpoint,
            catalog: &catalog,
            identities: &identities,
            secrets: &secrets,
            marks: &NoMarks,
            pace: Pace::IN_PROCESS,
            budget,
            purse: &Purse::new(ceilings),
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
        // What a show says is full has to be emptied first.
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
fn a_sweep_deletes_by_rank_and_looks_until_things_are_gone() {
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
fn a_sweep_asks_again_for_what_is_in_motion_and_reports_what_stays() {
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
    assert!(refused > 3, "a lost deletion is asked for again");
    assert_eq!(left(&swept), [("1", "refused with 403"), ("2", "reset")]);
    let first =
        asked.iter().position(|line| line == "DELETE 1").expect("what stays does not hold up the rest for ever");
    assert!(first > 3, "it had time to go first");
}

#[test]
fn a_deletion_that_is_forbidden_once_is_asked_for_again_and_what_is_gone_is_not_called_left() {
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
fn what_was_to_go_and_stays_is_asked_again() {
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
fn a_deletion_that_is_answered_404_is_believed_only_when_the_thing_is_not_shown() {
    let (swept, asked) = check_sweep(false, |line| match line {
        "GET 2" => reply(200, json!({})),
        _ => reply(404, json!({})),
    });
    assert!(asked.contains(&"GET 2".to_string()));
    assert_eq!(left(&swept), [("2", "its deletion was accepted and it is still there")]);
}

#[test]
fn what_hangs_on_something_is_set_free_first() {
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
fn a_sweep_that_is_given_up_says_what_is_left() {
    let (swept, asked) = check_sweep(true, |_| panic!("nothing is asked any more"));
    assert_eq!((asked.len(), swept.left.len()), (0, 2));
}

#[test]
fn a_sweep_ends_with_the_requests_kept_for_it() {
    let (swept, asked) = check_sweep_with(3, false, |line| match line {
        "GET 2" => reply(404, json!({})),
        _ => reply(202, json!({})),
    });
    assert_eq!(asked, ["DELETE 2", "GET 2", "DELETE 1"]);
    assert_eq!(swept.left[0].because, "the requests kept for cleaning up are spent");
}

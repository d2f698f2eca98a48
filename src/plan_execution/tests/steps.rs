//! Steps in order: handles, polls, retries, bounds.

use super::*;

#[test]
fn a_handle_is_replaced_by_the_id_from_its_create() {
    let mut push = make_step_on("pushBox", "a", StepWait::Leave);
    push.call.body = Some(json!({"near": [{"box": make_handle("a")}]}));
    let carried = check_plan(&[make_create("a"), push], |request| match request.operation.as_str() {
        "createBox" => (0, make_reply(202, json!({"id": "7/7"}))),
        _ => {
            assert_eq!(request.path, "/v1/left%20top/boxes/7%2F7");
            assert_eq!(request.body, Some(json!({"near": [{"box": "7/7"}]})));
            (0, make_reply(200, json!({})))
        }
    });
    assert_eq!(carried.unwrap_ends(), [StepEnd::Done, StepEnd::Done]);
    assert_eq!(carried.run.exchanges[0].created, BTreeMap::from([("a".into(), "7/7".into())]));
    assert_eq!(carried.run.exchanges[1].call.path["shelf"], "left top");
    assert_eq!(carried.run.created_handles, ["a"]);
}

#[test]
fn a_step_with_an_unbound_handle_is_skipped_and_not_recorded() {
    let carried = check_plan(&[make_step_on("showBox", "a", StepWait::Leave)], |_| panic!("nothing is sent"));
    assert_eq!(carried.unwrap_ends(), [StepEnd::Skipped(SkipReason::Unbound("a".into()))]);
    assert!(carried.seen.is_empty());
}

#[test]
fn polls_are_sent_at_the_given_times_until_the_resource_is_settled() {
    let mut polls = 0;
    let carried =
        check_plan(&[make_create("a"), make_step_on("pushBox", "a", StepWait::Poll { after_ms: 250 })], |request| {
            match request.operation.as_str() {
                "createBox" => (5, make_reply(202, json!({"id": "1"}))),
                "pushBox" => (5, make_reply(202, json!({}))),
                _ => {
                    polls += 1;
                    (0, make_reply(200, json!({"ready": polls == 3})))
                }
            }
        });
    assert_eq!(carried.unwrap_ends(), [StepEnd::Done, StepEnd::Settled]);
    assert_eq!(
        carried.format_lines(),
        [
            "0 createBox Step 0-5",
            "1 pushBox Step 5-10",
            "2 showBox Poll 260-260",
            "3 showBox Poll 1260-1260",
            "4 showBox Poll 2760-2760",
        ]
    );
}

#[test]
fn the_last_poll_is_sent_at_the_bound() {
    let mut setting = make_settings();
    setting.pace.settle_most = Duration::from_secs(2);
    let carried = check_plan_with(
        setting,
        &[make_create("a"), make_step_on("pushBox", "a", StepWait::Poll { after_ms: 0 })],
        |_| (0, make_reply(200, json!({"id": "1"}))),
    );
    assert_eq!(carried.unwrap_ends()[1], StepEnd::NotSettled(UnsettledReason::Bound));
    assert_eq!(carried.run.exchanges.last().unwrap().sent_ms, 2000);
}

#[test]
fn no_poll_is_sent_before_the_bound_if_only_time_tells() {
    let looks = |still: bool| {
        let mut setting = make_settings();
        setting.pace.settle_most = Duration::from_secs(60);
        let carried = check_plan_with(
            setting,
            &[make_create("a"), make_step_on("pushBox", "a", StepWait::Poll { after_ms: 0 })],
            |_| (0, make_reply(200, json!({ "id": "1", "still": still }))),
        );
        assert_eq!(carried.run.exchanges.last().unwrap().sent_ms, 60_000);
        carried.run.counts.polls
    };
    assert_eq!((looks(true), looks(false)), (2, 10));
}

#[test]
fn brief_polling_ends_where_only_time_tells_and_goes_on_where_a_response_may_tell() {
    let wait = StepWait::PollBriefly { after_ms: 100, next_ms: Some(700) };
    let carry = |still: bool| {
        let mut setting = make_settings();
        setting.pace.settle_most = Duration::from_secs(60);
        check_plan_with(setting, &[make_create("a"), make_step_on("pushBox", "a", wait)], |_| {
            (0, make_reply(200, json!({ "id": "1", "still": still })))
        })
    };
    let ended = carry(true);
    assert_eq!(ended.unwrap_ends()[1], StepEnd::NotSettled(UnsettledReason::OnlyTimeTells));
    assert_eq!(
        (ended.run.counts.polls, ended.elapsed, ended.run.counts.bound_waits),
        (1, Duration::from_millis(100), 0)
    );
    let polled = carry(false);
    assert_eq!(polled.unwrap_ends()[1], StepEnd::NotSettled(UnsettledReason::Bound));
    assert_eq!(polled.format_lines()[2..4], ["2 showBox Poll 100-100", "3 showBox Poll 800-800"]);
}

#[test]
fn a_wait_for_a_bound_after_the_end_of_the_time_is_not_begun() {
    let mut setting = make_settings();
    setting.pace.settle_most = Duration::from_secs(60);
    setting.limits.time = Duration::from_secs(50);
    let carried = check_plan_with(
        setting,
        &[make_create("a"), make_step_on("pushBox", "a", StepWait::Poll { after_ms: 0 })],
        |_| (0, make_reply(200, json!({ "id": "1", "still": true }))),
    );
    assert_eq!(carried.unwrap_ends()[1], StepEnd::NotSettled(UnsettledReason::OnlyTimeTells));
    assert_eq!(carried.elapsed, Duration::ZERO);
}

#[test]
fn polling_ends_after_the_quiet_time_unless_responses_change() {
    let carry = |changing: bool| {
        let mut setting = make_settings();
        setting.pace.quiet = Duration::from_secs(10);
        let mut shown = 0;
        check_plan_with(
            setting,
            &[make_create("a"), make_step_on("pushBox", "a", StepWait::Poll { after_ms: 0 })],
            move |request| {
                shown += u64::from(request.operation == "showBox");
                (0, make_reply(200, json!({"id": "1", "progress": if changing { shown } else { 0 }})))
            },
        )
    };
    assert_eq!(carry(false).unwrap_ends()[1], StepEnd::NotSettled(UnsettledReason::Quiet));
    assert_eq!(carry(true).unwrap_ends()[1], StepEnd::NotSettled(UnsettledReason::Bound));
}

#[test]
fn a_throttled_step_is_recorded_and_repeated_at_the_time_that_the_endpoint_names() {
    let mut answers = vec![make_reply(202, json!({"id": "1"})), make_throttled(429, "soon"), make_throttled(413, "7")];
    let carried = check_plan(&[make_push()], |_| (0, answers.pop().unwrap()));
    assert_eq!(
        carried.format_lines(),
        ["0 pushBox Step 0-0", "1 pushBox Retry 7000-7000", "2 pushBox Retry 9000-9000"]
    );
    assert_eq!((carried.run.counts.throttled, carried.run.counts.retries), (2, 2));
}

#[test]
fn retries_of_a_throttled_step_are_limited() {
    let carried = check_plan(&[make_push()], |_| (0, make_throttled(429, "99999")));
    assert_eq!(carried.unwrap_ends(), [StepEnd::Done]);
    assert_eq!(carried.run.counts.throttled, u64::from(Pace::IN_PROCESS.retries) + 1);
    assert_eq!(carried.elapsed, Pace::IN_PROCESS.retry_after_most * Pace::IN_PROCESS.retries);
}

#[test]
fn a_lost_read_is_repeated_and_a_lost_change_is_not() {
    let read = make_step_with_id("showBox", json!("9"), StepWait::Leave);
    for trouble in
        [make_lost(), make_reply(502, json!(null)), make_reply(503, json!(null)), make_reply(504, json!(null))]
    {
        let mut answers = vec![make_reply(200, json!({})), trouble.clone(), trouble.clone()];
        let carried = check_plan(&[read.clone(), make_push()], |_| (0, answers.pop().unwrap_or(trouble.clone())));
        assert_eq!(carried.format_lines().len(), 4, "two retries of the read, none of the change");
        assert_eq!(carried.run.counts.lost, 3);
    }
}

#[test]
fn a_change_is_repeated_after_a_refusal_before_the_effect_and_not_after_one_of_a_gateway() {
    for step in [make_create("a"), make_push()] {
        for status in [502, 503, 504] {
            let carried = check_plan(std::slice::from_ref(&step), |_| (0, make_throttled(status, "1")));
            assert_eq!(carried.seen.len(), 1, "{status}: the endpoint may have carried out the call");
        }
        for status in [413, 429] {
            let carried = check_plan(std::slice::from_ref(&step), |_| (0, make_throttled(status, "1")));
            assert_eq!(carried.seen.len(), 1 + Pace::IN_PROCESS.retries as usize, "{status}");
        }
    }
}

#[test]
fn a_change_is_not_repeated_where_the_profile_says_that_the_effect_is_possible() {
    let outcome = |may_have_acted| Outcome::InfrastructureFailed {
        by: InfrastructureFailure::Throttling,
        reply: Reply { status: 429, headers: BTreeMap::new(), body: ReplyBody::Empty },
        may_have_acted,
    };
    assert_eq!(check_plan(&[make_push()], |_| (0, outcome(true))).seen.len(), 1);
    let carried = check_plan(&[make_push()], |_| (0, outcome(false)));
    assert_eq!(carried.seen.len(), 1 + Pace::IN_PROCESS.retries as usize);
}

#[test]
fn a_poll_that_http_cannot_carry_does_not_stop_the_plan() {
    let mut step = make_create("a");
    step.settle = StepWait::Poll { after_ms: 0 };
    let carried = check_plan(&[step, make_push()], |request| {
        assert_ne!(request.operation, "showBox", "an address with a dot segment is never sent");
        (0, make_reply(201, json!({"id": ".."})))
    });
    assert_eq!(carried.seen.len(), 2);
    assert!(carried.ends.is_ok(), "{:?}", carried.ends);
}

#[test]
fn a_poll_may_find_the_resource_of_a_lost_create() {
    let mut step = make_create("a");
    step.settle = StepWait::Poll { after_ms: 0 };
    let carried = check_plan(&[step], |request| match request.operation.as_str() {
        "createBox" => (0, make_lost()),
        _ => (0, make_reply(200, json!({"id": "5", "ready": true}))),
    });
    assert_eq!(carried.run.ids["a"], "5");
    assert_eq!(carried.run.exchanges[1].created["a"], "5");
}

#[test]
fn a_request_without_a_response_is_lost_after_the_timeout() {
    let carried = check_plan(&[make_push()], |_| (3_600_000, make_reply(200, json!({}))));
    assert!(matches!(carried.seen[0].outcome, Outcome::Lost { .. }));
    assert_eq!(carried.seen[0].received_ms, 60_000);
}

#[test]
fn an_unreachable_endpoint_stops_the_plan() {
    let steps = [make_push(), make_push(), make_push()];
    let carried = check_plan(&steps, |_| (0, make_unsent()));
    assert_eq!(carried.ends, Err(StopReason::Unreachable { cause: "nothing listens".into() }));
    assert_eq!(carried.seen.len(), Pace::IN_PROCESS.unsent_most as usize);
}

#[test]
fn one_response_resets_the_count_of_unsent_requests() {
    let mut count = 0;
    let carried = check_plan(&vec![make_push(); 20], |_| {
        count += 1;
        (0, if count % 2 == 0 { make_reply(200, json!({})) } else { make_unsent() })
    });
    assert_eq!(carried.unwrap_ends().len(), 20);
}

#[test]
fn limits_of_requests_and_time_stop_the_plan() {
    let mut few = make_settings();
    few.limits.requests = 2;
    let carried = check_plan_with(few, &vec![make_push(); 3], |_| (0, make_reply(200, json!({}))));
    assert_eq!((carried.ends, carried.seen.len()), (Err(StopReason::Requests), 2));

    let mut short = make_settings();
    short.limits.time = Duration::from_secs(3);
    let carried = check_plan_with(
        short,
        &[make_create("a"), make_step_on("pushBox", "a", StepWait::Poll { after_ms: 0 })],
        |_| (0, make_reply(200, json!({"id": "1"}))),
    );
    assert_eq!((carried.ends, carried.elapsed), (Err(StopReason::Time), Duration::from_secs(3)));
}

#[test]
fn a_cancelled_plan_stops_during_a_wait_and_keeps_the_exchanges() {
    let (sender, cancel) = Cancellation::make_pair();
    let mut setting = make_settings();
    setting.cancel = cancel;
    let mut sender = Some(sender);
    let carried = check_plan_with(
        setting,
        &[make_create("a"), make_step_on("pushBox", "a", StepWait::Poll { after_ms: 500_000 })],
        |request| {
            if request.operation == "pushBox" {
                sender.take().unwrap().send(true).unwrap();
            }
            (0, make_reply(200, json!({"id": "1"})))
        },
    );
    assert_eq!((carried.ends, carried.seen.len(), carried.elapsed), (Err(StopReason::Cancelled), 2, Duration::ZERO));
}

#[test]
fn requests_respect_the_rate() {
    let mut setting = make_settings();
    setting.shared.rate = 10;
    let carried = check_plan_with(setting, &vec![make_push(); 3], |_| (30, make_reply(200, json!({}))));
    assert_eq!(carried.format_lines(), ["0 pushBox Step 0-30", "1 pushBox Step 100-130", "2 pushBox Step 200-230"]);
}

#[test]
fn forty_steps_with_transitions_of_ten_minutes_take_no_real_time() {
    let mut steps = vec![make_create("a")];
    steps.extend(vec![make_step_on("pushBox", "a", StepWait::Poll { after_ms: 1000 }); 40]);
    let mut rest_at = None;
    let carried = check_plan(&steps, |request| match request.operation.as_str() {
        "createBox" => (0, make_reply(202, json!({"id": "1"}))),
        "pushBox" => {
            rest_at = Some(Instant::now() + Duration::from_secs(600));
            (0, make_reply(202, json!({})))
        }
        _ => (0, make_reply(200, json!({"ready": rest_at.is_some_and(|at| Instant::now() >= at)}))),
    });
    assert!(carried.unwrap_ends()[1..].iter().all(|end| *end == StepEnd::Settled));
    assert!(carried.elapsed >= Duration::from_secs(40 * 600));
}

#[test]
fn branches_run_concurrently_and_are_recorded_in_the_order_of_sending() {
    let side = |branch, id: &str, settle| Step { branch, ..make_step_with_id("pushBox", json!(id), settle) };
    let steps = [
        side(1, "slow", StepWait::Poll { after_ms: 0 }),
        side(2, "fast", StepWait::Leave),
        side(2, "fast", StepWait::Leave),
    ];
    let carried =
        check_plan(&steps, |request| match (request.operation.as_str(), request.parameters["box_id"].as_str()) {
            ("pushBox", Some("slow")) => (100, make_reply(202, json!({}))),
            ("pushBox", _) => (10, make_reply(202, json!({}))),
            _ => (0, make_reply(200, json!({"ready": true}))),
        });
    assert_eq!(
        carried.format_lines(),
        ["0 pushBox Step 0-100", "1 pushBox Step 0-10", "2 pushBox Step 10-20", "3 showBox Poll 100-100"]
    );
    assert_eq!(carried.unwrap_ends(), [StepEnd::Settled, StepEnd::Done, StepEnd::Done]);
}

#[test]
fn a_branch_polls_only_after_its_call_is_recorded() {
    let side = |branch, id: &str, settle| Step { branch, ..make_step_with_id("pushBox", json!(id), settle) };
    let steps = [side(1, "slow", StepWait::Leave), side(2, "fast", StepWait::Poll { after_ms: 0 })];
    let carried =
        check_plan(&steps, |request| match (request.operation.as_str(), request.parameters["box_id"].as_str()) {
            ("pushBox", Some("slow")) => (100, make_reply(202, json!({}))),
            ("pushBox", _) => (10, make_reply(202, json!({}))),
            _ => (0, make_reply(200, json!({"ready": true}))),
        });
    assert_eq!(carried.format_lines(), ["0 pushBox Step 0-100", "1 pushBox Step 0-10", "2 showBox Poll 100-100"]);
}

#[test]
fn secrets_are_stripped_before_an_exchange_is_observed() {
    let carried = check_plan(&[make_create("a")], |_| {
        (0, make_reply(202, json!({"id": "1", "adminPass": "open sesame", "note": "canary-key"})))
    });
    let record = serde_json::to_string(&carried.seen[0]).unwrap();
    assert!(!record.contains("sesame") && !record.contains("canary"), "{record}");
}

#[test]
fn an_unknown_operation_and_a_missing_path_parameter_stop_the_plan() {
    let unknown = check_plan(&[make_step("fold", StepWait::Leave)], |_| panic!("nothing is sent"));
    assert!(unknown.ends.unwrap_err().to_string().contains("no operation `fold`"));
    let missing = check_plan(&[make_step("showBox", StepWait::Leave)], |_| panic!("nothing is sent"));
    assert!(missing.ends.unwrap_err().to_string().contains("`box_id`"));
}

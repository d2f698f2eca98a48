//! Failures, and parallel plans.

use super::*;
use crate::limits::FailureLimit;

#[test]
fn a_retry_date_is_compared_with_the_date_of_the_response() {
    let throttled = |headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Outcome::Replied(Reply { status: 429, headers, body: ReplyBody::Empty })
    };
    let check_waits = |headers: &[(&str, &str)], expected_ms: u64| {
        let mut answers = vec![make_reply(200, json!({})), throttled(headers)];
        let carried = check_plan(&[make_push()], |_| (0, answers.pop().unwrap()));
        assert_eq!(carried.run.exchanges[1].sent_ms, expected_ms, "{headers:?}");
    };
    let (date, later) = ("Wed, 25 Nov 2026 10:00:00 GMT", "Wed, 25 Nov 2026 10:00:07 GMT");
    check_waits(&[("retry-after", later), ("date", date)], 7_000);
    check_waits(&[("retry-after", "Wednesday, 25-Nov-26 10:00:07 GMT"), ("date", date)], 7_000);
    check_waits(&[("retry-after", date), ("date", later)], 0);
    check_waits(&[("retry-after", "9999999999"), ("date", date)], 120_000);
    // Without a date of the response, or with an invalid date: the default wait.
    check_waits(&[("retry-after", later)], 1_000);
    check_waits(&[("retry-after", "soon"), ("date", date)], 1_000);
}

#[test]
fn too_many_failures_end_the_plan_with_their_numbers() {
    let mut setting = make_settings();
    setting.shared.failures = FailureLimit { least: 3, percent: 50 };
    let mut answers = 0;
    let carried = check_plan_with(setting, &vec![make_push(); 40], |_| {
        answers += 1;
        // One in two is within the limit, two in three is not.
        (0, if answers > 8 && answers % 3 != 0 || answers % 2 == 0 { make_lost() } else { make_reply(200, json!({})) })
    });
    let stop = carried.ends.unwrap_err();
    assert!(matches!(stop, StopReason::Failures { .. }), "{stop:?}");
    let (lost, requests) = (carried.run.counts.lost, carried.run.counts.requests);
    let told = format!("{lost} of {requests} requests got no answer (0 throttled, {lost} lost, 0 not sent)");
    assert!(stop.to_string().contains(&told), "{stop}");
    assert!(requests > 8 && lost * 2 > requests, "{lost} of {requests}");
}

#[test]
fn the_jitter_of_waits_follows_the_seeds_and_is_bounded_by_the_pace() {
    let times = || {
        let mut setting = make_settings();
        setting.pace.jitter_percent = 50;
        let mut polls = 0;
        let carried = check_plan_with(
            setting,
            &[make_create("a"), make_step_on("pushBox", "a", StepWait::Poll { after_ms: 1_000 })],
            |_| {
                polls += 1;
                (0, make_reply(200, json!({"id": "1", "ready": polls == 6})))
            },
        );
        let sent: Vec<u64> = carried.run.exchanges.iter().map(|exchange| exchange.sent_ms).collect();
        sent.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<u64>>()
    };
    let waits = times();
    assert_eq!(waits, times());
    // The polls come after 1, 1, 1.5 and 2.25 seconds.
    let least = [0, 1_000, 1_000, 1_500, 2_250];
    assert!(waits.iter().zip(least).all(|(wait, least)| (least..=least * 3 / 2 + 1).contains(wait)), "{waits:?}");
    assert_ne!(waits, least, "no seed of this test is so unlikely");
}

#[test]
fn parallel_plans_share_one_budget() {
    let limits = Limits { requests: 10, rate: 10, ..Limits::NONE };
    let (catalog, identities, secrets) = (make_catalog(), make_identities(), SecretFilter::new("salt"));
    let sent = RefCell::new(Vec::new());
    let endpoint = ScriptedEndpoint {
        answer: RefCell::new(|_: &Request| {
            sent.borrow_mut().push(Instant::now());
            (250, make_reply(200, json!({})))
        }),
    };
    let (purse, reads) = (SharedBudget::new(limits), AcceptedReads::default());
    let steps = vec![make_push(); 8];
    let unwatched = RequestWatch::default();
    let (purse, reads, steps, unwatched) = (&purse, &reads, &steps, &unwatched);
    let plan = |number| {
        let context = PlanEnvironment {
            endpoint: &endpoint,
            catalog: &catalog,
            identities: &identities,
            secrets: &secrets,
            marker: &NullMarker,
            pace: Pace::IN_PROCESS,
            limits: Limits { requests: 100, time: Duration::from_secs(100), ..Limits::NONE },
            shared_budget: purse,
            accepted_reads: reads,
            seeds: (1, number),
            cancel: Cancellation::never(),
            watch: unwatched,
        };
        async move {
            let (mut run, mut watcher) = (PlanState::start_plan(Box::new(NullJournal)), RecordingWatcher::default());
            carry_out_plan(&context, steps, &mut run, &mut watcher).await.map(|_| run.counts.requests)
        }
    };
    let ends = make_paused_runtime().block_on(futures_util::future::join_all((0..3).map(plan)));
    assert_eq!(ends, [Err(StopReason::Requests), Err(StopReason::Requests), Err(StopReason::Requests)]);
    let sent = sent.borrow();
    assert_eq!((sent.len(), purse.count_spent()), (10, 10));
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] == Duration::from_millis(100)), "{sent:?}");
}

#[test]
fn over_a_faulty_network_no_change_is_repeated_and_every_request_is_recorded() {
    use crate::endpoint::{DisturbedEndpoint, WireFaults};
    for seed in 0..200 {
        let faults = format!(
            "seed={seed},reset-after=150,reset-before=100,truncate=50,throttle=100,unavailable=100,wrong-type=50"
        );
        let changed = RefCell::new(BTreeMap::<String, u32>::new());
        let toy = ScriptedEndpoint {
            answer: RefCell::new(|request: &Request| {
                if request.method == "PUT" {
                    *changed.borrow_mut().entry(request.path.clone()).or_default() += 1;
                }
                (1, make_reply(200, json!({"ready": true})))
            }),
        };
        let steps: Vec<Step> =
            (0..20).map(|at| make_step_with_id("pushBox", json!(at), StepWait::Poll { after_ms: 0 })).collect();
        let faulty = DisturbedEndpoint::new(toy, faults.parse::<WireFaults>().unwrap());
        let counted = CountingEndpoint { endpoint: &faulty, asked: std::cell::Cell::new(0) };
        let carried = check_endpoint(make_settings(), &steps, &counted);
        let asked = counted.asked.get();
        assert_eq!(carried.seen.len() as u64, asked);
        assert_eq!(carried.run.counts.requests, asked);
        assert!(carried.unwrap_ends().iter().all(|end| *end == StepEnd::Settled));
        assert!(changed.borrow().values().all(|&times| times == 1), "seed {seed}");
    }
}

/// Counts the requests to an endpoint.
struct CountingEndpoint<'a> {
    endpoint: &'a dyn Endpoint,
    asked: std::cell::Cell<u64>,
}

impl Endpoint for CountingEndpoint<'_> {
    fn name(&self) -> &str {
        self.endpoint.name()
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        self.asked.set(self.asked.get() + 1);
        self.endpoint.send(request)
    }
}

fn make_hindered(by: InfrastructureFailure) -> Outcome {
    let reply = Reply { status: 403, headers: BTreeMap::new(), body: ReplyBody::Empty };
    Outcome::InfrastructureFailed { by, reply, may_have_acted: false }
}

#[test]
fn requests_are_retried_after_throttling_and_maintenance_and_not_after_a_quota() {
    for (by, sent) in [
        (InfrastructureFailure::Throttling, 2),
        (InfrastructureFailure::Maintenance, 2),
        (InfrastructureFailure::Quota, 1),
    ] {
        let mut first = true;
        let carried = check_plan(&[make_create("a")], |_| {
            if std::mem::take(&mut first) { (0, make_hindered(by)) } else { (0, make_reply(202, json!({"id": "1"}))) }
        });
        assert_eq!((carried.unwrap_ends(), carried.seen.len()), (vec![StepEnd::Done], sent), "{by:?}");
    }
}

/// An endpoint that is worn out after `left` requests.
struct WornOutEndpoint {
    left: RefCell<u32>,
}

impl Endpoint for WornOutEndpoint {
    fn name(&self) -> &str {
        "wearing"
    }

    fn send<'a>(&'a self, _: &'a Request) -> PendingOutcome<'a> {
        *self.left.borrow_mut() -= 1;
        Box::pin(async { make_hindered(InfrastructureFailure::Quota) })
    }

    fn exceeded_failures(&self) -> Option<String> {
        (*self.left.borrow() == 0).then(|| "too much trouble".to_string())
    }
}

#[test]
fn a_worn_out_endpoint_ends_the_plan_with_the_reason() {
    let carried =
        check_endpoint(make_settings(), &vec![make_create("a"); 5], &WornOutEndpoint { left: RefCell::new(2) });
    assert_eq!(
        (carried.ends, carried.seen.len()),
        (Err(StopReason::InfrastructureFailures { cause: "too much trouble".into() }), 2)
    );
}

#[test]
fn additions_of_a_profile_make_the_input_doubtful_at_the_added_places() {
    let added = Step { setup: vec!["/box/lid".to_string()], ..make_create("a") };
    let carried = check_plan(&[added, make_create("b")], |_| (0, make_reply(202, json!({"id": "1"}))));
    let input = carried.seen[0].input.clone().expect("the input is classified");
    assert_eq!((input.class, input.doubts), (crate::schema::InputClass::Doubtful, vec!["/box/lid".to_string()]));
    assert_eq!(carried.seen[1].input, None, "the recorder sets no input class");
}

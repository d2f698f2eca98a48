use super::*;
use crate::endpoint::{Credential, Endpoint, Identities, Identity, Pending, Request};
use crate::history::{Cause, Exchange, Hindrance, Outcome, Reply, ReplyBody, Secrets};
use crate::plan::{Settle, Step, handle};
use crate::schema::catalog::{Binding, Catalog, Operation, Source};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Answers each request by a table in the form of a function, after a time.
struct Script<F> {
    answer: RefCell<F>,
}

impl<F: FnMut(&Request) -> (u64, Outcome)> Endpoint for Script<F> {
    fn name(&self) -> &str {
        "script"
    }

    fn send<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        let (after_ms, outcome) = (self.answer.borrow_mut())(request);
        Box::pin(async move {
            sleep(Duration::from_millis(after_ms)).await;
            outcome
        })
    }
}

/// A recorder that calls a thing at rest once a poll of its step showed `ready: true`.
#[derive(Default)]
struct Recorder {
    seen: Vec<Exchange>,
}

impl Watcher for Recorder {
    fn born(&self, exchange: &Exchange) -> BTreeMap<String, Vec<String>> {
        let id = body(exchange).and_then(|body| body["id"].as_str().map(str::to_string));
        id.map(|id| BTreeMap::from([("box".to_string(), vec![id])])).unwrap_or_default()
    }

    fn observe(&mut self, exchange: &Exchange) {
        self.seen.push(exchange.clone());
    }

    fn unsettled(&self, index: usize) -> Vec<Call> {
        let ready = |exchange: &Exchange| body(exchange).is_some_and(|body| body["ready"] == json!(true));
        let mut of_step = self.seen.iter().filter(|exchange| exchange.step == index);
        if of_step.any(ready) { Vec::new() } else { vec![show("box-1")] }
    }

    fn only_time_tells(&self, index: usize) -> bool {
        let last = self.seen.iter().rfind(|exchange| exchange.step == index && exchange.cause == Cause::Poll);
        last.and_then(body).is_some_and(|body| body["still"] == json!(true))
    }
}

fn body(exchange: &Exchange) -> Option<&Value> {
    match &exchange.outcome {
        Outcome::Replied(Reply { body: ReplyBody::Json(body), .. }) => Some(body),
        _ => None,
    }
}

fn show(id: &str) -> Call {
    Call {
        operation: "showBox".into(),
        binding: "v1".into(),
        caller: "owner".into(),
        path: BTreeMap::from([("box_id".into(), json!(id))]),
        ..Call::default()
    }
}

fn operation(id: &str, method: &str, path: &str) -> Operation {
    let at: Source = "boxes:1".parse().unwrap();
    let binding = Binding { id: "v1".into(), method: method.into(), path: path.into(), at: at.clone() };
    serde_json::from_value(json!({ "id": id, "title": id, "at": at, "bindings": [binding] })).unwrap()
}

fn catalog() -> Catalog {
    let operations = vec![
        operation("createBox", "POST", "/v1/{shelf}/boxes"),
        operation("showBox", "GET", "/v1/{shelf}/boxes/{box_id}"),
        operation("pushBox", "PUT", "/v1/{shelf}/boxes/{box_id}"),
        operation("deleteBox", "DELETE", "/v1/{shelf}/boxes/{box_id}"),
    ];
    Catalog { format: 1, api: "boxes".into(), pages: vec![], operations }
}

fn identities() -> Identities {
    let owner = Identity {
        parameters: BTreeMap::from([("shelf".into(), "left top".into())]),
        headers: BTreeMap::from([("X-Key".into(), Credential::literal("canary-key"))]),
        scheme: None,
    };
    Identities::new(BTreeMap::from([("owner".into(), owner)]))
}

fn step(operation: &str, settle: Settle) -> Step {
    Step {
        operation: operation.into(),
        binding: "v1".into(),
        caller: "owner".into(),
        path: BTreeMap::new(),
        query: BTreeMap::new(),
        headers: BTreeMap::new(),
        body: None,
        births: BTreeMap::new(),
        settle,
        setup: Vec::new(),
        branch: 0,
    }
}

fn create(name: &str) -> Step {
    Step {
        births: BTreeMap::from([("box".into(), vec![name.into()])]),
        body: Some(json!({"name": name})),
        ..step("createBox", Settle::Leave)
    }
}

fn on(operation: &str, name: &str, settle: Settle) -> Step {
    Step { path: BTreeMap::from([("box_id".into(), handle(name))]), ..step(operation, settle) }
}

fn reply(status: u16, body: Value) -> Outcome {
    Outcome::Replied(Reply { status, headers: BTreeMap::new(), body: ReplyBody::Json(body) })
}

fn later(status: u16, retry_after: &str) -> Outcome {
    let headers = BTreeMap::from([("retry-after".to_string(), retry_after.to_string())]);
    Outcome::Replied(Reply { status, headers, body: ReplyBody::Empty })
}

fn lost() -> Outcome {
    Outcome::Lost { cause: "reset".into() }
}

fn unsent() -> Outcome {
    Outcome::Unsent { cause: "nothing listens".into() }
}

/// What carrying out gave, for the tests to look at.
struct Carried {
    ends: Result<Vec<(usize, StepEnd)>, Stop>,
    run: Run,
    seen: Vec<Exchange>,
    elapsed: Duration,
}

impl Carried {
    /// `operation cause sent-received`, in the order of the record.
    fn lines(&self) -> Vec<String> {
        let line = |e: &Exchange| format!("{} {} {:?} {}-{}", e.number, e.operation, e.cause, e.sent_ms, e.received_ms);
        self.run.exchanges.iter().map(line).collect()
    }

    fn ends(&self) -> Vec<StepEnd> {
        self.ends.clone().unwrap().into_iter().map(|(_, end)| end).collect()
    }
}

struct Setting {
    pace: Pace,
    budget: Budget,
    ceilings: Ceilings,
    cancel: Cancel,
    journal: Box<dyn Journal>,
}

fn setting() -> Setting {
    Setting {
        pace: Pace::IN_PROCESS,
        budget: Budget { requests: 100_000, time: Duration::from_secs(1_000_000) },
        ceilings: Ceilings::NONE,
        cancel: Cancel::never(),
        journal: Box::new(NoJournal),
    }
}

fn check(steps: &[Step], answer: impl FnMut(&Request) -> (u64, Outcome)) -> Carried {
    check_with(setting(), steps, answer)
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Carries out a plan on paused time against a script.
fn check_with(setting: Setting, steps: &[Step], answer: impl FnMut(&Request) -> (u64, Outcome)) -> Carried {
    let endpoint = Script { answer: RefCell::new(answer) };
    check_endpoint(setting, steps, &endpoint)
}

fn check_endpoint(setting: Setting, steps: &[Step], endpoint: &dyn Endpoint) -> Carried {
    paused().block_on(async {
        let (catalog, identities, secrets) =
            (catalog(), identities(), Secrets::new("salt").with_literals(["canary-key"]));
        let context = Context {
            endpoint,
            catalog: &catalog,
            identities: &identities,
            secrets: &secrets,
            marks: &NoMarks,
            pace: setting.pace,
            budget: setting.budget,
            purse: &Purse::new(setting.ceilings),
            seeds: (1, 0),
            cancel: setting.cancel,
        };
        let mut run = Run::begin(setting.journal);
        let mut watcher = Recorder::default();
        let began = Instant::now();
        let ends = carry_out_plan(&context, steps, &mut run, &mut watcher).await;
        assert_eq!(watcher.seen, run.exchanges, "what is observed is what is recorded");
        Carried { ends, run, seen: watcher.seen, elapsed: began.elapsed() }
    })
}

#[test]
fn a_handle_is_replaced_by_the_id_that_its_birth_gave() {
    let mut push = on("pushBox", "a", Settle::Leave);
    push.body = Some(json!({"near": [{"box": handle("a")}]}));
    let carried = check(&[create("a"), push], |request| match request.operation.as_str() {
        "createBox" => (0, reply(202, json!({"id": "7/7"}))),
        _ => {
            assert_eq!(request.path, "/v1/left%20top/boxes/7%2F7");
            assert_eq!(request.body, Some(json!({"near": [{"box": "7/7"}]})));
            (0, reply(200, json!({})))
        }
    });
    assert_eq!(carried.ends(), [StepEnd::Done, StepEnd::Done]);
    assert_eq!(carried.run.exchanges[0].born, BTreeMap::from([("a".into(), "7/7".into())]));
    assert_eq!(carried.run.exchanges[1].path["shelf"], "left top");
    assert_eq!(carried.run.births, ["a"]);
}

#[test]
fn a_step_with_an_unbound_handle_is_skipped_and_not_recorded() {
    let carried = check(&[on("showBox", "a", Settle::Leave)], |_| panic!("nothing is sent"));
    assert_eq!(carried.ends(), [StepEnd::Skipped(Skip::Unbound("a".into()))]);
    assert!(carried.seen.is_empty());
}

#[test]
fn polls_come_at_the_given_moments_until_there_is_rest() {
    let mut polls = 0;
    let carried = check(&[create("a"), on("pushBox", "a", Settle::Poll { after_ms: 250 })], |request| {
        match request.operation.as_str() {
            "createBox" => (5, reply(202, json!({"id": "1"}))),
            "pushBox" => (5, reply(202, json!({}))),
            _ => {
                polls += 1;
                (0, reply(200, json!({"ready": polls == 3})))
            }
        }
    });
    assert_eq!(carried.ends(), [StepEnd::Done, StepEnd::Settled]);
    assert_eq!(
        carried.lines(),
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
fn the_last_poll_is_made_at_the_bound_of_settling() {
    let mut setting = setting();
    setting.pace.settle_most = Duration::from_secs(2);
    let carried = check_with(setting, &[create("a"), on("pushBox", "a", Settle::Poll { after_ms: 0 })], |_| {
        (0, reply(200, json!({"id": "1"})))
    });
    assert_eq!(carried.ends()[1], StepEnd::NotSettled(Unrest::Bound));
    assert_eq!(carried.run.exchanges.last().unwrap().sent_ms, 2000);
}

#[test]
fn where_only_time_tells_looks_are_spared_until_the_bound() {
    let looks = |still: bool| {
        let mut setting = setting();
        setting.pace.settle_most = Duration::from_secs(60);
        let carried = check_with(setting, &[create("a"), on("pushBox", "a", Settle::Poll { after_ms: 0 })], |_| {
            (0, reply(200, json!({ "id": "1", "still": still })))
        });
        assert_eq!(carried.run.exchanges.last().unwrap().sent_ms, 60_000);
        carried.run.spent.polls
    };
    assert_eq!((looks(true), looks(false)), (5, 10));
}

#[test]
fn polling_ends_after_the_quiet_time_unless_replies_change() {
    let carry = |changing: bool| {
        let mut setting = setting();
        setting.pace.quiet = Duration::from_secs(10);
        let mut shown = 0;
        check_with(setting, &[create("a"), on("pushBox", "a", Settle::Poll { after_ms: 0 })], move |request| {
            shown += u64::from(request.operation == "showBox");
            (0, reply(200, json!({"id": "1", "progress": if changing { shown } else { 0 }})))
        })
    };
    assert_eq!(carry(false).ends()[1], StepEnd::NotSettled(Unrest::Quiet));
    assert_eq!(carry(true).ends()[1], StepEnd::NotSettled(Unrest::Bound));
}

#[test]
fn a_throttled_step_is_recorded_and_sent_again_when_the_endpoint_says() {
    let mut answers = vec![reply(202, json!({"id": "1"})), later(503, "soon"), later(429, "7")];
    let carried = check(&[on_push()], |_| (0, answers.pop().unwrap()));
    assert_eq!(carried.lines(), ["0 pushBox Step 0-0", "1 pushBox Retry 7000-7000", "2 pushBox Retry 9000-9000"]);
    assert_eq!((carried.run.spent.throttled, carried.run.spent.retries), (2, 2));
}

/// Changes a thing that needs no birth.
fn on_push() -> Step {
    Step { path: BTreeMap::from([("box_id".into(), json!("9"))]), ..step("pushBox", Settle::Leave) }
}

#[test]
fn throttling_without_end_is_given_up() {
    let carried = check(&[on_push()], |_| (0, later(429, "99999")));
    assert_eq!(carried.ends(), [StepEnd::Done]);
    assert_eq!(carried.run.spent.throttled, u64::from(Pace::IN_PROCESS.retries) + 1);
    assert_eq!(carried.elapsed, Pace::IN_PROCESS.retry_after_most * Pace::IN_PROCESS.retries);
}

#[test]
fn a_lost_read_is_repeated_and_a_lost_change_is_not() {
    let read = Step { operation: "showBox".into(), ..on_push() };
    for trouble in [lost(), reply(502, json!(null)), reply(503, json!(null)), reply(504, json!(null))] {
        let mut answers = vec![reply(200, json!({})), trouble.clone(), trouble.clone()];
        let carried = check(&[read.clone(), on_push()], |_| (0, answers.pop().unwrap_or(trouble.clone())));
        assert_eq!(carried.lines().len(), 4, "two repeats of the read, none of the change");
        assert_eq!(carried.run.spent.lost, 3);
    }
}

#[test]
fn a_create_is_repeated_after_429_and_not_after_503() {
    let carried = check(&[create("a")], |_| (0, later(503, "1")));
    assert_eq!(carried.seen.len(), 1);
    let carried = check(&[create("a")], |_| (0, later(429, "1")));
    assert_eq!(carried.seen.len(), 1 + Pace::IN_PROCESS.retries as usize);
}

#[test]
fn the_thing_of_a_lost_create_may_be_found_by_a_poll() {
    let mut step = create("a");
    step.settle = Settle::Poll { after_ms: 0 };
    let carried = check(&[step], |request| match request.operation.as_str() {
        "createBox" => (0, lost()),
        _ => (0, reply(200, json!({"id": "5", "ready": true}))),
    });
    assert_eq!(carried.run.ids["a"], "5");
    assert_eq!(carried.run.exchanges[1].born["a"], "5");
}

#[test]
fn a_reply_that_does_not_come_is_lost_after_the_timeout() {
    let carried = check(&[on_push()], |_| (3_600_000, reply(200, json!({}))));
    assert!(matches!(carried.seen[0].outcome, Outcome::Lost { .. }));
    assert_eq!(carried.seen[0].received_ms, 60_000);
}

#[test]
fn an_unreachable_endpoint_stops_the_plan() {
    let steps = [on_push(), on_push(), on_push()];
    let carried = check(&steps, |_| (0, unsent()));
    assert_eq!(carried.ends, Err(Stop::Unreachable { cause: "nothing listens".into() }));
    assert_eq!(carried.seen.len(), Pace::IN_PROCESS.unsent_most as usize);
}

#[test]
fn one_reply_forgets_earlier_unreachability() {
    let mut count = 0;
    let carried = check(&vec![on_push(); 20], |_| {
        count += 1;
        (0, if count % 2 == 0 { reply(200, json!({})) } else { unsent() })
    });
    assert_eq!(carried.ends().len(), 20);
}

#[test]
fn budgets_of_requests_and_of_time_stop_the_plan() {
    let mut few = setting();
    few.budget.requests = 2;
    let carried = check_with(few, &vec![on_push(); 3], |_| (0, reply(200, json!({}))));
    assert_eq!((carried.ends, carried.seen.len()), (Err(Stop::Requests), 2));

    let mut short = setting();
    short.budget.time = Duration::from_secs(3);
    let carried = check_with(short, &[create("a"), on("pushBox", "a", Settle::Poll { after_ms: 0 })], |_| {
        (0, reply(200, json!({"id": "1"})))
    });
    assert_eq!((carried.ends, carried.elapsed), (Err(Stop::Time), Duration::from_secs(3)));
}

#[test]
fn a_cancelled_plan_stops_in_the_middle_of_a_wait_and_keeps_its_record() {
    let (sender, cancel) = Cancel::pair();
    let mut setting = setting();
    setting.cancel = cancel;
    let mut sender = Some(sender);
    let carried =
        check_with(setting, &[create("a"), on("pushBox", "a", Settle::Poll { after_ms: 500_000 })], |request| {
            if request.operation == "pushBox" {
                sender.take().unwrap().send(true).unwrap();
            }
            (0, reply(200, json!({"id": "1"})))
        });
    assert_eq!((carried.ends, carried.seen.len(), carried.elapsed), (Err(Stop::Cancelled), 2, Duration::ZERO));
}

#[test]
fn requests_keep_their_distance() {
    let mut setting = setting();
    setting.ceilings.gap = Duration::from_millis(100);
    let carried = check_with(setting, &vec![on_push(); 3], |_| (30, reply(200, json!({}))));
    assert_eq!(carried.lines(), ["0 pushBox Step 0-30", "1 pushBox Step 100-130", "2 pushBox Step 200-230"]);
}

#[test]
fn forty_steps_that_settle_for_ten_minutes_each_take_no_time() {
    let mut steps = vec![create("a")];
    steps.extend(vec![on("pushBox", "a", Settle::Poll { after_ms: 1000 }); 40]);
    let mut rest_at = None;
    let carried = check(&steps, |request| match request.operation.as_str() {
        "createBox" => (0, reply(202, json!({"id": "1"}))),
        "pushBox" => {
            rest_at = Some(Instant::now() + Duration::from_secs(600));
            (0, reply(202, json!({})))
        }
        _ => (0, reply(200, json!({"ready": rest_at.is_some_and(|at| Instant::now() >= at)}))),
    });
    assert!(carried.ends()[1..].iter().all(|end| *end == StepEnd::Settled));
    assert!(carried.elapsed >= Duration::from_secs(40 * 600));
}

#[test]
fn branches_overlap_and_are_recorded_in_the_order_of_sending() {
    let side = |branch, id: &str, settle| Step {
        branch,
        path: BTreeMap::from([("box_id".into(), json!(id))]),
        ..step("pushBox", settle)
    };
    let steps =
        [side(1, "slow", Settle::Poll { after_ms: 0 }), side(2, "fast", Settle::Leave), side(2, "fast", Settle::Leave)];
    let carried = check(&steps, |request| match (request.operation.as_str(), request.parameters["box_id"].as_str()) {
        ("pushBox", Some("slow")) => (100, reply(202, json!({}))),
        ("pushBox", _) => (10, reply(202, json!({}))),
        _ => (0, reply(200, json!({"ready": true}))),
    });
    assert_eq!(
        carried.lines(),
        ["0 pushBox Step 0-100", "1 pushBox Step 0-10", "2 pushBox Step 10-20", "3 showBox Poll 100-100"]
    );
    assert_eq!(carried.ends(), [StepEnd::Settled, StepEnd::Done, StepEnd::Done]);
}

#[test]
fn a_branch_polls_only_when_its_call_is_on_record() {
    let side = |branch, id: &str, settle| Step {
        branch,
        path: BTreeMap::from([("box_id".into(), json!(id))]),
        ..step("pushBox", settle)
    };
    let steps = [side(1, "slow", Settle::Leave), side(2, "fast", Settle::Poll { after_ms: 0 })];
    let carried = check(&steps, |request| match (request.operation.as_str(), request.parameters["box_id"].as_str()) {
        ("pushBox", Some("slow")) => (100, reply(202, json!({}))),
        ("pushBox", _) => (10, reply(202, json!({}))),
        _ => (0, reply(200, json!({"ready": true}))),
    });
    assert_eq!(carried.lines(), ["0 pushBox Step 0-100", "1 pushBox Step 0-10", "2 showBox Poll 100-100"]);
}

#[test]
fn secrets_are_gone_from_what_is_observed_and_ids_are_taken_before() {
    let carried = check(&[create("a")], |_| {
        (0, reply(202, json!({"id": "1", "adminPass": "open sesame", "note": "canary-key"})))
    });
    let record = serde_json::to_string(&carried.seen[0]).unwrap();
    assert!(!record.contains("sesame") && !record.contains("canary"), "{record}");
}

#[test]
fn an_unknown_operation_and_a_missing_path_parameter_stop_the_plan() {
    let unknown = check(&[step("fold", Settle::Leave)], |_| panic!("nothing is sent"));
    assert!(unknown.ends.unwrap_err().to_string().contains("no operation `fold`"));
    let missing = check(&[step("showBox", Settle::Leave)], |_| panic!("nothing is sent"));
    assert!(missing.ends.unwrap_err().to_string().contains("`box_id`"));
}

/// Remembers what it is told, and may refuse to write.
struct Diary {
    lines: std::rc::Rc<RefCell<Vec<String>>>,
    broken: bool,
}

impl Journal for Diary {
    fn intent(&mut self, index: usize, _: &Step, call: &Call) -> std::io::Result<()> {
        self.lines.borrow_mut().push(format!("intent {index} {}", call.operation));
        if self.broken { Err(std::io::Error::other("disk full")) } else { Ok(()) }
    }

    fn done(&mut self, index: usize, born: &BTreeMap<String, String>, refused: bool) -> std::io::Result<()> {
        self.lines.borrow_mut().push(format!("done {index} {born:?} {refused}"));
        Ok(())
    }

    fn gone(&mut self, handle: &str) -> std::io::Result<()> {
        self.lines.borrow_mut().push(format!("gone {handle}"));
        Ok(())
    }
}

#[test]
fn the_journal_is_written_before_a_create_is_sent() {
    let lines = std::rc::Rc::new(RefCell::new(Vec::new()));
    let setting = Setting { journal: Box::new(Diary { lines: lines.clone(), broken: false }), ..setting() };
    check_with(setting, &[create("a"), on_push()], |request| {
        lines.borrow_mut().push(format!("sent {}", request.operation));
        (0, reply(200, json!({"id": "1"})))
    });
    assert_eq!(
        *lines.borrow(),
        ["intent 0 createBox", "sent createBox", "done 0 {\"a\": \"1\"} false", "sent pushBox"]
    );
}

#[test]
fn without_a_journal_nothing_is_created() {
    let setting = Setting { journal: Box::new(Diary { lines: Default::default(), broken: true }), ..setting() };
    let carried = check_with(setting, &[create("a")], |_| panic!("nothing is sent"));
    assert_eq!(carried.ends, Err(Stop::Journal { cause: "disk full".into() }));
}

/// A folder of its own for each test.
fn scratch(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("probity-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn whose() -> Whose {
    Whose {
        format: JOURNAL_FORMAT,
        run: "r".into(),
        suite: "boxes".into(),
        endpoint: "http://127.0.0.1:1".into(),
        profile: None,
        started: "2026-11-20T00:00:00Z".into(),
        lifetime_s: 60,
        pid: 1,
    }
}

#[test]
fn a_journal_file_is_read_again_and_a_torn_line_is_counted() {
    let folder = scratch("journal-torn");
    let path = folder.join("journal.jsonl");
    let call = Call { body: Some(json!({"name": "a"})), ..show("1") };
    let file = std::rc::Rc::new(RefCell::new(JournalFile::begin(&path, &whose()).unwrap()));
    let mut journal = Life { journal: file, number: 2 };
    journal.intent(3, &create("a"), &call).unwrap();
    journal.done(3, &BTreeMap::from([("a".into(), "1".into())]), false).unwrap();
    use std::io::Write;
    std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"gone\":{\"ha").unwrap();
    let (entries, unread) = read_journal(&path).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0], Entry::Whose(whose()));
    assert!(matches!(&entries[1], Entry::Intent { life: 2, step: 3, body: Some(body), .. } if body["name"] == "a"));
    assert_eq!(unread, [4]);
}

#[test]
fn the_journal_of_a_run_that_lives_cannot_be_taken() {
    let folder = scratch("journal-lives");
    let path = folder.join("journal.jsonl");
    let living = JournalFile::begin(&path, &whose()).unwrap();
    assert!(JournalFile::take(&path).unwrap().is_none(), "its run holds the lock");
    assert!(JournalFile::begin(&path, &whose()).is_err(), "no run writes into another's journal");
    drop(living);
    let taken = JournalFile::take(&path).unwrap().expect("whoever held the lock is gone");
    taken.close().unwrap();
    assert!(!path.exists());
    std::fs::remove_dir_all(&folder).unwrap();
}

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
            _ => reply(404, json!({})),
        }
    });
    assert!(refused > 3, "a lost deletion is asked for again");
    assert_eq!(left(&swept), [("1", "refused with 403"), ("2", "reset")]);
    let first =
        asked.iter().position(|line| line == "DELETE 1").expect("what stays does not hold up the rest for ever");
    assert!(first > 3, "it had time to go first");
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

#[test]
fn a_date_to_come_back_at_is_taken_against_the_date_of_the_reply() {
    let throttled = |headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Outcome::Replied(Reply { status: 429, headers, body: ReplyBody::Empty })
    };
    let check_waits = |headers: &[(&str, &str)], expected_ms: u64| {
        let mut answers = vec![reply(200, json!({})), throttled(headers)];
        let carried = check(&[on_push()], |_| (0, answers.pop().unwrap()));
        assert_eq!(carried.run.exchanges[1].sent_ms, expected_ms, "{headers:?}");
    };
    let (date, later) = ("Wed, 25 Nov 2026 10:00:00 GMT", "Wed, 25 Nov 2026 10:00:07 GMT");
    check_waits(&[("retry-after", later), ("date", date)], 7_000);
    check_waits(&[("retry-after", "Wednesday, 25-Nov-26 10:00:07 GMT"), ("date", date)], 7_000);
    check_waits(&[("retry-after", date), ("date", later)], 0);
    check_waits(&[("retry-after", "9999999999"), ("date", date)], 120_000);
    // Without the endpoint's clock, and where it is no date: the usual wait.
    check_waits(&[("retry-after", later)], 1_000);
    check_waits(&[("retry-after", "soon"), ("date", date)], 1_000);
}

#[test]
fn trouble_beyond_its_ceiling_ends_the_plan_and_says_what_it_was() {
    let mut setting = setting();
    setting.ceilings.trouble = TroubleMost { least: 3, percent: 50 };
    let mut answers = 0;
    let carried = check_with(setting, &vec![on_push(); 40], |_| {
        answers += 1;
        // One in two is tolerable, two in three is not.
        (0, if answers > 8 && answers % 3 != 0 || answers % 2 == 0 { lost() } else { reply(200, json!({})) })
    });
    let stop = carried.ends.unwrap_err();
    assert!(matches!(stop, Stop::Trouble { .. }), "{stop:?}");
    let (lost, requests) = (carried.run.spent.lost, carried.run.spent.requests);
    let told = format!("of {requests} requests {lost} got no answer (0 throttled, {lost} lost, 0 not sent)");
    assert!(stop.to_string().contains(&told), "{stop}");
    assert!(requests > 8 && lost * 2 > requests, "{lost} of {requests}");
}

#[test]
fn waits_are_spread_by_the_seeds_and_by_no_more_than_the_pace_says() {
    let times = || {
        let mut setting = setting();
        setting.pace.jitter_percent = 50;
        let mut polls = 0;
        let carried = check_with(setting, &[create("a"), on("pushBox", "a", Settle::Poll { after_ms: 1_000 })], |_| {
            polls += 1;
            (0, reply(200, json!({"id": "1", "ready": polls == 6})))
        });
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
fn plans_side_by_side_spend_from_one_purse() {
    let ceilings = Ceilings { requests: 10, gap: Duration::from_millis(100), ..Ceilings::NONE };
    let (catalog, identities, secrets) = (catalog(), identities(), Secrets::new("salt"));
    let sent = RefCell::new(Vec::new());
    let endpoint = Script {
        answer: RefCell::new(|_: &Request| {
            sent.borrow_mut().push(Instant::now());
            (250, reply(200, json!({})))
        }),
    };
    let purse = Purse::new(ceilings);
    let steps = vec![on_push(); 8];
    let (purse, steps) = (&purse, &steps);
    let plan = |number| {
        let context = Context {
            endpoint: &endpoint,
            catalog: &catalog,
            identities: &identities,
            secrets: &secrets,
            marks: &NoMarks,
            pace: Pace::IN_PROCESS,
            budget: Budget { requests: 100, time: Duration::from_secs(100) },
            purse,
            seeds: (1, number),
            cancel: Cancel::never(),
        };
        async move {
            let (mut run, mut watcher) = (Run::begin(Box::new(NoJournal)), Recorder::default());
            carry_out_plan(&context, steps, &mut run, &mut watcher).await.map(|_| run.spent.requests)
        }
    };
    let ends = paused().block_on(futures::future::join_all((0..3).map(plan)));
    assert_eq!(ends, [Err(Stop::Requests), Err(Stop::Requests), Err(Stop::Requests)]);
    let sent = sent.borrow();
    assert_eq!((sent.len(), purse.spent()), (10, 10));
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] == Duration::from_millis(100)), "{sent:?}");
}

#[test]
fn on_a_bad_wire_nothing_is_changed_twice_and_every_request_is_on_record() {
    use crate::endpoint::{Faulty, WireFaults};
    for seed in 0..200 {
        let faults = format!(
            "seed={seed},reset-after=150,reset-before=100,truncate=50,throttle=100,unavailable=100,wrong-type=50"
        );
        let changed = RefCell::new(BTreeMap::<String, u32>::new());
        let toy = Script {
            answer: RefCell::new(|request: &Request| {
                if request.method == "PUT" {
                    *changed.borrow_mut().entry(request.path.clone()).or_default() += 1;
                }
                (1, reply(200, json!({"ready": true})))
            }),
        };
        let steps: Vec<Step> = (0..20)
            .map(|at| Step {
                path: BTreeMap::from([("box_id".into(), json!(at))]),
                ..step("pushBox", Settle::Poll { after_ms: 0 })
            })
            .collect();
        let faulty = Faulty::new(toy, faults.parse::<WireFaults>().unwrap());
        let counted = Counted { endpoint: &faulty, asked: std::cell::Cell::new(0) };
        let carried = check_endpoint(setting(), &steps, &counted);
        let asked = counted.asked.get();
        assert_eq!(carried.seen.len() as u64, asked);
        assert_eq!(carried.run.spent.requests, asked);
        assert!(carried.ends().iter().all(|end| *end == StepEnd::Settled));
        assert!(changed.borrow().values().all(|&times| times == 1), "seed {seed}");
    }
}

/// Counts what goes to an endpoint.
struct Counted<'a> {
    endpoint: &'a dyn Endpoint,
    asked: std::cell::Cell<u64>,
}

impl Endpoint for Counted<'_> {
    fn name(&self) -> &str {
        self.endpoint.name()
    }

    fn send<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        self.asked.set(self.asked.get() + 1);
        self.endpoint.send(request)
    }
}

fn hindered(by: Hindrance) -> Outcome {
    Outcome::Hindered { by, reply: Reply { status: 403, headers: BTreeMap::new(), body: ReplyBody::Empty } }
}

#[test]
fn throttling_and_maintenance_are_waited_for_and_a_quota_is_not() {
    for (by, sent) in [(Hindrance::Throttling, 2), (Hindrance::Maintenance, 2), (Hindrance::Quota, 1)] {
        let mut first = true;
        let carried = check(&[create("a")], |_| {
            if std::mem::take(&mut first) { (0, hindered(by)) } else { (0, reply(202, json!({"id": "1"}))) }
        });
        assert_eq!((carried.ends(), carried.seen.len()), (vec![StepEnd::Done], sent), "{by:?}");
    }
}

/// An endpoint of which no more is to be asked after so many requests.
struct Wearing {
    left: RefCell<u32>,
}

impl Endpoint for Wearing {
    fn name(&self) -> &str {
        "wearing"
    }

    fn send<'a>(&'a self, _: &'a Request) -> Pending<'a> {
        *self.left.borrow_mut() -= 1;
        Box::pin(async { hindered(Hindrance::Quota) })
    }

    fn worn_out(&self) -> Option<String> {
        (*self.left.borrow() == 0).then(|| "too much trouble".to_string())
    }
}

#[test]
fn an_endpoint_that_is_worn_out_ends_the_plan_with_the_reason() {
    let carried = check_endpoint(setting(), &vec![create("a"); 5], &Wearing { left: RefCell::new(2) });
    assert_eq!((carried.ends, carried.seen.len()), (Err(Stop::Hindered { cause: "too much trouble".into() }), 2));
}

#[test]
fn input_to_which_a_profile_added_is_doubtful_at_the_added_places() {
    let added = Step { setup: vec!["/box/lid".to_string()], ..create("a") };
    let carried = check(&[added, create("b")], |_| (0, reply(202, json!({"id": "1"}))));
    let input = carried.seen[0].input.clone().expect("it is marked");
    assert_eq!((input.class, input.doubts), (crate::schema::Class::Doubtful, vec!["/box/lid".to_string()]));
    assert_eq!(carried.seen[1].input, None, "the recorder marks nothing");
}

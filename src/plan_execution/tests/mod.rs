//! Plans against scripted endpoints, on a paused clock.

mod budget;
mod journal;
mod steps;
mod together;

use super::*;
use crate::endpoint::{Credential, Endpoint, Identities, Identity, PendingOutcome, Request, RequestWatch};
use crate::history::{Call, CallCause, Exchange, InfrastructureFailure, Outcome, Reply, ReplyBody, SecretFilter};
use crate::limits::Limits;
use crate::plan::{Step, StepWait, make_handle};
use crate::schema::catalog::{Binding, Catalog, Operation, SourceLines};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Answers each request by a function: milliseconds until the outcome, and the outcome.
pub(crate) struct ScriptedEndpoint<F> {
    pub answer: RefCell<F>,
}

impl<F: FnMut(&Request) -> (u64, Outcome)> Endpoint for ScriptedEndpoint<F> {
    fn name(&self) -> &str {
        "script"
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        let (after_ms, outcome) = (self.answer.borrow_mut())(request);
        Box::pin(async move {
            sleep(Duration::from_millis(after_ms)).await;
            outcome
        })
    }
}

/// A recorder for which a resource is settled once a poll of the step showed `ready: true`.
#[derive(Default)]
struct RecordingWatcher {
    seen: Vec<Exchange>,
}

impl ExchangeInterpreter for RecordingWatcher {
    fn find_ids(&self, exchange: &Exchange) -> FoundIds {
        let id = read_body(exchange).and_then(|body| body["id"].as_str().map(str::to_string));
        let created = id.map(|id| BTreeMap::from([("box".to_string(), vec![id])])).unwrap_or_default();
        FoundIds { created, learned: Vec::new() }
    }

    fn classify_input(&self, _exchange: &mut Exchange) {}

    fn explains_refusal(&self, _exchange: &Exchange, _status: u16) -> bool {
        true
    }

    fn observe_exchange(&mut self, exchange: &Exchange) {
        self.seen.push(exchange.clone());
    }

    fn find_bound(&self, _step_index: usize) -> Option<Duration> {
        None
    }

    fn list_unsettled_reads(&self, index: usize) -> Vec<Call> {
        let ready = |exchange: &Exchange| read_body(exchange).is_some_and(|body| body["ready"] == json!(true));
        let mut of_step = self.seen.iter().filter(|exchange| exchange.step == index);
        let created = self.seen.iter().find_map(|exchange| exchange.created.values().next());
        if of_step.any(ready) { Vec::new() } else { vec![make_show_call(created.map_or("box-1", String::as_str))] }
    }

    fn is_waiting_for_time(&self, index: usize) -> bool {
        let last = self.seen.iter().rfind(|exchange| exchange.step == index && exchange.cause == CallCause::Poll);
        last.and_then(read_body).is_some_and(|body| body["still"] == json!(true))
    }
}

fn read_body(exchange: &Exchange) -> Option<&Value> {
    match &exchange.outcome {
        Outcome::Replied(Reply { body: ReplyBody::Json(body), .. }) => Some(body),
        _ => None,
    }
}

pub(crate) fn make_show_call(id: &str) -> Call {
    Call {
        operation: "showBox".into(),
        binding: "v1".into(),
        caller: "owner".into(),
        path: BTreeMap::from([("box_id".into(), json!(id))]),
        ..Call::default()
    }
}

fn make_operation(id: &str, method: &str, path: &str) -> Operation {
    let at: SourceLines = "boxes:1".parse().unwrap();
    let binding = Binding { id: "v1".into(), method: method.into(), path: path.into(), at: at.clone() };
    serde_json::from_value(json!({ "id": id, "title": id, "at": at, "bindings": [binding] })).unwrap()
}

pub(crate) fn make_catalog() -> Catalog {
    let operations = vec![
        make_operation("createBox", "POST", "/v1/{shelf}/boxes"),
        make_operation("showBox", "GET", "/v1/{shelf}/boxes/{box_id}"),
        make_operation("pushBox", "PUT", "/v1/{shelf}/boxes/{box_id}"),
        make_operation("deleteBox", "DELETE", "/v1/{shelf}/boxes/{box_id}"),
    ];
    Catalog { format: 1, api: "boxes".into(), pages: vec![], operations }
}

pub(crate) fn make_identities() -> Identities {
    let owner = Identity {
        parameters: BTreeMap::from([("shelf".into(), "left top".into())]),
        headers: BTreeMap::from([("X-Key".into(), Credential::from_literal("canary-key"))]),
        auth: None,
    };
    Identities::new(BTreeMap::from([("owner".into(), owner)]))
}

fn make_step(operation: &str, settle: StepWait) -> Step {
    Step {
        call: Call { operation: operation.into(), binding: "v1".into(), caller: "owner".into(), ..Call::default() },
        births: BTreeMap::new(),
        settle,
        setup: Vec::new(),
        branch: 0,
        offset_us: 0,
    }
}

pub(crate) fn make_create(name: &str) -> Step {
    let births = BTreeMap::from([("box".into(), vec![name.into()])]);
    let mut step = Step { births, ..make_step("createBox", StepWait::Leave) };
    step.call.body = Some(json!({"name": name}));
    step
}

fn make_step_with_id(operation: &str, id: Value, settle: StepWait) -> Step {
    let mut step = make_step(operation, settle);
    step.call.path.insert("box_id".into(), id);
    step
}

fn make_step_on(operation: &str, name: &str, settle: StepWait) -> Step {
    make_step_with_id(operation, make_handle(name), settle)
}

pub(crate) fn make_reply(status: u16, body: Value) -> Outcome {
    Outcome::Replied(Reply { status, headers: BTreeMap::new(), body: ReplyBody::Json(body) })
}

fn make_throttled(status: u16, retry_after: &str) -> Outcome {
    let headers = BTreeMap::from([("retry-after".to_string(), retry_after.to_string())]);
    Outcome::Replied(Reply { status, headers, body: ReplyBody::Empty })
}

pub(crate) fn make_lost() -> Outcome {
    Outcome::Lost { cause: "reset".into() }
}

fn make_unsent() -> Outcome {
    Outcome::Unsent { cause: "nothing listens".into() }
}

/// The result of a plan.
struct TestOutcome {
    ends: Result<Vec<(usize, StepEnd)>, StopReason>,
    run: PlanState,
    seen: Vec<Exchange>,
    elapsed: Duration,
}

impl TestOutcome {
    /// `number operation cause sent-received` for each exchange.
    fn format_lines(&self) -> Vec<String> {
        let line =
            |e: &Exchange| format!("{} {} {:?} {}-{}", e.number, e.call.operation, e.cause, e.sent_ms, e.received_ms);
        self.run.exchanges.iter().map(line).collect()
    }

    fn unwrap_ends(&self) -> Vec<StepEnd> {
        self.ends.clone().unwrap().into_iter().map(|(_, end)| end).collect()
    }
}

struct TestSettings {
    pace: Pace,
    limits: Limits,
    shared: Limits,
    cancel: Cancellation,
    journal: Box<dyn Journal>,
}

fn make_settings() -> TestSettings {
    TestSettings {
        pace: Pace::IN_PROCESS,
        limits: Limits { requests: 100_000, time: Duration::from_secs(1_000_000), ..Limits::NONE },
        shared: Limits::NONE,
        cancel: Cancellation::never(),
        journal: Box::new(NullJournal),
    }
}

fn check_plan(steps: &[Step], answer: impl FnMut(&Request) -> (u64, Outcome)) -> TestOutcome {
    check_plan_with(make_settings(), steps, answer)
}

pub(crate) fn make_paused_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Carries out a plan against a script, on a paused clock.
fn check_plan_with(
    setting: TestSettings,
    steps: &[Step],
    answer: impl FnMut(&Request) -> (u64, Outcome),
) -> TestOutcome {
    let endpoint = ScriptedEndpoint { answer: RefCell::new(answer) };
    check_endpoint(setting, steps, &endpoint)
}

fn check_endpoint(setting: TestSettings, steps: &[Step], endpoint: &dyn Endpoint) -> TestOutcome {
    make_paused_runtime().block_on(async {
        let (catalog, identities, secrets) =
            (make_catalog(), make_identities(), SecretFilter::new("salt").with_literals(["canary-key"]));
        let context = PlanEnvironment {
            endpoint,
            catalog: &catalog,
            identities: &identities,
            secrets: &secrets,
            marker: &NullMarker,
            pace: setting.pace,
            limits: setting.limits,
            shared_budget: &SharedBudget::new(setting.shared),
            accepted_reads: &AcceptedReads::default(),
            seeds: (1, 0),
            cancel: setting.cancel,
            watch: &RequestWatch::default(),
        };
        let mut run = PlanState::start_plan(setting.journal);
        let mut watcher = RecordingWatcher::default();
        let began = Instant::now();
        let ends = carry_out_plan(&context, steps, &mut run, &mut watcher).await;
        let header = crate::history::tests::test_header();
        let recorded = std::mem::take(&mut run.recorder).finish_history(header).load_history();
        assert_eq!(watcher.seen, recorded.exchanges, "the watcher observes the recorded exchanges");
        let numbers = |exchanges: &[Exchange]| exchanges.iter().map(|exchange| exchange.number).collect::<Vec<u64>>();
        assert_eq!(numbers(&watcher.seen), numbers(&run.exchanges));
        TestOutcome { ends, run, seen: watcher.seen, elapsed: began.elapsed() }
    })
}

/// Changes a resource that needs no create.
fn make_push() -> Step {
    make_step_with_id("pushBox", json!("9"), StepWait::Leave)
}

//! Plans against scripted endpoints, on a paused clock.

mod journal;
mod steps;
mod together;

use super::*;
use crate::endpoint::{Call, Credential, Endpoint, Identities, Identity, Pending, Request};
use crate::history::{Cause, Exchange, Hindrance, Outcome, Reply, ReplyBody, Secrets};
use crate::limits::Limits;
use crate::plan::{Settle, Step, handle};
use crate::schema::catalog::{Binding, Catalog, Operation, Source};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Answers each request by a function: milliseconds until the outcome, and the outcome.
pub(crate) struct Script<F> {
    pub answer: RefCell<F>,
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

/// A recorder for which a resource is settled once a poll of the step showed `ready: true`.
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

pub(crate) fn show(id: &str) -> Call {
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

pub(crate) fn catalog() -> Catalog {
    let operations = vec![
        operation("createBox", "POST", "/v1/{shelf}/boxes"),
        operation("showBox", "GET", "/v1/{shelf}/boxes/{box_id}"),
        operation("pushBox", "PUT", "/v1/{shelf}/boxes/{box_id}"),
        operation("deleteBox", "DELETE", "/v1/{shelf}/boxes/{box_id}"),
    ];
    Catalog { format: 1, api: "boxes".into(), pages: vec![], operations }
}

pub(crate) fn identities() -> Identities {
    let owner = Identity {
        parameters: BTreeMap::from([("shelf".into(), "left top".into())]),
        headers: BTreeMap::from([("X-Key".into(), Credential::literal("canary-key"))]),
        auth: None,
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

pub(crate) fn create(name: &str) -> Step {
    Step {
        births: BTreeMap::from([("box".into(), vec![name.into()])]),
        body: Some(json!({"name": name})),
        ..step("createBox", Settle::Leave)
    }
}

fn on(operation: &str, name: &str, settle: Settle) -> Step {
    Step { path: BTreeMap::from([("box_id".into(), handle(name))]), ..step(operation, settle) }
}

pub(crate) fn reply(status: u16, body: Value) -> Outcome {
    Outcome::Replied(Reply { status, headers: BTreeMap::new(), body: ReplyBody::Json(body) })
}

fn later(status: u16, retry_after: &str) -> Outcome {
    let headers = BTreeMap::from([("retry-after".to_string(), retry_after.to_string())]);
    Outcome::Replied(Reply { status, headers, body: ReplyBody::Empty })
}

pub(crate) fn lost() -> Outcome {
    Outcome::Lost { cause: "reset".into() }
}

fn unsent() -> Outcome {
    Outcome::Unsent { cause: "nothing listens".into() }
}

/// The result of a plan.
struct Carried {
    ends: Result<Vec<(usize, StepEnd)>, Stop>,
    run: Run,
    seen: Vec<Exchange>,
    elapsed: Duration,
}

impl Carried {
    /// `number operation cause sent-received` for each exchange.
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
    limits: Limits,
    shared: Limits,
    cancel: Cancel,
    journal: Box<dyn Journal>,
}

fn setting() -> Setting {
    Setting {
        pace: Pace::IN_PROCESS,
        limits: Limits { requests: 100_000, time: Duration::from_secs(1_000_000), ..Limits::NONE },
        shared: Limits::NONE,
        cancel: Cancel::never(),
        journal: Box::new(NoJournal),
    }
}

fn check(steps: &[Step], answer: impl FnMut(&Request) -> (u64, Outcome)) -> Carried {
    check_with(setting(), steps, answer)
}

pub(crate) fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Carries out a plan against a script, on a paused clock.
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
            limits: setting.limits,
            purse: &Purse::new(setting.shared),
            seeds: (1, 0),
            cancel: setting.cancel,
        };
        let mut run = Run::begin(setting.journal);
        let mut watcher = Recorder::default();
        let began = Instant::now();
        let ends = carry_out_plan(&context, steps, &mut run, &mut watcher).await;
        assert_eq!(watcher.seen, run.exchanges, "the watcher observes the recorded exchanges");
        Carried { ends, run, seen: watcher.seen, elapsed: began.elapsed() }
    })
}

/// Changes a resource that needs no create.
fn on_push() -> Step {
    Step { path: BTreeMap::from([("box_id".into(), json!("9"))]), ..step("pushBox", Settle::Leave) }
}

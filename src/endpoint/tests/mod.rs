//! A catalog, identities and a toy endpoint, for the tests of all endpoints.

mod composing;
mod infrastructure;
mod wire_faults;

use super::*;
use crate::history::{Call, Outcome, Reply, ReplyBody};
use crate::schema::catalog::Catalog;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) const CANARY: &str = "canary-token-77";

pub(crate) fn catalog() -> Catalog {
    let operation = |id: &str, method: &str, path: &str, action: Option<&str>| {
        json!({
            "id": id, "title": id, "at": "boxes:1",
            "bindings": [{ "id": "v1", "method": method, "path": path, "at": "boxes:2" }],
            "action": action.map(|name| json!({ "name": name, "at": "boxes:3" })),
            "query": [{ "name": "sort", "required": false, "schema": {}, "at": "boxes:4" }, { "name": "limit", "required": false, "schema": {}, "at": "boxes:5" }],
            "headers": [{ "name": "X-Box-Version", "required": false, "schema": {}, "at": "boxes:6" }],
        })
    };
    let operations = json!([
        operation("showBox", "GET", "/v1/{shelf}/boxes/{box_id}", None),
        operation("listBoxes", "GET", "/v1/{shelf}/boxes/detail", None),
        operation("createBox", "POST", "/v1/{shelf}/boxes", None),
        operation("openBox", "POST", "/v1/{shelf}/boxes/{box_id}/do", Some("open")),
        operation("shutBox", "POST", "/v1/{shelf}/boxes/{box_id}/do", Some("shut")),
    ]);
    serde_json::from_value(json!({ "format": 1, "api": "boxes", "pages": [], "operations": operations })).unwrap()
}

pub(crate) fn identities() -> Identities {
    let person = |token: &str, shelf: &str| Identity {
        parameters: BTreeMap::from([("shelf".to_string(), shelf.to_string())]),
        headers: BTreeMap::from([("X-Key".to_string(), Credential::from_literal(token))]),
        auth: None,
    };
    Identities::new(BTreeMap::from([
        ("owner".to_string(), person(CANARY, "left top")),
        ("other".to_string(), person("Bearer t2", "right")),
    ]))
}

pub(crate) fn tokens() -> BTreeMap<String, String> {
    BTreeMap::from([(CANARY.to_string(), "owner".to_string()), ("t2".to_string(), "other".to_string())])
}

pub(crate) fn call(operation: &str) -> Call {
    Call {
        operation: operation.into(),
        binding: "v1".into(),
        caller: "owner".into(),
        path: BTreeMap::from([("box_id".to_string(), json!("7"))]),
        ..Call::default()
    }
}

pub(crate) fn request(call: &Call) -> Request {
    compose_request(&catalog(), call, &identities()).unwrap()
}

/// Answers all requests with one response, and records the requests.
pub(crate) struct ToyEndpoint {
    pub(crate) reply: Outcome,
    pub(crate) asked: RefCell<Vec<Request>>,
}

impl ToyEndpoint {
    pub(crate) fn new(body: Value) -> ToyEndpoint {
        let headers = ["content-type", "location", "x-box-api-version", "x-private"].map(|name| {
            (name.to_string(), if name == "content-type" { "application/json" } else { "here" }.to_string())
        });
        let reply = Reply { status: 202, headers: headers.into(), body: ReplyBody::Json(body) };
        ToyEndpoint { reply: Outcome::Replied(reply), asked: RefCell::default() }
    }
}

impl Endpoint for ToyEndpoint {
    fn name(&self) -> &str {
        "toy"
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        self.asked.borrow_mut().push(request.clone());
        Box::pin(async { self.reply.clone() })
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    // A test with sockets must fail rather than wait for ever.
    let bounded =
        async { tokio::time::timeout(Duration::from_secs(30), future).await.expect("the test takes far less") };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(bounded)
}

/// The outcome in one line.
pub(crate) fn summarise_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Unsent { cause } => format!("unsent: {cause}"),
        Outcome::Lost { cause } => format!("lost: {cause}"),
        Outcome::InfrastructureFailed { by, reply, .. } => format!("{} with {}", by.describe(), reply.status),
        Outcome::Replied(Reply { status, body, .. }) => match body {
            ReplyBody::Empty => format!("{status} empty"),
            ReplyBody::Json(value) => format!("{status} {value}"),
            ReplyBody::Text { because, .. } => format!("{status} text: {because}"),
            ReplyBody::TooLarge { because, .. } => format!("{status} too large: {because}"),
            ReplyBody::Shortened { digest, .. } => format!("{status} shortened: {digest}"),
        },
    }
}

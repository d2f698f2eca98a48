//! A toy endpoint behind real sockets on this machine, and servers that say what a test tells them to.

mod composing;
mod hindering;
mod listening;
mod profiles;
mod proving;
mod replies;
mod securing;
mod wires;

use super::*;
use crate::history::{Outcome, Reply, ReplyBody};
use crate::schema::catalog::Catalog;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

const CANARY: &str = "canary-token-77";

fn catalog() -> Catalog {
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

fn identities() -> Identities {
    let person = |token: &str, shelf: &str| Identity {
        parameters: BTreeMap::from([("shelf".to_string(), shelf.to_string())]),
        headers: BTreeMap::from([("X-Key".to_string(), Credential::literal(token))]),
        scheme: None,
    };
    Identities::new(BTreeMap::from([
        ("owner".to_string(), person(CANARY, "left top")),
        ("other".to_string(), person("Bearer t2", "right")),
    ]))
}

fn tokens() -> BTreeMap<String, String> {
    BTreeMap::from([(CANARY.to_string(), "owner".to_string()), ("t2".to_string(), "other".to_string())])
}

fn call(operation: &str) -> Call {
    Call {
        operation: operation.into(),
        binding: "v1".into(),
        caller: "owner".into(),
        path: BTreeMap::from([("box_id".to_string(), json!("7"))]),
        ..Call::default()
    }
}

fn request(call: &Call) -> Request {
    compose(&catalog(), call, &identities()).unwrap()
}

/// Answers everything with the same reply and keeps what it was asked.
struct Toy {
    reply: Outcome,
    asked: RefCell<Vec<Request>>,
}

impl Toy {
    fn new(body: Value) -> Toy {
        let headers = ["content-type", "location", "x-box-api-version", "x-private"].map(|name| {
            (name.to_string(), if name == "content-type" { "application/json" } else { "here" }.to_string())
        });
        let reply = Reply { status: 202, headers: headers.into(), body: ReplyBody::Json(body) };
        Toy { reply: Outcome::Replied(reply), asked: RefCell::default() }
    }
}

impl Endpoint for Toy {
    fn name(&self) -> &str {
        "toy"
    }

    fn send<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        self.asked.borrow_mut().push(request.clone());
        Box::pin(async { self.reply.clone() })
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    // Sockets: a test that hangs is to fail.
    let bounded = async { tokio::time::timeout(Duration::from_secs(30), future).await.expect("it takes far less") };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(bounded)
}

/// 2026-07-06T08:00:00.123Z, and it stands.
fn wall() -> Wall {
    Arc::new(|| jiff::Timestamp::from_millisecond(1_783_324_800_123).unwrap())
}

fn http(base: &str) -> Http {
    // A reply that never comes is waited for so long; all others come at once.
    let limits = HttpLimits { request_timeout: Duration::from_secs(20), reply_bytes_max: 1 << 20, ..HttpLimits::USUAL };
    Http::new(base, identities(), limits, &Connecting::default(), wall()).unwrap()
}

/// Serves an endpoint on a free port while the client runs.
async fn served<T>(endpoint: &dyn Endpoint, wire: &WireFaults, client: impl AsyncFnOnce(String) -> T) -> T {
    let listener = bind("127.0.0.1:0".parse().unwrap(), false).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (catalog, tokens) = (catalog(), tokens());
    let site = Site { endpoint, catalog: &catalog, tokens: &tokens, wire };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = serve(listener, site, async {
        let _ = stopped.await;
    });
    let client = async {
        let result = client(base).await;
        stop.send(()).unwrap();
        result
    };
    tokio::join!(server, client).1
}

/// Sends one request to a server that writes these bytes to whoever connects, and closes.
fn answered_with(bytes: &[u8]) -> Outcome {
    with_raw(bytes, async |base: String| http(&base).send(&request(&call("showBox"))).await)
}

fn with_raw<T>(bytes: &[u8], client: impl AsyncFnOnce(String) -> T) -> T {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = async {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                read_head(&mut stream).await;
                use tokio::io::AsyncWriteExt;
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
            }
        };
        tokio::select! {
            never = server => never,
            result = client(base) => result,
        }
    })
}

async fn read_head(stream: &mut tokio::net::TcpStream) {
    use tokio::io::AsyncReadExt;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
}

/// A whole HTTP reply.
fn reply_bytes(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The outcome in one line.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Unsent { cause } => format!("unsent: {cause}"),
        Outcome::Lost { cause } => format!("lost: {cause}"),
        Outcome::Hindered { by, reply } => format!("{} with {}", by.word(), reply.status),
        Outcome::Replied(Reply { status, body, .. }) => match body {
            ReplyBody::Empty => format!("{status} empty"),
            ReplyBody::Json(value) => format!("{status} {value}"),
            ReplyBody::Text { because, .. } => format!("{status} text: {because}"),
        },
    }
}

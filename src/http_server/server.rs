//! Offers an endpoint of this process over HTTP.

use super::response::{Piece, encode};
use super::socket::Socket;
use crate::endpoint::{Endpoint, Found, Request, Routes, WireFault, WireFaults, add_fields, come_back, percent_decode};
use crate::history::{Outcome, Reply, ReplyBody};
use crate::schema::catalog::{Catalog, Operation};
use futures::stream::{FuturesUnordered, StreamExt};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

const BODY_BYTES_MAX: usize = 4 << 20;
const CONNECTIONS_MAX: usize = 512;
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// An offered endpoint, with the callers of tokens.
pub struct Site<'a> {
    /// The endpoint.
    pub endpoint: &'a dyn Endpoint,
    /// The operations of the API.
    pub catalog: &'a Catalog,
    /// The caller of each token. A token is valid in every header, alone or after `Bearer`.
    pub tokens: &'a BTreeMap<String, String>,
    /// Faults between client and server.
    pub wire: &'a WireFaults,
}

/// Listens on an address. An address other than this machine's own needs `anywhere`, because the server has no real
/// protection.
///
/// # Errors
///
/// If the address is reachable from other machines without `anywhere`, or the system refuses the address.
pub async fn bind(address: SocketAddr, anywhere: bool) -> Result<TcpListener, ListenError> {
    if !address.ip().is_loopback() && !anywhere {
        return Err(ListenError::Exposed { address });
    }
    TcpListener::bind(address).await.map_err(|error| ListenError::Taken { address, cause: error.to_string() })
}

/// An address on which the server cannot listen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenError {
    /// Other machines could reach the address.
    #[error("other machines can reach {address}; use 127.0.0.1, or allow access from other machines")]
    Exposed {
        /// The address.
        address: SocketAddr,
    },
    /// The system refuses the address.
    #[error("cannot listen on {address}: {cause}; choose a different port, or 0 for any free port")]
    Taken {
        /// The address.
        address: SocketAddr,
        /// Cause from the system.
        cause: String,
    },
}

/// Serves until `shutdown` is ready, and then closes all connections. All work runs in the polling thread, so the
/// endpoint need not be `Send`.
pub async fn serve(listener: TcpListener, site: Site<'_>, shutdown: impl Future<Output = ()>) {
    let server = &Server { routes: Routes::of(site.catalog), site, requests: Cell::new(0) };
    let mut open = FuturesUnordered::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => return,
            Some(()) = open.next(), if !open.is_empty() => {}
            accepted = listener.accept(), if open.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => open.push(connection(server, stream)),
                // Probably all file handles are in use, until connections close.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
}

struct Server<'a> {
    site: Site<'a>,
    routes: Routes<'a>,
    requests: Cell<u64>,
}

async fn connection(server: &Server<'_>, stream: TcpStream) {
    let reset = Rc::new(Cell::new(false));
    let socket = Socket { stream, reset: reset.clone() };
    let service = hyper::service::service_fn(|request| {
        let reset = reset.clone();
        async move {
            let response = answer(server, request).await;
            // The fault concerns this request; earlier requests on the connection have succeeded.
            if response.is_err() {
                reset.set(true);
            }
            response
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_READ_TIMEOUT)
        .serve_connection(TokioIo::new(socket), service);
    // An error of the connection concerns the client only.
    let _ = connection.await;
}

/// The connection has to be reset.
#[derive(Debug, thiserror::Error)]
#[error("the connection is reset on purpose")]
struct Reset;

async fn answer(server: &Server<'_>, request: hyper::Request<Incoming>) -> Result<hyper::Response<Piece>, Reset> {
    let wire = server.site.wire;
    let number = server.requests.replace(server.requests.get() + 1);
    let fault = wire.fault(number);
    let gzip = wire.gzip && accepts_gzip(request.headers());
    let early = match fault {
        Some(WireFault::Throttle) => Some(come_back(429, wire)),
        Some(WireFault::Unavailable) => Some(come_back(503, wire)),
        Some(WireFault::ResetBefore) => return Err(Reset),
        _ => None,
    };
    let reply = match early {
        Some(reply) => reply,
        None => carry_out(server, request).await?,
    };
    let mut reply = reply;
    match fault {
        Some(WireFault::ResetAfter) => return Err(Reset),
        Some(WireFault::Delay) => tokio::time::sleep(wire.delay).await,
        Some(WireFault::ExtraFields) => add_fields(&mut reply.body),
        Some(WireFault::WrongType) => {
            reply.headers.insert("content-type".to_string(), "text/html".to_string());
        }
        _ => {}
    }
    Ok(encode(&reply, wire, gzip, fault == Some(WireFault::Truncate)))
}

async fn carry_out(server: &Server<'_>, incoming: hyper::Request<Incoming>) -> Result<Reply, Reset> {
    let (head, body) = incoming.into_parts();
    let caller = caller(&head.headers, server.site.tokens);
    // A body with a too large announced length is refused before its arrival.
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Ok(refusal(413, "the body is too long"));
    }
    let bytes = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Ok(refusal(413, "the body is too long"));
        }
        Err(_) => return Err(Reset),
    };
    let body = parse(&bytes);
    let path = head.uri.path();
    let found = server.routes.find(head.method.as_str(), path, body.as_ref().ok().and_then(Option::as_ref));
    let (operation, binding, parameters) = match found {
        Found::Operation { operation, binding, parameters } => (operation, binding, parameters),
        Found::NoAction { first } if !proven(&caller) => match *first {
            // For an unauthenticated caller the endpoint answers 401, whatever the body.
            Found::Operation { operation, binding, parameters } => (operation, binding, parameters),
            _ => panic!("the route of an action leads to an operation"),
        },
        Found::NoAction { .. } => return Ok(refusal(400, "the body names no action of this path")),
        Found::Methods(methods) => return Ok(not_allowed(&methods)),
        Found::Nothing => return Ok(refusal(404, "unknown path")),
    };
    let body = match body {
        Ok(body) => body,
        Err(cause) if proven(&caller) => return Ok(refusal(400, &cause)),
        Err(_) => None,
    };
    let request = Request {
        operation: operation.id.clone(),
        binding: binding.id.clone(),
        caller,
        method: binding.method.clone(),
        path: path.to_string(),
        parameters,
        query: query(head.uri.query().unwrap_or_default()),
        headers: inputs(operation, &head.headers, server.site.tokens),
        body,
    };
    match server.site.endpoint.send(&request).await {
        Outcome::Replied(reply) | Outcome::Hindered { reply, .. } => Ok(reply),
        Outcome::Unsent { .. } | Outcome::Lost { .. } => Err(Reset),
    }
}

fn proven(caller: &str) -> bool {
    !matches!(caller, "none" | "expired" | "forged")
}

fn parse(bytes: &Bytes) -> Result<Option<Value>, String> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    serde_json::from_slice(bytes).map(Some).map_err(|error| format!("the body is not JSON: {error}"))
}

fn caller(headers: &HeaderMap, tokens: &BTreeMap<String, String>) -> String {
    let mut known = headers.values().filter_map(|value| tokens.get(bare(value.to_str().ok()?)));
    known.next().cloned().unwrap_or_else(|| "none".to_string())
}

fn bare(value: &str) -> &str {
    let value = value.trim();
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => value,
    }
}

/// Headers that may be inputs of the call, with the spelling of the catalog.
fn inputs(operation: &Operation, headers: &HeaderMap, tokens: &BTreeMap<String, String>) -> Vec<(String, String)> {
    const OF_THE_WIRE: &[&str] = &[
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    ];
    let mut inputs = Vec::new();
    for (name, value) in headers {
        let Ok(value) = value.to_str() else { continue };
        let documented = operation.headers.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name.as_str()));
        let wire = documented.is_none() && OF_THE_WIRE.contains(&name.as_str());
        if !wire && !tokens.contains_key(bare(value)) {
            let name = documented.map_or(name.as_str(), |parameter| parameter.name.as_str());
            inputs.push((name.to_string(), value.to_string()));
        }
    }
    inputs
}

fn query(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode(&text.replace('+', " "));
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers.get("accept-encoding").and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("gzip"))
}

fn refusal(status: u16, message: &str) -> Reply {
    let headers = BTreeMap::from([("content-type".to_string(), "application/json".to_string())]);
    Reply { status, headers, body: ReplyBody::Json(json!({ "error": { "code": status, "message": message } })) }
}

fn not_allowed(methods: &[&str]) -> Reply {
    let mut reply = refusal(405, "the path does not allow this method");
    reply.headers.insert("allow".to_string(), methods.join(", "));
    reply
}

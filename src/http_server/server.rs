//! Offers an endpoint of this process over HTTP.

use super::response::{ResponseBodyStream, encode_reply};
use super::socket::ResettableSocket;
use crate::endpoint::{
    Endpoint, Request, RouteTable, RoutingResult, WireDisturbance, WireFaults, add_fields, build_retry_reply,
    parse_query,
};
use crate::history::{Outcome, Reply, ReplyBody};
use crate::schema::catalog::{Catalog, Operation};
use futures_util::stream::{FuturesUnordered, StreamExt};
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
pub struct OfferedEndpoint<'a> {
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
pub async fn bind_listener(address: SocketAddr, anywhere: bool) -> Result<TcpListener, ListenError> {
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
pub async fn serve_endpoint(listener: TcpListener, site: OfferedEndpoint<'_>, shutdown: impl Future<Output = ()>) {
    let server = &HttpServer { routes: RouteTable::from_catalog(site.catalog), site, requests: Cell::new(0) };
    let mut open = FuturesUnordered::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => return,
            Some(()) = open.next(), if !open.is_empty() => {}
            accepted = listener.accept(), if open.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => open.push(serve_connection(server, stream)),
                // Probably all file handles are in use, until connections close.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
}

struct HttpServer<'a> {
    site: OfferedEndpoint<'a>,
    routes: RouteTable<'a>,
    requests: Cell<u64>,
}

async fn serve_connection(server: &HttpServer<'_>, stream: TcpStream) {
    let reset = Rc::new(Cell::new(false));
    let socket = ResettableSocket { stream, reset: reset.clone() };
    let service = hyper::service::service_fn(|request| {
        let reset = reset.clone();
        async move {
            let response = answer_request(server, request).await;
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
struct ConnectionReset;

async fn answer_request(
    server: &HttpServer<'_>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<ResponseBodyStream>, ConnectionReset> {
    let wire = server.site.wire;
    let number = server.requests.replace(server.requests.get() + 1);
    let fault = wire.choose_fault(number);
    let gzip = wire.gzip && accepts_gzip(request.headers());
    let early = match fault {
        Some(WireDisturbance::Throttle) => Some(build_retry_reply(429, wire)),
        Some(WireDisturbance::Unavailable) => Some(build_retry_reply(503, wire)),
        Some(WireDisturbance::ResetBefore) => return Err(ConnectionReset),
        _ => None,
    };
    let reply = match early {
        Some(reply) => reply,
        None => carry_out_request(server, request).await?,
    };
    let mut reply = reply;
    match fault {
        Some(WireDisturbance::ResetAfter) => return Err(ConnectionReset),
        Some(WireDisturbance::Delay) => tokio::time::sleep(wire.delay).await,
        Some(WireDisturbance::ExtraFields) => add_fields(&mut reply.body),
        Some(WireDisturbance::WrongType) => {
            reply.headers.insert("content-type".to_string(), "text/html".to_string());
        }
        _ => {}
    }
    Ok(encode_reply(&reply, wire, gzip, fault == Some(WireDisturbance::Truncate)))
}

async fn carry_out_request(
    server: &HttpServer<'_>,
    incoming: hyper::Request<Incoming>,
) -> Result<Reply, ConnectionReset> {
    let (head, body) = incoming.into_parts();
    let caller = find_caller(&head.headers, server.site.tokens);
    // A body with a too large announced length is refused before its arrival.
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Ok(build_refusal(413, "the body is too long"));
    }
    let bytes = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Ok(build_refusal(413, "the body is too long"));
        }
        Err(_) => return Err(ConnectionReset),
    };
    let body = parse_body(&bytes);
    let path = head.uri.path();
    let found = server.routes.find_route(head.method.as_str(), path, body.as_ref().ok().and_then(Option::as_ref));
    let (operation, binding, parameters) = match found {
        RoutingResult::Operation { operation, binding, parameters } => (operation, binding, parameters),
        RoutingResult::NoAction { first } if !is_authenticated(&caller) => match *first {
            // For an unauthenticated caller the endpoint answers 401, whatever the body.
            RoutingResult::Operation { operation, binding, parameters } => (operation, binding, parameters),
            _ => panic!("the route of an action leads to an operation"),
        },
        RoutingResult::NoAction { .. } => return Ok(build_refusal(400, "the body names no action of this path")),
        RoutingResult::Methods(methods) => return Ok(build_method_not_allowed(&methods)),
        RoutingResult::Nothing => return Ok(build_refusal(404, "unknown path")),
    };
    let body = match body {
        Ok(body) => body,
        Err(cause) if is_authenticated(&caller) => return Ok(build_refusal(400, &cause)),
        Err(_) => None,
    };
    let request = Request {
        operation: operation.id.clone(),
        binding: binding.id.clone(),
        caller,
        method: binding.method.clone(),
        path: path.to_string(),
        parameters,
        query: parse_query(head.uri.query().unwrap_or_default()),
        headers: select_inputs(operation, &head.headers, server.site.tokens),
        body,
    };
    match server.site.endpoint.send(&request).await {
        Outcome::Replied(reply) | Outcome::InfrastructureFailed { reply, .. } => Ok(reply),
        Outcome::Unsent { .. } | Outcome::Lost { .. } => Err(ConnectionReset),
    }
}

fn is_authenticated(caller: &str) -> bool {
    !matches!(caller, "none" | "expired" | "forged")
}

fn parse_body(bytes: &Bytes) -> Result<Option<Value>, String> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    serde_json::from_slice(bytes).map(Some).map_err(|error| format!("the body is not JSON: {error}"))
}

fn find_caller(headers: &HeaderMap, tokens: &BTreeMap<String, String>) -> String {
    let mut known = headers.values().filter_map(|value| tokens.get(strip_scheme(value.to_str().ok()?)));
    known.next().cloned().unwrap_or_else(|| "none".to_string())
}

fn strip_scheme(value: &str) -> &str {
    let value = value.trim();
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => value,
    }
}

/// Headers that may be inputs of the call, with the spelling of the catalog.
fn select_inputs(
    operation: &Operation,
    headers: &HeaderMap,
    tokens: &BTreeMap<String, String>,
) -> Vec<(String, String)> {
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
        if !wire && !tokens.contains_key(strip_scheme(value)) {
            let name = documented.map_or(name.as_str(), |parameter| parameter.name.as_str());
            inputs.push((name.to_string(), value.to_string()));
        }
    }
    inputs
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers.get("accept-encoding").and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("gzip"))
}

fn build_refusal(status: u16, message: &str) -> Reply {
    let headers = BTreeMap::from([("content-type".to_string(), "application/json".to_string())]);
    Reply { status, headers, body: ReplyBody::Json(json!({ "error": { "code": status, "message": message } })) }
}

fn build_method_not_allowed(methods: &[&str]) -> Reply {
    let mut reply = build_refusal(405, "the path does not allow this method");
    reply.headers.insert("allow".to_string(), methods.join(", "));
    reply
}

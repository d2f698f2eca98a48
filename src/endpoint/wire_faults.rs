//! Faults between client and server, which a client has to tolerate.

use super::request::{Endpoint, PendingOutcome, Request};
use crate::history::{Outcome, Reply, ReplyBody};
use serde_json::Value;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

/// A fault of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WireDisturbance {
    /// The response is 429 with Retry-After; the endpoint gets no request.
    Throttle,
    /// The response is 503 with Retry-After; the endpoint gets no request.
    Unavailable,
    /// The connection is reset; the endpoint gets no request.
    ResetBefore,
    /// The connection is reset after the endpoint's response.
    ResetAfter,
    /// The endpoint's response is cut off.
    Truncate,
    /// The endpoint's response has the content type HTML.
    WrongType,
    /// The endpoint's response is late.
    Delay,
    /// Objects in the endpoint's response have an additional field.
    ExtraFields,
}

const FAULT_NAMES: &[(WireDisturbance, &str)] = &[
    (WireDisturbance::Throttle, "throttle"),
    (WireDisturbance::Unavailable, "unavailable"),
    (WireDisturbance::ResetBefore, "reset-before"),
    (WireDisturbance::ResetAfter, "reset-after"),
    (WireDisturbance::Truncate, "truncate"),
    (WireDisturbance::WrongType, "wrong-type"),
    (WireDisturbance::Delay, "delay"),
    (WireDisturbance::ExtraFields, "extra-fields"),
];

/// The frequency of each fault, and the encoding of responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireFaults {
    /// Determines the fault of each request, together with the number of the request.
    pub seed: u64,
    /// Faulty requests per thousand, at most 1000 in all.
    pub per_mille: BTreeMap<WireDisturbance, u16>,
    /// Seconds in Retry-After of throttled responses.
    pub retry_after_s: u64,
    /// Delay of late responses.
    pub delay: Duration,
    /// Over HTTP: compresses responses, if the client accepts gzip.
    pub gzip: bool,
    /// Over HTTP: sends responses without a length.
    pub chunked: bool,
    /// Over HTTP: closes the connection after each response.
    pub close: bool,
}

impl WireFaults {
    /// No faults.
    pub const NONE: WireFaults = WireFaults {
        seed: 0,
        per_mille: BTreeMap::new(),
        retry_after_s: 1,
        delay: Duration::from_secs(1),
        gzip: false,
        chunked: false,
        close: false,
    };

    /// The fault of a request by its number, counted from 0.
    pub fn choose_fault(&self, number: u64) -> Option<WireDisturbance> {
        let mut drawn = mix_bits(self.seed ^ mix_bits(number)) % 1000;
        for (&fault, &share) in &self.per_mille {
            if drawn < u64::from(share) {
                return Some(fault);
            }
            drawn -= u64::from(share);
        }
        None
    }
}

/// Parses a list such as `reset-after=20,throttle=5,gzip`: faults with requests per thousand, and encodings.
impl FromStr for WireFaults {
    type Err = String;

    fn from_str(text: &str) -> Result<WireFaults, String> {
        let mut faults = WireFaults::NONE;
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word.split_once('=') {
                None if word == "gzip" => faults.gzip = true,
                None if word == "chunked" => faults.chunked = true,
                None if word == "close" => faults.close = true,
                Some(("seed", seed)) => {
                    faults.seed = seed.parse().map_err(|_| format!("`{word}`: the seed must be a whole number"))?
                }
                Some((name, share)) if FAULT_NAMES.iter().any(|(_, known)| *known == name) => {
                    let share = share
                        .parse()
                        .map_err(|_| format!("`{word}`: expected requests per thousand, such as `{name}=20`"))?;
                    let fault =
                        FAULT_NAMES.iter().find(|(_, known)| *known == name).expect("the guard found the name").0;
                    faults.per_mille.insert(fault, share);
                }
                _ => {
                    let names: Vec<&str> = FAULT_NAMES.iter().map(|(_, name)| *name).collect();
                    return Err(format!(
                        "`{word}` is unknown; use {} (each followed by `=` and requests per thousand), seed=N, gzip, chunked or close",
                        names.join(", ")
                    ));
                }
            }
        }
        match faults.per_mille.values().map(|&share| u32::from(share)).sum::<u32>() {
            0..=1000 => Ok(faults),
            sum => Err(format!("the faults add up to {sum} requests per thousand; reduce them to at most 1000")),
        }
    }
}

/// An endpoint with simulated faults of the network, in this process.
pub struct DisturbedEndpoint<E> {
    /// The endpoint behind the faults.
    pub endpoint: E,
    faults: WireFaults,
    requests: Cell<u64>,
}

impl<E: Endpoint> DisturbedEndpoint<E> {
    /// Wraps an endpoint.
    pub fn new(endpoint: E, faults: WireFaults) -> DisturbedEndpoint<E> {
        DisturbedEndpoint { endpoint, faults, requests: Cell::new(0) }
    }

    async fn send_with_faults(&self, request: &Request) -> Outcome {
        let number = self.requests.replace(self.requests.get() + 1);
        let fault = self.faults.choose_fault(number);
        match fault {
            Some(WireDisturbance::Throttle) => return Outcome::Replied(build_retry_reply(429, &self.faults)),
            Some(WireDisturbance::Unavailable) => return Outcome::Replied(build_retry_reply(503, &self.faults)),
            Some(WireDisturbance::ResetBefore) => return build_lost_outcome("the connection was reset"),
            _ => {}
        }
        let Outcome::Replied(mut reply) = self.endpoint.send(request).await else {
            return build_lost_outcome("the connection was reset");
        };
        match fault {
            Some(WireDisturbance::ResetAfter) => return build_lost_outcome("the connection was reset"),
            Some(WireDisturbance::Truncate) => {
                return build_lost_outcome("the connection ended before the response was complete");
            }
            Some(WireDisturbance::Delay) => tokio::time::sleep(self.faults.delay).await,
            Some(WireDisturbance::WrongType) => mislabel_reply(&mut reply),
            Some(WireDisturbance::ExtraFields) => add_fields(&mut reply.body),
            _ => {}
        }
        Outcome::Replied(reply)
    }
}

impl<E: Endpoint> Endpoint for DisturbedEndpoint<E> {
    fn name(&self) -> &str {
        self.endpoint.name()
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        Box::pin(self.send_with_faults(request))
    }
}

/// A response with Retry-After.
pub(crate) fn build_retry_reply(status: u16, faults: &WireFaults) -> Reply {
    let headers = BTreeMap::from([
        ("content-type".to_string(), "application/json".to_string()),
        ("retry-after".to_string(), faults.retry_after_s.to_string()),
    ]);
    let message = if status == 429 { "too many requests" } else { "not available" };
    let body = serde_json::json!({ "error": { "code": status, "message": message } });
    Reply { status, headers, body: ReplyBody::Json(body) }
}

/// Adds an undocumented field to the body and to the objects directly in the body or in its lists. Deeper objects may
/// be maps, and an additional key in a map is no additional field.
pub(crate) fn add_fields(body: &mut ReplyBody) {
    fn add_field(value: &mut Value, deeper: bool) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| add_field(item, deeper)),
            Value::Object(fields) => {
                if deeper {
                    fields.values_mut().for_each(|field| add_field(field, false));
                }
                fields.insert("x-undocumented".to_string(), Value::from("surplus"));
            }
            _ => {}
        }
    }
    if let ReplyBody::Json(value) = body {
        add_field(value, true);
    }
}

fn mislabel_reply(reply: &mut Reply) {
    if let ReplyBody::Json(value) = &reply.body {
        reply.headers.insert("content-type".to_string(), "text/html".to_string());
        reply.body = super::response_body::read_body(Some("text/html"), value.to_string().as_bytes());
    }
}

fn build_lost_outcome(cause: &str) -> Outcome {
    Outcome::Lost { cause: cause.to_string() }
}

/// The last step of SplitMix64: neighbouring numbers lead to unrelated numbers.
fn mix_bits(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

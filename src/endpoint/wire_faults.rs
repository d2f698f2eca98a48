//! Faults between client and server: what an honest client must live with.

use super::request::{Endpoint, Pending, Request};
use crate::history::{Outcome, Reply, ReplyBody};
use serde_json::Value;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WireFault {
    /// 429 with Retry-After; nothing is carried out.
    Throttle,
    /// 503 with Retry-After; nothing is carried out.
    Unavailable,
    /// The connection is reset, nothing is carried out.
    ResetBefore,
    /// It is carried out, then the connection is reset.
    ResetAfter,
    /// It is carried out, the reply ends in the middle.
    Truncate,
    /// It is carried out, the reply calls itself HTML.
    WrongType,
    /// It is carried out, the reply is late.
    Delay,
    /// It is carried out, the objects of the reply have one more field.
    ExtraFields,
}

const NAMES: &[(WireFault, &str)] = &[
    (WireFault::Throttle, "throttle"),
    (WireFault::Unavailable, "unavailable"),
    (WireFault::ResetBefore, "reset-before"),
    (WireFault::ResetAfter, "reset-after"),
    (WireFault::Truncate, "truncate"),
    (WireFault::WrongType, "wrong-type"),
    (WireFault::Delay, "delay"),
    (WireFault::ExtraFields, "extra-fields"),
];

/// Which faults happen how often, and how replies travel otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireFaults {
    /// Together with a request's number it decides that request's fault.
    pub seed: u64,
    /// Requests in a thousand; all together at most 1000.
    pub per_mille: BTreeMap<WireFault, u16>,
    /// What a throttled client is told to wait.
    pub retry_after_s: u64,
    /// How late a late reply is.
    pub delay: Duration,
    /// Over a socket: replies packed, where the client takes that.
    pub gzip: bool,
    /// Over a socket: replies without a length.
    pub chunked: bool,
    /// Over a socket: one request for each connection.
    pub close: bool,
}

impl WireFaults {
    /// Everything arrives as it was sent.
    pub const NONE: WireFaults = WireFaults {
        seed: 0,
        per_mille: BTreeMap::new(),
        retry_after_s: 1,
        delay: Duration::from_secs(1),
        gzip: false,
        chunked: false,
        close: false,
    };

    /// The fault of the request with this number, counted from 0.
    pub fn fault(&self, number: u64) -> Option<WireFault> {
        let mut drawn = mix(self.seed ^ mix(number)) % 1000;
        for (&fault, &share) in &self.per_mille {
            if drawn < u64::from(share) {
                return Some(fault);
            }
            drawn -= u64::from(share);
        }
        None
    }
}

/// `reset-after=20,throttle=5,gzip`: faults with requests in a thousand, and ways of travelling.
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
                    faults.seed = seed.parse().map_err(|_| format!("`{word}`: a seed is a whole number"))?
                }
                Some((name, share)) if NAMES.iter().any(|(_, known)| *known == name) => {
                    let share = share
                        .parse()
                        .map_err(|_| format!("`{word}`: expected requests in a thousand, such as `{name}=20`"))?;
                    let fault = NAMES.iter().find(|(_, known)| *known == name).expect("it was just found").0;
                    faults.per_mille.insert(fault, share);
                }
                _ => {
                    let names: Vec<&str> = NAMES.iter().map(|(_, name)| *name).collect();
                    return Err(format!(
                        "`{word}` is no fault of the wire; known are {} (each with `=` and requests in a thousand), seed=N, gzip, chunked, close",
                        names.join(", ")
                    ));
                }
            }
        }
        match faults.per_mille.values().map(|&share| u32::from(share)).sum::<u32>() {
            0..=1000 => Ok(faults),
            sum => Err(format!("the faults come to {sum} requests in a thousand; leave out some")),
        }
    }
}

/// An endpoint with a bad wire in front of it, in the same process.
pub struct Faulty<E> {
    /// What answers where the wire does not.
    pub endpoint: E,
    faults: WireFaults,
    requests: Cell<u64>,
}

impl<E: Endpoint> Faulty<E> {
    /// The wire of `faults` in front of `endpoint`.
    pub fn new(endpoint: E, faults: WireFaults) -> Faulty<E> {
        Faulty { endpoint, faults, requests: Cell::new(0) }
    }

    async fn carry(&self, request: &Request) -> Outcome {
        let number = self.requests.replace(self.requests.get() + 1);
        let fault = self.faults.fault(number);
        match fault {
            Some(WireFault::Throttle) => return Outcome::Replied(come_back(429, &self.faults)),
            Some(WireFault::Unavailable) => return Outcome::Replied(come_back(503, &self.faults)),
            Some(WireFault::ResetBefore) => return lost("the connection was reset"),
            _ => {}
        }
        let Outcome::Replied(mut reply) = self.endpoint.send(request).await else {
            return lost("the connection was reset");
        };
        match fault {
            Some(WireFault::ResetAfter) => return lost("the connection was reset"),
            Some(WireFault::Truncate) => return lost("the connection ended before the reply did"),
            Some(WireFault::Delay) => tokio::time::sleep(self.faults.delay).await,
            Some(WireFault::WrongType) => mislabel(&mut reply),
            Some(WireFault::ExtraFields) => add_fields(&mut reply.body),
            _ => {}
        }
        Outcome::Replied(reply)
    }
}

impl<E: Endpoint> Endpoint for Faulty<E> {
    fn name(&self) -> &str {
        self.endpoint.name()
    }

    fn send<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        Box::pin(self.carry(request))
    }
}

/// A reply that asks the client to come back later.
pub(crate) fn come_back(status: u16, faults: &WireFaults) -> Reply {
    let headers = BTreeMap::from([
        ("content-type".to_string(), "application/json".to_string()),
        ("retry-after".to_string(), faults.retry_after_s.to_string()),
    ]);
    let message = if status == 429 { "too many requests" } else { "not available" };
    let body = serde_json::json!({ "error": { "code": status, "message": message } });
    Reply { status, headers, body: ReplyBody::Json(body) }
}

/// Adds a field that no page has to the body and to the objects right in it, or in its lists. What
/// lies deeper may be a map, where one more key is one more entry and no surplus.
pub(crate) fn add_fields(body: &mut ReplyBody) {
    fn add(value: &mut Value, deeper: bool) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| add(item, deeper)),
            Value::Object(fields) => {
                if deeper {
                    fields.values_mut().for_each(|field| add(field, false));
                }
                fields.insert("x-undocumented".to_string(), Value::from("surplus"));
            }
            _ => {}
        }
    }
    if let ReplyBody::Json(value) = body {
        add(value, true);
    }
}

fn mislabel(reply: &mut Reply) {
    if let ReplyBody::Json(value) = &reply.body {
        reply.headers.insert("content-type".to_string(), "text/html".to_string());
        reply.body = super::response_body::read_body(Some("text/html"), value.to_string().as_bytes());
    }
}

fn lost(cause: &str) -> Outcome {
    Outcome::Lost { cause: cause.to_string() }
}

/// The finishing step of SplitMix64: neighbouring numbers give unrelated ones.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

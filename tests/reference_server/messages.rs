//! A request and a response, as the handlers see both.

use hyper::HeaderMap;
use serde_json::{Map, Value};

use super::refusal::Refusal;

pub(super) struct ApiRequest {
    pub(super) method: String,
    /// Path and query as in the request line, percent-encoded. Signatures cover this text.
    pub(super) target: String,
    /// The segments of the path, decoded.
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl ApiRequest {
    pub(super) fn new(method: &str, target: &str, headers: HeaderMap, body: Vec<u8>) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.split('/').filter(|part| !part.is_empty()).map(|part| decode_percents(part, false)).collect();
        let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_percents(name, true), decode_percents(value, true))
        });
        ApiRequest {
            method: method.to_string(),
            target: target.to_string(),
            path,
            query: query.collect(),
            headers,
            body,
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
    }

    /// The first query parameter of that name.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// The body as a JSON object. All other bodies are bad requests, also an empty body.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Refusal> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(map)) => Ok(map),
            Ok(_) => Err(Refusal::bad_request("The body must be a JSON object.")),
            Err(_) if self.body.is_empty() => Err(Refusal::bad_request("The body is empty.").with_code("Common.0002")),
            Err(_) => Err(Refusal::bad_request("The body is not JSON.")),
        }
    }
}

/// Percent-decoding. `+` is a space in a query, and `+` in a path.
fn decode_percents(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = text.get(at + 1..at + 3).filter(|pair| pair.bytes().all(|b| b.is_ascii_hexdigit()));
        match (bytes[at], pair) {
            (b'%', Some(pair)) => {
                plain.push(u8::from_str_radix(pair, 16).unwrap_or(b'?'));
                at += 2;
            }
            (b'+', _) if plus_is_space => plain.push(b' '),
            (byte, _) => plain.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// A response with a JSON body, a text body, or no body.
#[derive(Clone, Debug, Default)]
pub(super) struct ApiResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) json: Option<Value>,
    pub(super) text: Option<String>,
}

impl ApiResponse {
    pub(super) fn json(status: u16, json: Value) -> Self {
        ApiResponse { status, json: Some(json), ..ApiResponse::default() }
    }

    pub(super) fn empty(status: u16) -> Self {
        ApiResponse { status, ..ApiResponse::default() }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Adds an undocumented field to the body and to the resources in it. Maps with free keys (metadata, addresses) lie
    /// deeper and do not change.
    pub(super) fn add_extra_fields(mut self) -> Self {
        let Some(Value::Object(root)) = &mut self.json else {
            return self;
        };
        for value in root.values_mut() {
            match value {
                Value::Object(thing) => _ = thing.insert("x_shade".to_string(), Value::from("dim")),
                Value::Array(things) => things.iter_mut().filter_map(Value::as_object_mut).for_each(|thing| {
                    thing.insert("x_shade".to_string(), Value::from("dim"));
                }),
                _ => {}
            }
        }
        root.insert("x_trace".to_string(), Value::from(1));
        self
    }
}

/// The result of every handler.
pub(super) type Outcome = Result<ApiResponse, Refusal>;

//! The outcome of a recorded call.

use super::har_file::{HarField, HarResponse};
use super::traffic_entry::TrafficEntry;
use crate::endpoint::{is_recorded_header, read_body};
use crate::history::{Outcome, Reply, ReplyBody};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// Reads the outcome of an entry.
pub(super) fn read_outcome(entry: &TrafficEntry) -> Outcome {
    let response = &entry.har.response;
    let lost = |cause: &str| Outcome::Lost { cause: cause.to_string() };
    match u16::try_from(response.status) {
        Ok(status) if status >= 200 && entry.received_us.is_some() => {
            let body = read_response_body(&entry.har.request.method, response);
            Outcome::Replied(Reply { status, headers: read_headers(&response.headers), body })
        }
        Ok(status) if status >= 200 => lost("the recording does not say when the response arrived"),
        _ => lost("the recording has no final response"),
    }
}

/// The recorded headers of a response. Repeated headers are joined.
fn read_headers(fields: &[HarField]) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for field in fields {
        let name = field.name.to_ascii_lowercase();
        let Some(value) = field.value.as_deref().filter(|_| is_recorded_header(&name)) else { continue };
        headers.entry(name).and_modify(|all| *all = format!("{all}, {value}")).or_insert_with(|| value.to_string());
    }
    headers
}

/// The body of a response. A body that the recording lacks, cut, or left compressed is unknown, and so is one that is not
/// JSON: a recorder or a proxy may have written it.
fn read_response_body(method: &str, response: &HarResponse) -> ReplyBody {
    if method.eq_ignore_ascii_case("HEAD") || matches!(response.status, 204 | 205 | 304) {
        return ReplyBody::Empty;
    }
    let Some(content) = &response.content else { return mark_unknown(response) };
    let Some(text) = &content.text else {
        let is_zero = |size: Option<f64>| size == Some(0.0);
        let is_empty = is_zero(content.size) && response.body_size.is_none_or(|size| size == 0.0);
        return if is_empty { ReplyBody::Empty } else { mark_unknown(response) };
    };
    let is_base64 = content.encoding.as_deref().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
    let decoded = if is_base64 { STANDARD.decode(text.trim()).ok() } else { Some(text.as_bytes().to_vec()) };
    let Some(bytes) = decoded else { return mark_unknown(response) };
    let is_claimed = content.size.is_some_and(|size| size > 0.0);
    match read_body(None, &bytes) {
        ReplyBody::Empty if is_claimed => mark_unknown(response),
        body @ (ReplyBody::Empty | ReplyBody::Json(_) | ReplyBody::TooLarge { .. }) => body,
        _ => mark_unknown(response),
    }
}

/// A body that exists, and that the recording does not have as JSON.
fn mark_unknown(response: &HarResponse) -> ReplyBody {
    let size = response.content.as_ref().and_then(|content| content.size).unwrap_or_default();
    ReplyBody::Shortened { bytes: size.max(0.0) as u64, digest: String::new() }
}

//! The call of a finding and its response, in the form of `report.json`.

use super::report_subject::ReportSubject;
use super::report_target::ReportTarget;
use crate::endpoint::{Identities, Request, compose_request};
use crate::history::{CallCause, Exchange, HistoryHeader, Outcome, Reply, ReplyBody, is_request_id_header};
use crate::model::{DeviationEvidence, DifferenceKind, Model, find_field_place};
use probity_input::shorten_text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest part of a body, in characters.
const BODY_CHARS_MAX: usize = 300;

/// A call with its response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallRow {
    /// Id of the operation.
    pub operation: String,
    /// Index of the step, from 0. A poll belongs to the step before.
    pub step: usize,
    /// Whether the call is a poll after the step.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub poll: bool,
    /// The method and the address; without the host for an endpoint in the process.
    pub method: String,
    /// The address with the query.
    pub url: String,
    /// When the call was sent: RFC 3339, or milliseconds since the start of the plan for an endpoint without real
    /// time.
    pub sent: SentTime,
    /// The status; none without a response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The part of the response's body that matters, shortened.
    pub body: String,
    /// Ids that the endpoint gave to the request, by header.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub request_ids: BTreeMap<String, String>,
}

/// When a call was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SentTime {
    /// RFC 3339, UTC.
    At(String),
    /// Milliseconds since the start of the plan.
    AfterMs(u64),
}

/// The row of the call that deviates.
#[must_use]
pub(super) fn compile_call(
    subject: &ReportSubject<'_>,
    header: &HistoryHeader,
    exchange: &Exchange,
    evidence: &DeviationEvidence,
) -> Option<CallRow> {
    let request = compose_recorded_request(subject, exchange)?;
    let reply = match &exchange.outcome {
        Outcome::Replied(reply) | Outcome::InfrastructureFailed { reply, .. } => Some(reply),
        Outcome::Unsent { .. } | Outcome::Lost { .. } => None,
    };
    Some(CallRow {
        operation: exchange.call.operation.clone(),
        step: exchange.step,
        poll: exchange.cause == CallCause::Poll,
        url: format!("{}{}", find_address(subject.target), format_target(&request)),
        method: request.method,
        sent: find_sent_time(header, exchange),
        status: reply.map(|reply| reply.status),
        body: reply.map(|reply| select_body(subject.model, reply, evidence)).unwrap_or_default(),
        request_ids: reply.map(|reply| list_request_ids(reply, subject.request_ids)).unwrap_or_default(),
    })
}

/// The request of a recorded exchange, without credentials.
pub(super) fn compose_recorded_request(subject: &ReportSubject<'_>, exchange: &Exchange) -> Option<Request> {
    compose_request(&subject.schemas.catalog, &exchange.call, &Identities::default()).ok()
}

/// The address in front of the catalog's paths; empty for an endpoint in this process.
pub(super) fn find_address(target: &ReportTarget) -> &str {
    match target {
        ReportTarget::Address(address) => address.trim_end_matches('/'),
        ReportTarget::Mock { .. } | ReportTarget::InProcess(_) => "",
    }
}

/// Path and query.
pub(super) fn format_target(request: &Request) -> String {
    let query: Vec<String> = request
        .query
        .iter()
        .map(|(name, value)| {
            format!("{}={}", crate::endpoint::percent_encode(name), crate::endpoint::percent_encode(value))
        })
        .collect();
    if query.is_empty() { request.path.clone() } else { format!("{}?{}", request.path, query.join("&")) }
}

fn find_sent_time(header: &HistoryHeader, exchange: &Exchange) -> SentTime {
    let started = header.started.as_ref().and_then(|started| started.parse::<jiff::Timestamp>().ok());
    let since = jiff::SignedDuration::from_millis(i64::try_from(exchange.sent_ms).unwrap_or(i64::MAX));
    match started.and_then(|started| started.checked_add(since).ok()) {
        Some(sent) => SentTime::At(sent.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()),
        None => SentTime::AfterMs(exchange.sent_ms),
    }
}

/// The headers of a response that identify the request at the endpoint.
fn list_request_ids(reply: &Reply, further: &[String]) -> BTreeMap<String, String> {
    let tells = |name: &str| is_request_id_header(name) || further.iter().any(|known| known.eq_ignore_ascii_case(name));
    reply.headers.iter().filter(|(name, _)| tells(name)).map(|(name, id)| (name.clone(), id.clone())).collect()
}

/// The parts of a body that the evidence is about; the beginning of the body if the evidence is about no part.
fn select_body(model: &Model, reply: &Reply, evidence: &DeviationEvidence) -> String {
    let body = match &reply.body {
        ReplyBody::Empty => return "no body".to_string(),
        ReplyBody::Text { begins, .. } | ReplyBody::TooLarge { begins, .. } => {
            return shorten_text(begins, BODY_CHARS_MAX).into_owned();
        }
        ReplyBody::Shortened { bytes, .. } => return format!("{bytes} bytes, which are not in the history"),
        ReplyBody::Json(body) => body,
    };
    let parts = evidence.differences.iter().filter_map(|difference| match &difference.what {
        DifferenceKind::Field { resource, field, .. } => find_field_place(model, body, resource, field),
        DifferenceKind::Schema(schema) => {
            body.pointer(&schema.place).map(|value| (schema.place.clone(), value.clone()))
        }
        DifferenceKind::NotGone { resource, .. } | DifferenceKind::Unsettled { resource, .. } => {
            let state = model.resource_kind(resource).state.clone()?;
            find_field_place(model, body, resource, &state)
        }
        _ => None,
    });
    let mut texts: Vec<String> = parts
        .filter(|(pointer, _)| !pointer.is_empty())
        .map(|(pointer, value)| format!("{pointer}: {}", shorten_text(&value.to_string(), BODY_CHARS_MAX)))
        .collect();
    texts.dedup();
    if texts.is_empty() { shorten_text(&body.to_string(), BODY_CHARS_MAX).into_owned() } else { texts.join(", ") }
}

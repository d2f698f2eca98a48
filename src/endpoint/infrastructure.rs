//! Infrastructure failures: recognition, count and limit.
//!
//! An exhausted quota, a throttling gateway or a service in maintenance says nothing about the API. A recognised
//! response is no deviation and has no effect. Because such responses could hide a deviation, a run ends when their
//! number exceeds a limit.

use super::request::{Endpoint, PendingOutcome, Request};
use crate::expr::{Expr, ExprValue};
use crate::history::{InfrastructureFailure, Outcome, Reply, ReplyBody};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Recognises infrastructure failures of one kind at one endpoint.
#[derive(Debug, Clone)]
pub struct InfrastructureRecogniser {
    /// The kind of failure.
    pub kind: InfrastructureFailure,
    /// Condition over the names in `ROOTS`; a response for which the evaluation fails is not recognised. None: only
    /// the response itself counts as throttling: 429, and 413 or a gateway's 502, 503 or 504 with Retry-After.
    pub when: Option<Expr>,
    /// Number of such responses after which a run ends.
    pub failures_max: u64,
    /// Whether the endpoint may have carried out a call with such a response. None: only where a gateway answers
    /// (502, 503, 504).
    pub may_have_acted: Option<bool>,
}

/// Names for conditions: the status, the JSON body or `null`, the recorded headers by names in lower case, and the
/// beginning of a text body.
pub const CONDITION_NAMES: &[&str] = &["status", "body", "header", "text"];

/// Limit for each kind if the profile sets none.
pub const FAILURES_MAX: u64 = 200;

/// An endpoint with recognition of infrastructure failures.
pub struct RecognisingEndpoint<E> {
    endpoint: E,
    recognisers: Vec<InfrastructureRecogniser>,
    failure_counts: RefCell<BTreeMap<InfrastructureFailure, u64>>,
}

impl<E: Endpoint> RecognisingEndpoint<E> {
    /// Wraps an endpoint. The first matching recogniser decides the kind.
    pub fn new(endpoint: E, recognisers: Vec<InfrastructureRecogniser>) -> RecognisingEndpoint<E> {
        RecognisingEndpoint { endpoint, recognisers, failure_counts: RefCell::default() }
    }

    fn recognise_outcome(&self, outcome: Outcome) -> Outcome {
        let Outcome::Replied(reply) = outcome else { return outcome };
        let plain = asks_for_retry(&reply);
        // Without a condition, a recogniser of throttling says what the plain responses mean.
        let recognised = self.recognisers.iter().find(|recogniser| {
            recogniser.matches_reply(&reply)
                || (plain
                    && recogniser.when.is_none()
                    && recogniser.kind == InfrastructureFailure::Throttling
                    && recogniser.may_have_acted.is_some())
        });
        let said = plain.then_some(InfrastructureFailure::Throttling);
        let Some(kind) = recognised.map(|recogniser| recogniser.kind).or(said) else { return Outcome::Replied(reply) };
        *self.failure_counts.borrow_mut().entry(kind).or_default() += 1;
        match recognised {
            // A reader of the history understands the status without a further mark.
            None => Outcome::Replied(reply),
            Some(recogniser) => Outcome::InfrastructureFailed {
                by: kind,
                may_have_acted: recogniser.may_have_acted.unwrap_or_else(|| reply.is_from_gateway()),
                reply,
            },
        }
    }

    fn find_limit(&self, kind: InfrastructureFailure) -> u64 {
        self.recognisers
            .iter()
            .find(|recogniser| recogniser.kind == kind)
            .map_or(FAILURES_MAX, |recogniser| recogniser.failures_max)
    }
}

impl<E: Endpoint> Endpoint for RecognisingEndpoint<E> {
    fn name(&self) -> &str {
        self.endpoint.name()
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        Box::pin(async move { self.recognise_outcome(self.endpoint.send(request).await) })
    }

    fn count_additional_requests(&self) -> u64 {
        self.endpoint.count_additional_requests()
    }

    fn additional_requests_max(&self) -> u64 {
        self.endpoint.additional_requests_max()
    }

    fn exceeded_failures(&self) -> Option<String> {
        let met = self.failure_counts.borrow();
        let over = met.iter().find(|(kind, count)| **count > self.find_limit(**kind));
        over.map(|(kind, count)| {
            format!(
                "{count} responses were {}, more than the limit of {} for a run",
                kind.describe(),
                self.find_limit(*kind)
            )
        })
    }
}

impl InfrastructureRecogniser {
    /// Whether the condition holds for a response.
    pub fn matches_reply(&self, reply: &Reply) -> bool {
        let Some(when) = &self.when else { return false };
        let scope = |name: &str| Some(ExprValue::from(&read_root(reply, name)?));
        when.eval(&scope) == Ok(ExprValue::Bool(true))
    }
}

fn read_root(reply: &Reply, name: &str) -> Option<Value> {
    Some(match name {
        "status" => json!(reply.status),
        "header" => json!(reply.headers),
        "body" => match &reply.body {
            ReplyBody::Json(body) => body.clone(),
            _ => Value::Null,
        },
        "text" => match &reply.body {
            ReplyBody::Text { begins, .. } | ReplyBody::TooLarge { begins, .. } => json!(begins),
            _ => Value::Null,
        },
        _ => return None,
    })
}

fn asks_for_retry(reply: &Reply) -> bool {
    reply.is_throttling() || (reply.is_from_gateway() && reply.headers.contains_key("retry-after"))
}

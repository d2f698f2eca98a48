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
    /// the status counts (429, or 503 with Retry-After, as throttling).
    pub when: Option<Expr>,
    /// Number of such responses after which a run ends.
    pub failures_max: u64,
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
        let recognised = self.recognisers.iter().find(|recogniser| recogniser.matches_reply(&reply));
        let by = recognised.map(|recogniser| recogniser.kind);
        let said = is_throttled(&reply).then_some(InfrastructureFailure::Throttling);
        match by.or(said) {
            None => Outcome::Replied(reply),
            Some(kind) => {
                *self.failure_counts.borrow_mut().entry(kind).or_default() += 1;
                // A reader of the history understands 429 and 503 without a further mark.
                if by.is_none() { Outcome::Replied(reply) } else { Outcome::InfrastructureFailed { by: kind, reply } }
            }
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
            ReplyBody::Empty | ReplyBody::Text { .. } => Value::Null,
        },
        "text" => match &reply.body {
            ReplyBody::Text { begins, .. } => json!(begins),
            ReplyBody::Empty | ReplyBody::Json(_) => Value::Null,
        },
        _ => return None,
    })
}

fn is_throttled(reply: &Reply) -> bool {
    reply.status == 429 || (reply.status == 503 && reply.headers.contains_key("retry-after"))
}

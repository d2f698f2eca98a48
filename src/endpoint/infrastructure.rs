//! Infrastructure failures: recognition, count and limit.
//!
//! An exhausted quota, a throttling gateway or a service in maintenance says nothing about the API. A recognised
//! response is no deviation and has no effect. Because such responses could hide a deviation, a run ends when their
//! number exceeds a limit.

use super::request::{Endpoint, Pending, Request};
use crate::expr::{Expr, Val};
use crate::history::{Hindrance, Outcome, Reply, ReplyBody};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Recognises infrastructure failures of one kind at one endpoint.
#[derive(Debug, Clone)]
pub struct Recogniser {
    /// The kind of failure.
    pub kind: Hindrance,
    /// Condition over the names in `ROOTS`; a response for which the evaluation fails is not recognised. None: only
    /// the status counts (429, or 503 with Retry-After, as throttling).
    pub when: Option<Expr>,
    /// Number of such responses after which a run ends.
    pub most: u64,
}

/// Names for conditions: the status, the JSON body or `null`, the recorded headers by names in lower case, and the
/// beginning of a text body.
pub const ROOTS: &[&str] = &["status", "body", "header", "text"];

/// Limit for each kind if the profile sets none.
pub const MOST: u64 = 200;

/// An endpoint with recognition of infrastructure failures.
pub struct Hindered<E> {
    endpoint: E,
    recognisers: Vec<Recogniser>,
    met: RefCell<BTreeMap<Hindrance, u64>>,
}

impl<E: Endpoint> Hindered<E> {
    /// Wraps an endpoint. The first matching recogniser decides the kind.
    pub fn new(endpoint: E, recognisers: Vec<Recogniser>) -> Hindered<E> {
        Hindered { endpoint, recognisers, met: RefCell::default() }
    }

    fn note(&self, outcome: Outcome) -> Outcome {
        let Outcome::Replied(reply) = outcome else { return outcome };
        let recognised = self.recognisers.iter().find(|recogniser| recogniser.holds(&reply));
        let by = recognised.map(|recogniser| recogniser.kind);
        let said = throttles(&reply).then_some(Hindrance::Throttling);
        match by.or(said) {
            None => Outcome::Replied(reply),
            Some(kind) => {
                *self.met.borrow_mut().entry(kind).or_default() += 1;
                // A reader of the history understands 429 and 503 without a further mark.
                if by.is_none() { Outcome::Replied(reply) } else { Outcome::Hindered { by: kind, reply } }
            }
        }
    }

    fn most(&self, kind: Hindrance) -> u64 {
        self.recognisers.iter().find(|recogniser| recogniser.kind == kind).map_or(MOST, |recogniser| recogniser.most)
    }
}

impl<E: Endpoint> Endpoint for Hindered<E> {
    fn name(&self) -> &str {
        self.endpoint.name()
    }

    fn send<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        Box::pin(async move { self.note(self.endpoint.send(request).await) })
    }

    fn worn_out(&self) -> Option<String> {
        let met = self.met.borrow();
        let over = met.iter().find(|(kind, count)| **count > self.most(**kind));
        over.map(|(kind, count)| {
            format!("{count} responses were {}, more than the limit of {} for a run", kind.word(), self.most(*kind))
        })
    }
}

impl Recogniser {
    /// Whether the condition holds for a response.
    pub fn holds(&self, reply: &Reply) -> bool {
        let Some(when) = &self.when else { return false };
        let scope = |name: &str| Some(Val::from(&root(reply, name)?));
        when.eval(&scope) == Ok(Val::Bool(true))
    }
}

fn root(reply: &Reply, name: &str) -> Option<Value> {
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

fn throttles(reply: &Reply) -> bool {
    reply.status == 429 || (reply.status == 503 && reply.headers.contains_key("retry-after"))
}

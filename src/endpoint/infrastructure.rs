//! Replies that are trouble of the infrastructure: recognised, counted, and capped.
//!
//! A quota that is used up, a gateway that throttles, a service that is being maintained: none of it says
//! anything of the API. What is recognised here is no deviation and changes nothing; so that it cannot
//! hide a deviation, no more is asked once there was too much of it.

use super::request::{Endpoint, Pending, Request};
use crate::expr::{Expr, Val};
use crate::history::{Hindrance, Outcome, Reply, ReplyBody};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// How trouble of one kind shows at this endpoint.
#[derive(Debug, Clone)]
pub struct Recogniser {
    /// What it is.
    pub kind: Hindrance,
    /// Over `ROOTS`; an expression that fails for a reply does not recognise it. None: only what HTTP
    /// itself says counts (429, and 503 that says when to come back, as throttling).
    pub when: Option<Expr>,
    /// So many replies of a run are borne.
    pub most: u64,
}

/// What an expression may speak of: the status, the body (`null` if it is not JSON), the headers that are
/// kept by their names in lower case, and the beginning of a body that is not JSON.
pub const ROOTS: &[&str] = &["status", "body", "header", "text"];

/// Borne of each kind in a run, where the profile does not say.
pub const MOST: u64 = 200;

/// An endpoint whose trouble is recognised.
pub struct Hindered<E> {
    endpoint: E,
    recognisers: Vec<Recogniser>,
    met: RefCell<BTreeMap<Hindrance, u64>>,
}

impl<E: Endpoint> Hindered<E> {
    /// The first recogniser that holds decides.
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
                // What HTTP says by itself needs no word of ours in the history.
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
            format!("{count} replies were {}, more than the {} that a run bears", kind.word(), self.most(*kind))
        })
    }
}

impl Recogniser {
    /// Whether this reply is of its kind.
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

//! The kinds of outcome that the model tells apart.

use crate::expr::Val;
use crate::history::{Outcome, ReplyBody};

/// The kind of an outcome.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A 2xx: status and body.
    Success(u16, Val),
    /// A 4xx other than 429.
    Refusal(u16),
    /// A 5xx from the API: the endpoint may or may not have carried out the call.
    ServerError(u16),
    /// No response, or a response of a gateway: the endpoint may or may not have carried out the call.
    Lost,
    /// Throttled or never sent: the call had no effect.
    Nothing,
    /// Neither a success nor an error: no clause explains the status.
    Odd(u16),
}

impl Heard {
    /// The kind of a recorded outcome.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Heard {
        let reply = match outcome {
            Outcome::Replied(reply) => reply,
            Outcome::Unsent { .. } | Outcome::Hindered { .. } => return Heard::Nothing,
            Outcome::Lost { .. } => return Heard::Lost,
        };
        let throttled = reply.status == 429 || (reply.status == 503 && reply.headers.contains_key("retry-after"));
        match reply.status {
            _ if throttled => Heard::Nothing,
            200..=299 => Heard::Success(reply.status, body(&reply.body)),
            400..=499 => Heard::Refusal(reply.status),
            502..=504 => Heard::Lost,
            500..=599 => Heard::ServerError(reply.status),
            other => Heard::Odd(other),
        }
    }
}

fn body(body: &ReplyBody) -> Val {
    match body {
        ReplyBody::Json(value) => Val::from(value),
        ReplyBody::Empty | ReplyBody::Text { .. } => Val::Null,
    }
}

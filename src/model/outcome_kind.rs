//! The kinds of outcome that the model tells apart.

use crate::expr::ExprValue;
use crate::history::{Outcome, ReplyBody};

/// The kind of an outcome.
#[derive(Debug, Clone, PartialEq)]
pub enum OutcomeKind {
    /// A 2xx: status and body. The body is unknown if it was too large to read.
    Success(u16, ExprValue),
    /// A 4xx that is no throttling.
    Refusal(u16),
    /// A 5xx from the API: the endpoint may or may not have carried out the call.
    ServerError(u16),
    /// No response, or a response of a gateway: the endpoint may or may not have carried out the call.
    Lost,
    /// Throttled or never sent: the call had no effect.
    NotExecuted,
    /// Neither a success nor an error: no clause explains the status.
    Unexpected(u16),
}

impl OutcomeKind {
    /// The kind of a recorded outcome.
    #[must_use]
    pub fn classify(outcome: &Outcome) -> OutcomeKind {
        let reply = match outcome {
            Outcome::Replied(reply) => reply,
            Outcome::InfrastructureFailed { may_have_acted: true, .. } | Outcome::Lost { .. } => {
                return OutcomeKind::Lost;
            }
            Outcome::Unsent { .. } | Outcome::InfrastructureFailed { .. } => return OutcomeKind::NotExecuted,
        };
        match reply.status {
            _ if reply.is_throttling() => OutcomeKind::NotExecuted,
            200..=299 => OutcomeKind::Success(reply.status, convert_body(&reply.body)),
            400..=499 => OutcomeKind::Refusal(reply.status),
            502..=504 => OutcomeKind::Lost,
            500..=599 => OutcomeKind::ServerError(reply.status),
            other => OutcomeKind::Unexpected(other),
        }
    }
}

fn convert_body(body: &ReplyBody) -> ExprValue {
    match body {
        ReplyBody::Json(value) => ExprValue::from(value),
        ReplyBody::TooLarge { .. } | ReplyBody::Shortened { .. } => ExprValue::Unknown,
        ReplyBody::Empty | ReplyBody::Text { .. } => ExprValue::Null,
    }
}

//! The kinds of attack.

use super::misbehavior::StepAttack;
use super::response::RawResponse;
use serde_json::Value;
use std::time::Duration;

/// What the server does with one request.
pub enum Attack {
    /// The working server's response, unchanged.
    PassThrough,
    /// The request is carried out; no byte is sent, and the connection stays open.
    Silence,
    /// The request is carried out; the response comes byte by byte, with this pause after each byte.
    Drip(Duration),
    /// A response head without end.
    EndlessHead,
    /// A body without end.
    EndlessBody,
    /// A compressed body of 10 MB that is 10 GB long.
    GzipBomb,
    /// A JSON body with this number of nested arrays.
    DeepJson(usize),
    /// A JSON array with this number of small members.
    WideJson(usize),
    /// A chunked body with an invalid chunk length.
    BrokenChunks,
    /// The request is carried out; the connection is reset after this number of bytes of the response.
    ResetAfter(usize),
    /// The connection is reset; the working server gets no request.
    ResetBefore,
    /// The request is carried out; this number of responses 103 precede the response.
    InformationalFlood(usize),
    /// The request is carried out; the answer is the response to the request before.
    ForeignResponse,
    /// This response; the working server gets no request.
    InsteadOf(RawResponse),
    /// The request is carried out; its response is changed.
    After(Box<dyn Fn(RawResponse) -> RawResponse + Send>),
    /// Steps at the socket, from [`Misbehavior`](super::Misbehavior).
    Steps(StepAttack),
}

impl Attack {
    /// The request is carried out; its JSON body is changed.
    pub fn change_body(change: impl Fn(&mut Value) + Send + 'static) -> Attack {
        Attack::After(Box::new(move |mut response| {
            if let Ok(mut body) = serde_json::from_slice::<Value>(&response.body) {
                change(&mut body);
                response.body = body.to_string().into_bytes();
            }
            response
        }))
    }

    /// The request is carried out; the client gets this response.
    pub fn respond_after(response: RawResponse) -> Attack {
        Attack::After(Box::new(move |_| response.clone()))
    }

    /// A redirection to another address.
    pub fn redirect(to: &str) -> Attack {
        Attack::InsteadOf(RawResponse::new(307, &[("location", to)], b""))
    }

    /// The name in counts of attacks.
    pub fn name(&self) -> &'static str {
        match self {
            Attack::PassThrough => "pass-through",
            Attack::Silence => "silence",
            Attack::Drip(_) => "drip",
            Attack::EndlessHead => "endless-head",
            Attack::EndlessBody => "endless-body",
            Attack::GzipBomb => "gzip-bomb",
            Attack::DeepJson(_) => "deep-json",
            Attack::WideJson(_) => "wide-json",
            Attack::BrokenChunks => "broken-chunks",
            Attack::ResetAfter(_) => "reset-after",
            Attack::ResetBefore => "reset-before",
            Attack::InformationalFlood(_) => "informational-flood",
            Attack::ForeignResponse => "foreign-response",
            Attack::InsteadOf(_) => "instead-of",
            Attack::After(_) => "after",
            Attack::Steps(steps) => steps.name,
        }
    }

    /// Whether the working server gets the request.
    pub fn needs_upstream(&self) -> bool {
        match self {
            Attack::Steps(steps) => steps.is_carried_out,
            Attack::PassThrough
            | Attack::Silence
            | Attack::Drip(_)
            | Attack::ResetAfter(_)
            | Attack::InformationalFlood(_)
            | Attack::ForeignResponse
            | Attack::After(_) => true,
            _ => false,
        }
    }

    /// The same attack under another name in counts, if the attack consists of steps.
    #[must_use]
    pub fn named(self, name: &'static str) -> Attack {
        match self {
            Attack::Steps(steps) => Attack::Steps(StepAttack { name, ..steps }),
            other => other,
        }
    }
}

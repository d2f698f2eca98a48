//! The weather between the server and its callers: drawn once per request, before anything else happens to it.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::dice::Dice;
use super::exchange::{Answer, Ask};
use super::manners::Weather;
use super::refusal::Refusal;
use super::wire::Pieces;

/// What will become of one request.
#[derive(Clone, Debug)]
pub(super) struct Fate {
    pub(super) turn: Turn,
    pub(super) delay: Duration,
    gzip: bool,
    /// Size of the pieces of a chunked reply.
    piece: Option<usize>,
    close: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Served,
    TooMany,
    Unavailable,
    /// Reset before the request is looked at.
    Reset,
    /// Carried out, and the reply is never sent.
    Lost,
}

impl Fate {
    pub(super) fn drawn(weather: &Weather, dice: &mut Dice) -> Self {
        let turn = if dice.chance(weather.reset) {
            Turn::Reset
        } else if dice.chance(weather.too_many) {
            Turn::TooMany
        } else if dice.chance(weather.unavailable) {
            Turn::Unavailable
        } else if dice.chance(weather.lost_reply) {
            Turn::Lost
        } else {
            Turn::Served
        };
        // No reply is ever held back for longer than this, whatever the settings ask for.
        let slow_ms = weather.slow_ms_max.min(10_000);
        Fate {
            turn,
            delay: Duration::from_millis(if dice.chance(weather.slow) { dice.below(slow_ms + 1) } else { 0 }),
            gzip: dice.chance(weather.gzip),
            piece: dice.chance(weather.chunked).then(|| 1 + dice.below(400) as usize),
            close: dice.chance(weather.close),
        }
    }

    /// The refusal that takes the place of an answer, if this request is turned away.
    pub(super) fn turned_away(&self) -> Option<Refusal> {
        match self.turn {
            Turn::TooMany => Some(Refusal::new(429, "Common.1503", "Too many requests.")),
            Turn::Unavailable => Some(Refusal::new(503, "Common.1503", "Temporarily unavailable.")),
            _ => None,
        }
    }

    /// Puts an answer on the wire.
    pub(super) fn sent(&self, answer: Answer, ask: &Ask) -> hyper::Response<Pieces> {
        let mut reply = hyper::Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            reply = reply.header(*name, value);
        }
        if self.close {
            reply = reply.header("connection", "close");
        }
        let (mut bytes, kind) = match (answer.json, answer.text) {
            (Some(json), _) => (json.to_string().into_bytes(), Some("application/json")),
            (None, Some(text)) => (text.into_bytes(), Some("text/plain; charset=utf-8")),
            (None, None) => (Vec::new(), None),
        };
        if let Some(kind) = kind {
            reply = reply.header("content-type", kind);
        }
        let welcome = ask.header("accept-encoding").is_some_and(accepts_gzip);
        if self.gzip && welcome && !bytes.is_empty() {
            bytes = compressed(&bytes);
            reply = reply.header("content-encoding", "gzip");
        }
        let body = match self.piece {
            Some(piece) if !bytes.is_empty() => Pieces::chunked(bytes, piece),
            _ => Pieces::whole(bytes),
        };
        // All names and values above are plain ASCII of our own, so the parts cannot be refused.
        reply.body(body).unwrap_or_else(|_| hyper::Response::new(Pieces::whole(Vec::new())))
    }
}

/// `gzip` in the list, and not with the weight 0 that forbids it.
fn accepts_gzip(list: &str) -> bool {
    list.split(',').any(|entry| {
        let (coding, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let forbidden = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        coding.trim().eq_ignore_ascii_case("gzip") && !forbidden
    })
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory does not fail; an empty reply would be noticed by any client.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

//! Network faults between the server and its callers, drawn once for each request before the request is read.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::behavior::NetworkFaults;
use super::connection::ResponseBody;
use super::messages::{ApiRequest, ApiResponse};
use super::random::RandomNumbers;
use super::refusal::Refusal;

/// How one request and its response are delivered.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) turn: Disturbance,
    pub(super) delay: Duration,
    gzip: bool,
    /// Size of the pieces of a chunked response.
    piece: Option<usize>,
    close: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disturbance {
    Served,
    TooMany,
    Unavailable,
    /// Reset before the request is read.
    Reset,
    /// Carried out, and no response is sent.
    Lost,
}

impl Delivery {
    pub(super) fn draw(network_faults: &NetworkFaults, random: &mut RandomNumbers) -> Self {
        let turn = if random.draw_chance(network_faults.reset) {
            Disturbance::Reset
        } else if random.draw_chance(network_faults.too_many) {
            Disturbance::TooMany
        } else if random.draw_chance(network_faults.unavailable) {
            Disturbance::Unavailable
        } else if random.draw_chance(network_faults.lost_reply) {
            Disturbance::Lost
        } else {
            Disturbance::Served
        };
        // An upper bound for the delay of a response, whatever the settings are.
        let slow_ms = network_faults.slow_ms_max.min(10_000);
        Delivery {
            turn,
            delay: Duration::from_millis(if random.draw_chance(network_faults.slow) {
                random.draw_below(slow_ms + 1)
            } else {
                0
            }),
            gzip: random.draw_chance(network_faults.gzip),
            piece: random.draw_chance(network_faults.chunked).then(|| 1 + random.draw_below(400) as usize),
            close: random.draw_chance(network_faults.close),
        }
    }

    /// The refusal instead of a response, if the request is not served.
    pub(super) fn turn_away(&self) -> Option<Refusal> {
        match self.turn {
            Disturbance::TooMany => Some(Refusal::new(429, "Common.1503", "Too many requests.")),
            Disturbance::Unavailable => Some(Refusal::new(503, "Common.1503", "Temporarily unavailable.")),
            _ => None,
        }
    }

    /// Writes a response with the drawn compression, chunks and headers.
    pub(super) fn write_response(&self, answer: ApiResponse, request: &ApiRequest) -> hyper::Response<ResponseBody> {
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
        let welcome = request.header("accept-encoding").is_some_and(accepts_gzip);
        if self.gzip && welcome && !bytes.is_empty() {
            bytes = compress(&bytes);
            reply = reply.header("content-encoding", "gzip");
        }
        let body = match self.piece {
            Some(piece) if !bytes.is_empty() => ResponseBody::chunked(bytes, piece),
            _ => ResponseBody::whole(bytes),
        };
        // All names and values above are plain ASCII, so no part is refused.
        reply.body(body).unwrap_or_else(|_| hyper::Response::new(ResponseBody::whole(Vec::new())))
    }
}

/// Whether the list has `gzip` with a weight other than 0.
fn accepts_gzip(list: &str) -> bool {
    list.split(',').any(|entry| {
        let (coding, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let forbidden = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        coding.trim().eq_ignore_ascii_case("gzip") && !forbidden
    })
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail; a client would notice an empty response.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

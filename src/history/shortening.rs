//! Shortens exchanges: the body of a response gives way to its length and digest.

use super::exchange::{Exchange, Outcome, ReplyBody};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Longest body, in bytes of JSON, that a shortened exchange keeps.
const KEPT_BYTES_MAX: u64 = 256;

/// Replaces the body of the response, unless the body is short, by its length and digest. Requests stay whole, because
/// they are short.
pub fn shorten_exchange(exchange: &mut Exchange) {
    shorten_body(exchange, KEPT_BYTES_MAX);
}

/// The exchange without the body of the response. Equal bodies have equal digests.
#[must_use]
pub fn outline_exchange(mut exchange: Exchange) -> Exchange {
    shorten_body(&mut exchange, 0);
    exchange
}

fn shorten_body(exchange: &mut Exchange, kept_max: u64) {
    let (Outcome::Replied(reply) | Outcome::InfrastructureFailed { reply, .. }) = &mut exchange.outcome else { return };
    if let ReplyBody::Json(value) = &reply.body {
        let mut digest = DigestWriter { digest: Sha256::new(), bytes: 0 };
        serde_json::to_writer(&mut digest, value).expect("a JSON value has a JSON form");
        if digest.bytes > kept_max {
            let hex: String = digest.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            reply.body = ReplyBody::Shortened { bytes: digest.bytes, digest: format!("sha256:{hex}") };
        }
    }
}

/// Computes length and digest of what is written.
struct DigestWriter {
    digest: Sha256,
    bytes: u64,
}

impl Write for DigestWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

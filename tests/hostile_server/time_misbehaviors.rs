//! Replies that take too long or have no end.

use super::misbehavior::{Misbehavior, WireStep};
use super::response::RawResponse;
use std::time::Duration;

/// No byte, until the client leaves.
pub fn silent() -> Misbehavior {
    Misbehavior::new("silent", |_| vec![WireStep::Hang])
}

/// The honest reply, late.
pub fn late(wait: Duration) -> Misbehavior {
    Misbehavior::new("late", move |exchange| [vec![WireStep::Wait(wait)], exchange.reply.to_steps()].concat())
}

/// The honest reply, one byte per interval.
pub fn dripping_head(every: Duration) -> Misbehavior {
    Misbehavior::new("dripping head", move |exchange| vec![WireStep::Drip(exchange.reply.encode(), every)])
}

/// A head at once, and then one byte of the body per interval. The body is long enough to take hours.
pub fn dripping_body(every: Duration) -> Misbehavior {
    Misbehavior::new("dripping body", move |exchange| {
        let body = [exchange.reply.body.clone(), vec![b' '; 100_000]].concat();
        let head = format!("{}content-length: {}\r\n\r\n", exchange.reply.head_text(), body.len());
        vec![WireStep::Send(head.into_bytes()), WireStep::Drip(body, every)]
    })
}

/// A body of known or unknown length that does not end.
pub fn endless_body(chunked: bool) -> Misbehavior {
    Misbehavior::new("endless body", move |exchange| {
        let head = exchange.reply.head_text();
        match chunked {
            true => vec![
                WireStep::Send(format!("{head}transfer-encoding: chunked\r\n\r\n").into_bytes()),
                WireStep::Repeat([b"4000\r\n".to_vec(), vec![b' '; 0x4000], b"\r\n".to_vec()].concat(), u64::MAX),
            ],
            false => vec![
                WireStep::Send(format!("{head}content-length: {}\r\n\r\n", u64::MAX / 4).into_bytes()),
                WireStep::Repeat(vec![b' '; 0x4000], u64::MAX),
            ],
        }
    })
}

/// A head whose lines do not end.
pub fn endless_headers() -> Misbehavior {
    Misbehavior::new("endless headers", |exchange| {
        vec![
            WireStep::Send(exchange.reply.head_text().into_bytes()),
            WireStep::Repeat(b"x-more: and more\r\n".to_vec(), u64::MAX),
        ]
    })
}

/// A head with one header whose value does not end.
pub fn endless_header_line() -> Misbehavior {
    Misbehavior::new("endless header line", |exchange| {
        let head = format!("{}x-long: ", exchange.reply.head_text());
        vec![WireStep::Send(head.into_bytes()), WireStep::Repeat(vec![b'x'; 0x1000], u64::MAX)]
    })
}

/// Interim responses, so many, before the honest reply; `u64::MAX` is without end.
pub fn interim_flood(status: u16, times: u64) -> Misbehavior {
    Misbehavior::new("1xx flood", move |exchange| {
        let interim = format!("HTTP/1.1 {status} Soon\r\nx-soon: yes\r\n\r\n").into_bytes();
        [vec![WireStep::Repeat(interim, times)], exchange.reply.to_steps()].concat()
    })
}

/// Closes the connection without a byte.
pub fn closed() -> Misbehavior {
    Misbehavior::new("closed", |_| vec![WireStep::Close])
}

/// Resets the connection after so many bytes of the honest reply.
pub fn reset_after(bytes: usize) -> Misbehavior {
    Misbehavior::new("reset", move |exchange| {
        let mut reply = exchange.reply.encode();
        reply.truncate(bytes);
        vec![WireStep::Send(reply), WireStep::Reset]
    })
}

/// Closes the connection after so many bytes of the honest reply.
pub fn closed_after(bytes: usize) -> Misbehavior {
    Misbehavior::new("cut off", move |exchange| {
        let mut reply = exchange.reply.encode();
        reply.truncate(bytes);
        vec![WireStep::Send(reply), WireStep::Close]
    })
}

/// The honest reply, and in the same breath a reply to a request that nobody sent.
pub fn answered_twice() -> Misbehavior {
    Misbehavior::new("answered twice", |exchange| {
        let more = RawResponse::value(200, &serde_json::json!({"id": "unasked", "state": "DIM", "color": "red"}));
        vec![WireStep::Send([exchange.reply.encode(), more.encode()].concat())]
    })
}

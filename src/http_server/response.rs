//! Encoding of responses, with the faults of the wire.

use crate::endpoint::WireFaults;
use crate::history::{Reply, ReplyBody};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Encodes a response: compressed, in chunks, closing, or cut off in the middle.
pub(super) fn encode_reply(
    reply: &Reply,
    wire: &WireFaults,
    gzip: bool,
    truncate: bool,
) -> hyper::Response<ResponseBodyStream> {
    let bytes = match &reply.body {
        ReplyBody::Empty | ReplyBody::Shortened { .. } => Vec::new(),
        ReplyBody::Json(value) => value.to_string().into_bytes(),
        ReplyBody::Text { begins, .. } | ReplyBody::TooLarge { begins, .. } => begins.clone().into_bytes(),
    };
    let gzip = gzip && !bytes.is_empty();
    let bytes = if gzip { compress_stored(&bytes) } else { bytes };
    let mut builder = hyper::Response::builder().status(reply.status);
    for (name, value) in reply.headers.iter().filter(|(name, _)| name.as_str() != "content-length") {
        builder = builder.header(name, value);
    }
    if matches!(reply.body, ReplyBody::Json(_)) && !reply.headers.contains_key("content-type") {
        builder = builder.header("content-type", "application/json");
    }
    if gzip {
        builder = builder.header("content-encoding", "gzip");
    }
    if wire.close {
        builder = builder.header("connection", "close");
    }
    if truncate {
        // The length announces one byte more than an empty body has, so that the client notices the cut.
        builder = builder.header("content-length", bytes.len().max(1));
    }
    builder
        .body(ResponseBodyStream::new(bytes, wire.chunked, truncate))
        .expect("status and headers of a response are valid")
}

/// A body while it is being sent.
pub(super) struct ResponseBodyStream {
    parts: VecDeque<BodyPart>,
    /// Length in bytes, if the length is announced.
    length: Option<u64>,
}

enum BodyPart {
    Bytes(Bytes),
    /// Lets earlier bytes leave before the next part.
    Flush,
    Cut,
}

impl ResponseBodyStream {
    fn new(bytes: Vec<u8>, chunked: bool, truncate: bool) -> ResponseBodyStream {
        let whole = Bytes::from(bytes);
        let half = whole.len() / 2;
        if truncate {
            let parts = [BodyPart::Bytes(whole.slice(..half)), BodyPart::Flush, BodyPart::Cut];
            return ResponseBodyStream { parts: parts.into(), length: None };
        }
        if chunked && !whole.is_empty() {
            let parts = [BodyPart::Bytes(whole.slice(..half)), BodyPart::Flush, BodyPart::Bytes(whole.slice(half..))];
            return ResponseBodyStream { parts: parts.into(), length: None };
        }
        ResponseBodyStream { length: Some(whole.len() as u64), parts: VecDeque::from([BodyPart::Bytes(whole)]) }
    }
}

/// The body ends too early.
#[derive(Debug, thiserror::Error)]
#[error("the response is cut off on purpose")]
pub(super) struct CutOffError;

impl Body for ResponseBodyStream {
    type Data = Bytes;
    type Error = CutOffError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutOffError>>> {
        loop {
            match self.parts.pop_front() {
                None => return Poll::Ready(None),
                Some(BodyPart::Bytes(bytes)) if bytes.is_empty() => {}
                Some(BodyPart::Bytes(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(BodyPart::Flush) => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(BodyPart::Cut) => return Poll::Ready(Some(Err(CutOffError))),
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }

    fn is_end_stream(&self) -> bool {
        self.length == Some(0)
    }
}

/// Compresses by RFC 1952 with stored blocks of RFC 1951, which every client can unpack without a compressor here.
fn compress_stored(bytes: &[u8]) -> Vec<u8> {
    const BLOCK_BYTES_MAX: usize = 0xffff;
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let last = bytes.len().saturating_sub(1) / BLOCK_BYTES_MAX;
    for (at, block) in bytes.chunks(BLOCK_BYTES_MAX).enumerate() {
        let length = u16::try_from(block.len()).expect("a block has at most 65535 bytes");
        packed.push(u8::from(at == last));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    packed.extend(compute_crc32(bytes).to_le_bytes());
    // RFC 1952: length modulo 2^32.
    packed.extend((bytes.len() as u32).to_le_bytes());
    packed
}

fn compute_crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

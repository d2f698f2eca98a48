//! Replies that are not HTTP, or whose framing is wrong.

use super::misbehavior::{Misbehavior, WireStep};
use super::response::RawResponse;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Bytes as they are, and then the end of the connection.
pub fn raw_bytes(bytes: impl Into<Vec<u8>>) -> Misbehavior {
    let bytes = bytes.into();
    Misbehavior::new("raw bytes", move |_| vec![WireStep::Send(bytes), WireStep::Close])
}

/// Names of the ways to break the framing, for `broken_framing`: no client can read a whole response.
pub const BROKEN_FRAMINGS: &[&str] = &[
    "chunk size is no number",
    "chunk size overflows",
    "chunk size is negative",
    "chunk is longer than its size",
    "chunk ends early",
    "last chunk is missing",
    "chunked with a length",
    "two lengths",
    "negative length",
    "length is longer than the body",
    "unknown transfer coding",
    "header without a colon",
    "header with a zero byte",
    "status line without a status",
    "version of HTTP that does not exist",
    "not HTTP",
];

/// Names of the ways to break the body in a valid frame, for `broken_framing`: an endpoint that sends such a response
/// breaks the documented form of the body.
pub const BROKEN_CODINGS: &[&str] =
    &["length is shorter than the body", "not gzip", "gzip ends early", "unknown content encoding"];

/// The honest reply in a broken frame; `name` is from one of the lists.
pub fn broken_framing(name: &'static str) -> Misbehavior {
    assert!(BROKEN_FRAMINGS.contains(&name) || BROKEN_CODINGS.contains(&name), "`{name}` is no broken framing");
    Misbehavior::new("broken framing", move |exchange| {
        vec![WireStep::Send(write_broken(name, exchange.reply)), WireStep::Close]
    })
}

fn write_broken(name: &str, reply: &RawResponse) -> Vec<u8> {
    let (head, body) = (reply.head_text(), String::from_utf8_lossy(&reply.body).into_owned());
    let length = body.len();
    let chunked = format!("{head}transfer-encoding: chunked\r\n");
    let sized = |length: &str| format!("{head}content-length: {length}\r\n\r\n{body}");
    let with = |line: &str| format!("{head}{line}\r\ncontent-length: {length}\r\n\r\n{body}");
    let text = match name {
        "chunk size is no number" => format!("{chunked}\r\nxyz\r\n{body}\r\n0\r\n\r\n"),
        "chunk size overflows" => format!("{chunked}\r\nFFFFFFFFFFFFFFFFF\r\n{body}\r\n0\r\n\r\n"),
        "chunk size is negative" => format!("{chunked}\r\n-1\r\n{body}\r\n0\r\n\r\n"),
        "chunk is longer than its size" => format!("{chunked}\r\n1\r\n{body}{body}\r\n0\r\n\r\n"),
        "chunk ends early" => format!("{chunked}\r\nFFFF\r\n{body}"),
        "last chunk is missing" => format!("{chunked}\r\n{length:x}\r\n{body}\r\n"),
        "chunked with a length" => format!("{chunked}content-length: 3\r\n\r\n{length:x}\r\n{body}\r\n"),
        "two lengths" => with("content-length: 7"),
        "negative length" => sized("-5"),
        "length is longer than the body" => sized("99999"),
        "length is shorter than the body" => sized(&(length / 2).to_string()),
        "unknown transfer coding" => with("transfer-encoding: rot13"),
        "header without a colon" => with("no colon in here"),
        "header with a zero byte" => with("x-zero: a\0b"),
        "status line without a status" => format!("HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{body}"),
        "version of HTTP that does not exist" => head.replace("HTTP/1.1", "HTTP/7.3") + "\r\n",
        "not HTTP" => "SSH-2.0-OpenSSH_9.9\r\n\x01\x02\x03\u{7f}".to_string(),
        "not gzip" => with("content-encoding: gzip"),
        "unknown content encoding" => with("content-encoding: rot13"),
        "gzip ends early" => {
            // The first ten bytes of a gzip file are its header.
            let mut bytes = format!("{head}content-encoding: gzip\r\ncontent-length: 10\r\n\r\n").into_bytes();
            bytes.extend(GZIP_HEADER);
            return bytes;
        }
        other => unreachable!("{other} is in the table"),
    };
    text.into_bytes()
}

const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
const BOMB_BLOCK: usize = 1 << 20;

/// Valid JSON of so many bytes when unpacked, nearly all spaces; a thousandth of them on the wire.
pub fn gzip_bomb(unpacked: u64) -> Misbehavior {
    Misbehavior::new("gzip bomb", move |exchange| {
        let blocks = unpacked / BOMB_BLOCK as u64;
        let spaces = vec![b' '; BOMB_BLOCK];
        let block = deflate(&spaces, FlushCompress::Full);
        let end = deflate(b"{}", FlushCompress::Finish);
        let mut sum = Crc::new();
        (0..blocks).for_each(|_| sum.combine(&checksum(&spaces)));
        sum.combine(&checksum(b"{}"));
        let trailer = [sum.sum().to_le_bytes(), sum.amount().to_le_bytes()].concat();
        let length = GZIP_HEADER.len() + block.len() * blocks as usize + end.len() + trailer.len();
        let head = exchange.reply.head_text();
        let head = format!("{head}content-encoding: gzip\r\ncontent-length: {length}\r\n\r\n");
        vec![
            WireStep::Send([head.as_bytes(), &GZIP_HEADER].concat()),
            WireStep::Repeat(block, blocks),
            WireStep::Send([end, trailer].concat()),
        ]
    })
}

fn checksum(bytes: &[u8]) -> Crc {
    let mut sum = Crc::new();
    sum.update(bytes);
    sum
}

/// A flushed block depends on no block before, so blocks can be repeated.
fn deflate(bytes: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 1024);
    let status = Compress::new(Compression::best(), false).compress_vec(bytes, &mut out, flush).expect("memory");
    assert!(matches!(status, Status::Ok | Status::StreamEnd), "the buffer is large enough");
    out
}

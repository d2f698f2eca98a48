//! Histories as lines of JSON: a header, then one exchange per line.
//!
//! A file may contain several histories in sequence; a header begins each history.

use super::exchange::{Exchange, FORMAT, History, HistoryHeader};
use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

/// Longest accepted line, in bytes. The limit on received responses is far lower.
pub const LINE_BYTES_MAX: u64 = 32 << 20;

/// Writes one history. Equal histories give equal bytes: fields in the order of their types, keys of
/// bodies in alphabetical order.
///
/// # Errors
/// An error of the writer.
pub fn write_history(history: &History, out: &mut dyn Write) -> io::Result<()> {
    write_line(&history.header, out)?;
    for exchange in &history.exchanges {
        let mut exchange = exchange.clone();
        sort_keys(&mut exchange);
        write_line(&exchange, out)?;
    }
    out.flush()
}

/// A cut-off last line, left by a killed writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornLine {
    /// Number of the line, from 1.
    pub line: usize,
    /// Why the line is unreadable.
    pub cause: String,
}

/// Why a history file is unreadable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}:{line}: {cause}; {remedy}")]
pub struct HistoryReadError {
    /// The file, as the caller named it.
    pub place: String,
    /// Number of the line, from 1.
    pub line: usize,
    /// The defect.
    pub cause: String,
    /// How to repair the defect.
    pub remedy: &'static str,
}

pub(super) const REWRITE: &str = "record the history again, or use an unchanged file of `run`";
pub(super) const UPDATE: &str = "use the version of probity that wrote the file, or a later version";

pub(super) enum HistoryLine {
    Header(HistoryHeader),
    Exchange(Box<Exchange>),
}

pub(super) enum HistoryLineError {
    Newer(u64),
    Malformed(String),
}

/// Parses a line. The format is checked first: a newer header may have unknown fields, and the error
/// would otherwise name the field and not the format.
pub(super) fn parse_line(line: &str) -> Result<HistoryLine, HistoryLineError> {
    let malformed = |error: serde_json::Error| HistoryLineError::Malformed(error.to_string());
    let value: Value = serde_json::from_str(line).map_err(malformed)?;
    match value.get("format") {
        Some(format) => match format.as_u64() {
            Some(format) if format > u64::from(FORMAT) => Err(HistoryLineError::Newer(format)),
            _ => serde_json::from_value(value).map(HistoryLine::Header).map_err(malformed),
        },
        None => {
            serde_json::from_value(value).map(|exchange| HistoryLine::Exchange(Box::new(exchange))).map_err(malformed)
        }
    }
}

/// Reads the next line into `line`. None at the end of the file, otherwise whether a newline ends the line.
pub(super) fn read_line(input: &mut dyn BufRead, line: &mut String) -> io::Result<Option<bool>> {
    line.clear();
    let mut bytes = Vec::new();
    let read = input.take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut bytes)?;
    if read == 0 {
        return Ok(None);
    }
    if read as u64 > LINE_BYTES_MAX {
        return Err(io::Error::other(format!("the line is longer than {LINE_BYTES_MAX} bytes")));
    }
    let whole = bytes.ends_with(b"\n");
    // A cut can split a character: the rest is malformed JSON and not an unreadable file.
    line.push_str(&String::from_utf8_lossy(&bytes));
    Ok(Some(whole))
}

pub(super) fn write_line(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    // One write for each line: a compressor does much work for each write, however short.
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    out.write_all(&line)
}

pub(super) fn sort_keys(exchange: &mut Exchange) {
    use super::exchange::{Outcome, ReplyBody};
    exchange.call.body.iter_mut().for_each(Value::sort_all_objects);
    exchange.call.path.values_mut().for_each(Value::sort_all_objects);
    exchange.call.query.values_mut().for_each(Value::sort_all_objects);
    if let Outcome::Replied(reply) | Outcome::InfrastructureFailed { reply, .. } = &mut exchange.outcome
        && let ReplyBody::Json(body) = &mut reply.body
    {
        body.sort_all_objects();
    }
}

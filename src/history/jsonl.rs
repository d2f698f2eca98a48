//! A history as lines of JSON: a header, then one exchange a line.
//!
//! A file may hold several histories one after the other; each begins with its header.

use super::exchange::{Exchange, FORMAT, Header, History};
use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

/// The longest line that is read, in bytes. Replies are bounded far below it when they are received.
pub const LINE_BYTES_MAX: u64 = 32 << 20;

/// Writes one history. The same history gives the same bytes: fields stand in the
/// order of their types, keys of bodies in the order of the alphabet.
pub fn write_jsonl(history: &History, out: &mut dyn Write) -> io::Result<()> {
    write_line(&history.header, out)?;
    for exchange in &history.exchanges {
        let mut exchange = exchange.clone();
        sort_keys(&mut exchange);
        write_line(&exchange, out)?;
    }
    out.flush()
}

/// Reads the histories of one file. `place` is what the errors call the file.
///
/// A last line that was cut off in writing is left out and returned as [`Torn`].
pub fn read_jsonl(input: &mut dyn BufRead, place: &str) -> Result<(Vec<History>, Option<Torn>), ReadError> {
    let mut histories: Vec<History> = Vec::new();
    let mut torn = None;
    let mut line = String::new();
    for number in 1.. {
        let fail =
            |cause: String, remedy: &'static str| ReadError { place: place.to_string(), line: number, cause, remedy };
        let whole = match next_line(input, &mut line) {
            Ok(None) => break,
            Ok(Some(whole)) => whole,
            Err(cause) => {
                return Err(fail(cause.to_string(), "check that it is a history file and can be read"));
            }
        };
        if line.trim().is_empty() {
            continue;
        }
        match parse(&line) {
            Ok(Line::Header(header)) => histories.push(History { header, exchanges: Vec::new() }),
            Ok(Line::Exchange(exchange)) => take(&mut histories, *exchange).map_err(|cause| fail(cause, REWRITE))?,
            Err(Bad::Newer(format)) => {
                return Err(fail(format!("its format is {format}, this probity reads up to {FORMAT}"), UPDATE));
            }
            Err(Bad::Malformed(cause)) if !whole && !histories.is_empty() => torn = Some(Torn { line: number, cause }),
            Err(Bad::Malformed(cause)) => return Err(fail(cause, REWRITE)),
        }
    }
    if histories.is_empty() {
        return Err(ReadError {
            place: place.to_string(),
            line: 1,
            cause: "it holds no history".to_string(),
            remedy: REWRITE,
        });
    }
    Ok((histories, torn))
}

/// The last line was cut off, as it is when the writer was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Counts from 1.
    pub line: usize,
    /// Why it cannot be read.
    pub cause: String,
}

/// A history file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}:{line}: {cause}; {remedy}")]
pub struct ReadError {
    /// The file, as the caller named it.
    pub place: String,
    /// Counts from 1.
    pub line: usize,
    /// What is wrong.
    pub cause: String,
    /// What to do about it.
    pub remedy: &'static str,
}

const REWRITE: &str = "record the history again, or take the file as `run` wrote it";
const UPDATE: &str = "read it with the probity that wrote it, or a later one";

enum Line {
    Header(Header),
    Exchange(Box<Exchange>),
}

enum Bad {
    Newer(u64),
    Malformed(String),
}

/// The format is looked at before anything else: a newer header may well have
/// fields that this reader refuses, and the reason would then be the wrong one.
fn parse(line: &str) -> Result<Line, Bad> {
    let malformed = |error: serde_json::Error| Bad::Malformed(error.to_string());
    let value: Value = serde_json::from_str(line).map_err(malformed)?;
    match value.get("format") {
        Some(format) => match format.as_u64() {
            Some(format) if format > u64::from(FORMAT) => Err(Bad::Newer(format)),
            _ => serde_json::from_value(value).map(Line::Header).map_err(malformed),
        },
        None => serde_json::from_value(value).map(|exchange| Line::Exchange(Box::new(exchange))).map_err(malformed),
    }
}

fn take(histories: &mut [History], exchange: Exchange) -> Result<(), String> {
    let history = histories.last_mut().ok_or("an exchange stands before the first header")?;
    if let Some(last) = history.exchanges.last()
        && exchange.number <= last.number
    {
        return Err(format!("exchange {} follows exchange {}", exchange.number, last.number));
    }
    history.exchanges.push(exchange);
    Ok(())
}

/// Fills `line`. None at the end, otherwise whether the line was ended by a newline.
fn next_line(input: &mut dyn BufRead, line: &mut String) -> io::Result<Option<bool>> {
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
    // A cut may go through a character; what is left is then malformed JSON, not an unreadable file.
    line.push_str(&String::from_utf8_lossy(&bytes));
    Ok(Some(whole))
}

fn write_line(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

fn sort_keys(exchange: &mut Exchange) {
    use super::exchange::{Outcome, ReplyBody};
    exchange.body.iter_mut().for_each(Value::sort_all_objects);
    exchange.path.values_mut().for_each(Value::sort_all_objects);
    exchange.query.values_mut().for_each(Value::sort_all_objects);
    if let Outcome::Replied(reply) = &mut exchange.outcome
        && let ReplyBody::Json(body) = &mut reply.body
    {
        body.sort_all_objects();
    }
}

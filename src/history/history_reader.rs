//! Reads history files as a stream, plain or compressed.

use super::exchange::{Exchange, FORMAT, History, HistoryHeader};
use super::jsonl::{HistoryLine, HistoryLineError, HistoryReadError, REWRITE, TornLine, UPDATE, parse_line, read_line};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, BufReader, Read};

/// A part of a history file.
#[derive(Debug, Clone, PartialEq)]
pub enum HistoryRecord {
    /// The history of a plan begins.
    Header(HistoryHeader),
    /// The next exchange of the plan.
    Exchange(Box<Exchange>),
}

/// Reads the histories of a file, one record at a time. Whether the file is compressed follows from its first bytes.
pub struct HistoryReader<'a> {
    input: Box<dyn BufRead + 'a>,
    compressed: bool,
    place: String,
    /// Number of the last line, from 1.
    line: usize,
    begun: bool,
    /// Number of the last exchange of the plan.
    last: Option<u64>,
    torn: Option<TornLine>,
    text: String,
    /// The first header, if it was looked at and is the next record.
    first: Option<HistoryHeader>,
}

impl<'a> HistoryReader<'a> {
    /// A reader of a whole file. `place` is the file name for errors.
    ///
    /// # Errors
    /// If the first bytes cannot be read.
    pub fn new(input: impl Read + 'a, place: &str) -> Result<HistoryReader<'a>, HistoryReadError> {
        let mut input = BufReader::new(input);
        let first = input.fill_buf().map_err(|error| HistoryReadError {
            place: place.to_string(),
            line: 1,
            cause: error.to_string(),
            remedy: UNREADABLE,
        })?;
        let compressed = first.starts_with(&GZIP_MAGIC);
        let input: Box<dyn BufRead + 'a> = match compressed {
            true => Box::new(BufReader::new(MultiGzDecoder::new(input))),
            false => Box::new(input),
        };
        Ok(HistoryReader::from_lines(input, compressed, place))
    }

    /// A reader of the compressed exchanges of one plan, after the header.
    pub(super) fn resume(input: impl Read + 'a, place: &str, header: &HistoryHeader) -> HistoryReader<'a> {
        let input = BufReader::new(MultiGzDecoder::new(BufReader::new(input)));
        let begun = header.format <= FORMAT;
        HistoryReader { begun, ..HistoryReader::from_lines(Box::new(input), true, place) }
    }

    fn from_lines(input: Box<dyn BufRead + 'a>, compressed: bool, place: &str) -> HistoryReader<'a> {
        let place = place.to_string();
        HistoryReader {
            input,
            compressed,
            place,
            line: 0,
            begun: false,
            last: None,
            torn: None,
            text: String::new(),
            first: None,
        }
    }

    /// The header of the first plan, before any record is taken.
    ///
    /// # Errors
    /// As [`HistoryReader::next_record`].
    pub fn read_first_header(&mut self) -> Result<HistoryHeader, HistoryReadError> {
        let Some(HistoryRecord::Header(header)) = self.next_record()? else {
            return Err(self.make_error("the file does not begin with a header".to_string(), REWRITE));
        };
        Ok(self.first.insert(header).clone())
    }

    /// The next header or exchange; `None` at the end of the file, or where the file is torn.
    ///
    /// # Errors
    /// An unreadable or malformed line, a newer format, exchanges without header or out of order, or a file without
    /// history.
    pub fn next_record(&mut self) -> Result<Option<HistoryRecord>, HistoryReadError> {
        if let Some(header) = self.first.take() {
            return Ok(Some(HistoryRecord::Header(header)));
        }
        while self.torn.is_none() {
            self.line += 1;
            let whole = match read_line(&mut *self.input, &mut self.text) {
                Ok(None) => break,
                Ok(Some(whole)) => whole,
                // The writer of a compressed file was killed, or the rest is damaged.
                Err(error) if self.begun && self.compressed && is_cut(&error) => {
                    self.torn = Some(TornLine { line: self.line, cause: error.to_string() });
                    break;
                }
                Err(error) => return Err(self.make_error(error.to_string(), UNREADABLE)),
            };
            if self.text.trim().is_empty() {
                continue;
            }
            match parse_line(&self.text) {
                Ok(HistoryLine::Header(header)) => {
                    (self.begun, self.last) = (true, None);
                    return Ok(Some(HistoryRecord::Header(header)));
                }
                Ok(HistoryLine::Exchange(exchange)) => {
                    self.check_order(&exchange)?;
                    return Ok(Some(HistoryRecord::Exchange(exchange)));
                }
                Err(HistoryLineError::Newer(format)) => {
                    let cause = format!("the format is {format}; this version of probity reads formats up to {FORMAT}");
                    return Err(self.make_error(cause, UPDATE));
                }
                Err(HistoryLineError::Malformed(cause)) if !whole && self.begun => {
                    self.torn = Some(TornLine { line: self.line, cause });
                }
                Err(HistoryLineError::Malformed(cause)) => return Err(self.make_error(cause, REWRITE)),
            }
        }
        if self.begun {
            return Ok(None);
        }
        self.line = 1;
        Err(self.make_error("the file contains no history".to_string(), REWRITE))
    }

    /// Where the file is cut off; `None` if the file was whole as far as it was read.
    #[must_use]
    pub fn torn_line(&self) -> Option<&TornLine> {
        self.torn.as_ref()
    }

    fn check_order(&mut self, exchange: &Exchange) -> Result<(), HistoryReadError> {
        if !self.begun {
            return Err(self.make_error("an exchange precedes the first header".to_string(), REWRITE));
        }
        if let Some(last) = self.last.filter(|last| *last >= exchange.number) {
            let cause = format!("exchange {} follows exchange {last}", exchange.number);
            return Err(self.make_error(cause, REWRITE));
        }
        self.last = Some(exchange.number);
        Ok(())
    }

    fn make_error(&self, cause: String, remedy: &'static str) -> HistoryReadError {
        HistoryReadError { place: self.place.clone(), line: self.line, cause, remedy }
    }
}

/// Reads all histories of a file into memory; `place` is the file name for errors. The rest of a cut-off file is skipped
/// and returned as [`TornLine`]. For long files see [`HistoryReader`].
///
/// # Errors
/// As [`HistoryReader::next_record`].
pub fn read_histories(
    input: &mut dyn BufRead,
    place: &str,
) -> Result<(Vec<History>, Option<TornLine>), HistoryReadError> {
    let mut reader = HistoryReader::new(input, place)?;
    let mut histories: Vec<History> = Vec::new();
    while let Some(record) = reader.next_record()? {
        match record {
            HistoryRecord::Header(header) => histories.push(History { header, exchanges: Vec::new() }),
            HistoryRecord::Exchange(exchange) => {
                histories.last_mut().expect("the reader checks that a header comes first").exchanges.push(*exchange);
            }
        }
    }
    Ok((histories, reader.torn))
}

/// The first bytes of a compressed file (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

const UNREADABLE: &str = "check that the file is a readable history";

/// Whether an error of the decompressor says that its input ends early or is damaged.
fn is_cut(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
}

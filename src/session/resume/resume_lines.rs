//! The lines of a resume file, read one by one, up to the place where a kill cut the file off.

use super::resume_file::{RESUME_FORMAT, ResumeEntry};
use crate::session::user_error::UserError;
use probity_input::open_input_file;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Longest line of a resume file, in bytes.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// The remedy for a damaged record.
pub(super) const REWRITE: &str = "restore both files as the run left them, or run without --resume";

/// The lines of a resume file.
pub(super) struct ResumeLines {
    reader: BufReader<File>,
    place: String,
    /// Number of the last line, from 1.
    number: usize,
    /// The last line, with its end.
    pub line: Vec<u8>,
    /// Bytes of the file up to the end of the last line.
    pub end: u64,
}

impl ResumeLines {
    pub fn open_file(path: &Path) -> Result<ResumeLines, UserError> {
        let file = open_input_file(path).map_err(UserError::from_input_file)?;
        let place = path.display().to_string();
        Ok(ResumeLines { reader: BufReader::new(file), place, number: 0, line: Vec::new(), end: 0 })
    }

    /// The next whole line; `None` at the end, and where the writer was killed.
    pub fn next_entry(&mut self) -> Result<Option<ResumeEntry>, UserError> {
        self.number += 1;
        self.line.clear();
        let read = (&mut self.reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| self.make_error(&error.to_string(), REWRITE))?;
        if !self.line.ends_with(b"\n") {
            return match read as u64 == LINE_BYTES_MAX {
                true => Err(self.make_error(&format!("the line is longer than {LINE_BYTES_MAX} bytes"), REWRITE)),
                false => Ok(None),
            };
        }
        self.end += read as u64;
        if self.number == 1 {
            self.check_format()?;
        }
        let entry = serde_json::from_slice(&self.line);
        entry.map(Some).map_err(|error| self.make_error(&format!("the line is no entry: {error}"), REWRITE))
    }

    /// Checks the format of the first line before its fields, which other versions may have changed.
    fn check_format(&self) -> Result<(), UserError> {
        let value: serde_json::Value = serde_json::from_slice(&self.line).unwrap_or_default();
        match value["run"]["format"].as_u64() {
            Some(format) if format != u64::from(RESUME_FORMAT) => {
                let version = value["run"]["version"].as_str().unwrap_or("another version");
                let cause = format!("the format is {format}; this version of probity continues format {RESUME_FORMAT}");
                let remedy = format!("continue the run with probity {version}, or run without --resume");
                Err(self.make_error(&cause, &remedy))
            }
            _ => Ok(()),
        }
    }

    pub fn make_error(&self, cause: &str, remedy: &str) -> UserError {
        UserError::input(format!("{}:{}", self.place, self.number), cause, remedy)
    }
}

//! The record of one plan, written while the plan is carried out, in compressed form.

use super::exchange::{Exchange, History, HistoryHeader};
use super::history_reader::{HistoryReader, HistoryRecord};
use super::jsonl::{HistoryReadError, sort_keys, write_line};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::SpooledTempFile;

/// Bytes of a compressed record that stay in memory. A longer record continues in a temporary file.
const MEMORY_BYTES_MAX: usize = 64 << 10;

/// Higher levels need twice the time for a tenth less.
pub(super) const COMPRESSION: Compression = Compression::new(3);

/// Records the exchanges of one plan. Only compressed bytes stay in memory, and few of them.
pub struct HistoryRecorder {
    out: GzEncoder<SpooledTempFile>,
    exchanges: u64,
    /// The first error of writing. Later exchanges are not recorded.
    failure: Option<String>,
}

impl HistoryRecorder {
    /// A record without exchanges.
    #[must_use]
    pub fn new() -> HistoryRecorder {
        // The header of the compressed form has no time, so that equal histories have equal bytes.
        let out = GzEncoder::new(tempfile::spooled_tempfile(MEMORY_BYTES_MAX), COMPRESSION);
        HistoryRecorder { out, exchanges: 0, failure: None }
    }

    /// Records an exchange whose secrets are stripped. The keys of bodies are sorted.
    pub fn record_exchange(&mut self, exchange: &mut Exchange) {
        if self.failure.is_some() {
            return;
        }
        sort_keys(exchange);
        match write_line(exchange, &mut self.out) {
            Ok(()) => self.exchanges += 1,
            Err(error) => self.failure = Some(error.to_string()),
        }
    }

    /// The history of the plan. An error of writing is part of the history, and ends no plan.
    #[must_use]
    pub fn finish_history(self, header: HistoryHeader) -> RecordedHistory {
        let HistoryRecorder { out, exchanges, mut failure } = self;
        let bytes = out.finish().unwrap_or_else(|error| {
            failure.get_or_insert(error.to_string());
            tempfile::spooled_tempfile(0)
        });
        RecordedHistory { header, exchanges, failure, bytes: Arc::new(Mutex::new(bytes)) }
    }
}

impl Default for HistoryRecorder {
    fn default() -> HistoryRecorder {
        HistoryRecorder::new()
    }
}

/// The history of one plan in compressed form, in memory or in a temporary file. Clones share the bytes.
#[derive(Clone)]
pub struct RecordedHistory {
    /// The circumstances of the plan.
    pub header: HistoryHeader,
    /// Number of exchanges.
    pub exchanges: u64,
    /// Why the record ends before the plan: the error of writing.
    pub failure: Option<String>,
    bytes: Arc<Mutex<SpooledTempFile>>,
}

impl RecordedHistory {
    /// Records a history that is in memory.
    #[must_use]
    pub fn from_history(history: &History) -> RecordedHistory {
        let mut recorder = HistoryRecorder::new();
        for exchange in &history.exchanges {
            recorder.record_exchange(&mut exchange.clone());
        }
        recorder.finish_history(history.header.clone())
    }

    /// Reads the exchanges one by one, in the order of sending, and passes each to `take`.
    ///
    /// # Errors
    /// If the bytes cannot be read again.
    pub fn read_exchanges(&self, mut take: impl FnMut(Exchange)) -> Result<(), HistoryReadError> {
        let mut reader = HistoryReader::resume(self.compressed_bytes(), "the history of the plan", &self.header);
        while let Some(record) = reader.next_record()? {
            if let HistoryRecord::Exchange(exchange) = record {
                take(*exchange);
            }
        }
        Ok(())
    }

    /// The whole history in memory, as far as it was recorded.
    #[must_use]
    pub fn load_history(&self) -> History {
        let mut exchanges = Vec::new();
        // What was read before an error stands.
        let _ = self.read_exchanges(|exchange| exchanges.push(exchange));
        History { header: self.header.clone(), exchanges }
    }

    /// The exchanges as one compressed member of a history file, without the header.
    pub(super) fn compressed_bytes(&self) -> CompressedBytes {
        CompressedBytes { bytes: self.bytes.clone(), position: 0 }
    }
}

impl fmt::Debug for RecordedHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RecordedHistory");
        shown.field("header", &self.header).field("exchanges", &self.exchanges).finish_non_exhaustive()
    }
}

/// Reads shared bytes from the beginning.
pub(super) struct CompressedBytes {
    bytes: Arc<Mutex<SpooledTempFile>>,
    position: u64,
}

impl Read for CompressedBytes {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut bytes: MutexGuard<'_, SpooledTempFile> = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.seek(SeekFrom::Start(self.position))?;
        let count = bytes.read(into)?;
        self.position += count as u64;
        Ok(count)
    }
}

//! The file of a campaign's histories: compressed, written plan by plan, and bounded.

use super::exchange::HistoryHeader;
use super::history_reader::{HistoryReader, HistoryRecord};
use super::history_recorder::{COMPRESSION, HistoryRecorder, RecordedHistory};
use super::jsonl::write_line;
use super::shortening::shorten_exchange;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// Writes the histories of a campaign, one after the other, as members of a compressed file.
///
/// The limit of bytes bounds what a verdict does not rest on: from half of the limit on, the responses of plans without
/// a new deviation are shortened, and from three quarters on, their exchanges are left out. Plans with a new deviation
/// are always written whole.
pub struct HistoryFile<W> {
    out: W,
    bytes: u64,
    bytes_max: u64,
    /// Whether a write failed. A reader ends at the place of the failure, so that no later history is written.
    broken: bool,
    /// What the file does not have, so far.
    pub gaps: HistoryGaps,
}

/// What a history file does not have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryGaps {
    /// Number of plans whose responses are shortened.
    pub shortened: u64,
    /// Number of plans whose exchanges are left out.
    pub omitted: u64,
    /// The first error of writing.
    pub failure: Option<String>,
}

impl HistoryGaps {
    /// A sentence for each gap; none for a complete file. `bytes_max` is the limit of the file.
    #[must_use]
    pub fn describe(&self, bytes_max: u64) -> Vec<String> {
        let mut lines = Vec::new();
        if self.shortened + self.omitted > 0 {
            lines.push(format!(
                "the history reached its limit of {} MB: the responses of {} plans without a new deviation are shortened, and \
                 the exchanges of {} are left out",
                bytes_max / MEGABYTE,
                self.shortened,
                self.omitted
            ));
        }
        lines.extend(self.failure.iter().map(|cause| format!("the history is incomplete: {cause}")));
        lines
    }
}

/// Bytes of a megabyte.
const MEGABYTE: u64 = 1_000_000;

impl<W: Write> HistoryFile<W> {
    /// A file with a limit of bytes.
    pub fn new(out: W, bytes_max: u64) -> HistoryFile<W> {
        HistoryFile { out, bytes: 0, bytes_max, broken: false, gaps: HistoryGaps::default() }
    }

    /// A file that goes on after `bytes` bytes, which are written already.
    pub fn resume(out: W, bytes: u64, bytes_max: u64) -> HistoryFile<W> {
        HistoryFile { bytes, ..HistoryFile::new(out, bytes_max) }
    }

    /// What the histories are written to.
    pub fn output_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Appends the history of a plan. `deviates` says whether the plan shows a deviation for the first time. An error of
    /// writing is noted in `gaps`; later histories are not written.
    pub fn append_history(&mut self, history: &RecordedHistory, deviates: bool) {
        if self.broken {
            return;
        }
        let appended = if deviates || self.bytes < self.bytes_max / 2 {
            self.append_whole(history)
        } else if self.bytes < self.bytes_max / 4 * 3 {
            self.gaps.shortened += 1;
            self.append_whole(&shorten_history(history))
        } else {
            self.gaps.omitted += 1;
            self.append_header(&HistoryHeader { omitted: history.exchanges, ..history.header.clone() })
        };
        if let Err(error) = appended.and_then(|()| self.out.flush()) {
            self.broken = true;
            self.gaps.failure.get_or_insert(error.to_string());
        } else if let Some(cause) = &history.failure {
            let plan = history.header.plan;
            self.gaps.failure.get_or_insert(format!("plan {plan} could not be recorded to its end: {cause}"));
        }
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// What was written, and the gaps.
    pub fn finish_file(self) -> (W, HistoryGaps) {
        (self.out, self.gaps)
    }

    fn append_whole(&mut self, history: &RecordedHistory) -> io::Result<()> {
        self.append_header(&history.header)?;
        self.bytes += io::copy(&mut history.compressed_bytes(), &mut self.out)?;
        Ok(())
    }

    /// A member of its own, so that the header may tell what became of the exchanges.
    fn append_header(&mut self, header: &HistoryHeader) -> io::Result<()> {
        let mut member = GzEncoder::new(Vec::new(), COMPRESSION);
        write_line(header, &mut member)?;
        let member = member.finish()?;
        self.bytes += member.len() as u64;
        self.out.write_all(&member)
    }
}

fn shorten_history(history: &RecordedHistory) -> RecordedHistory {
    let mut recorder = HistoryRecorder::new();
    let mut reader = HistoryReader::resume(history.compressed_bytes(), "the history of the plan", &history.header);
    // What the record has before an error is shortened and kept.
    while let Ok(Some(record)) = reader.next_record() {
        if let HistoryRecord::Exchange(mut exchange) = record {
            shorten_exchange(&mut exchange);
            recorder.record_exchange(&mut exchange);
        }
    }
    recorder.finish_history(HistoryHeader { shortened: true, ..history.header.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::{read_bytes, reply_with, test_exchange, test_header, write_bytes};
    use crate::history::{Exchange, History, Outcome, Reply, ReplyBody};
    use serde_json::json;

    /// A plan with responses that hardly compress.
    fn make_history(plan: u64, exchanges: u64) -> History {
        let noise = |number: u64| -> String {
            (0..40)
                .map(|n| format!("{:x}", (plan * 7919 + number * 104_729 + n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
                .collect()
        };
        let exchange = |number| test_exchange(number, None, reply_with(json!({"id": "7", "noise": noise(number)})));
        History { header: HistoryHeader { plan, ..test_header() }, exchanges: (0..exchanges).map(exchange).collect() }
    }

    fn write_file(histories: &[(History, bool)], bytes_max: u64) -> (Vec<u8>, HistoryGaps) {
        let mut file = HistoryFile::new(Vec::new(), bytes_max);
        for (history, deviates) in histories {
            file.append_history(&RecordedHistory::from_history(history), *deviates);
        }
        file.finish_file()
    }

    fn is_shortened(exchange: &Exchange) -> bool {
        matches!(&exchange.outcome, Outcome::Replied(Reply { body: ReplyBody::Shortened { .. }, .. }))
    }

    #[test]
    fn a_compressed_file_has_the_histories_of_a_plain_file_and_equal_bytes_for_equal_histories() {
        let histories = [make_history(0, 3), make_history(1, 0), make_history(2, 40)];
        let plain: Vec<u8> = histories.iter().flat_map(write_bytes).collect();
        let written = histories.clone().map(|history| (history, false));
        let (compressed, gaps) = write_file(&written, u64::MAX);
        assert_eq!(gaps, HistoryGaps::default());
        assert_eq!(gaps.describe(1), Vec::<String>::new());
        assert_eq!(read_bytes(&compressed), Ok((histories.to_vec(), None)));
        assert_eq!(read_bytes(&compressed), read_bytes(&plain));
        assert_eq!(write_file(&written, u64::MAX).0, compressed);
    }

    #[test]
    fn a_file_that_is_cut_at_any_byte_is_readable_up_to_the_last_whole_record() {
        let histories = [make_history(0, 4), make_history(1, 4)];
        let (bytes, _) = write_file(&histories.clone().map(|history| (history, false)), u64::MAX);
        let mut most = 0;
        for end in (0..bytes.len()).filter(|end| end % 3 == 0 || *end + 20 > bytes.len()) {
            match read_bytes(&bytes[..end]) {
                Ok((read, torn)) => {
                    let count: usize = read.iter().map(|history| 1 + history.exchanges.len()).sum();
                    assert!(count >= most, "{end}: a longer file has fewer records");
                    most = count;
                    for (read, written) in read.iter().zip(&histories) {
                        assert_eq!(read.header, written.header);
                        assert_eq!(read.exchanges, written.exchanges[..read.exchanges.len()], "{end}");
                    }
                    assert!(torn.is_some() || count < 10, "{end}: the cut is told");
                }
                Err(error) => assert_eq!((most, error.line), (0, 1), "{end}: {error}"),
            }
        }
        assert_eq!(most, 10, "the end of the file has only a checksum");
    }

    #[test]
    fn the_limit_shortens_and_then_omits_what_no_verdict_rests_on() {
        let whole = write_file(&[(make_history(0, 20), false)], u64::MAX).0.len() as u64;
        let plans: Vec<(History, bool)> = (0..40).map(|plan| (make_history(plan, 20), plan == 35)).collect();
        let bytes_max = 12 * whole;
        let (bytes, gaps) = write_file(&plans, bytes_max);
        let (read, torn) = read_bytes(&bytes).expect("the file is readable");
        assert_eq!((read.len(), torn), (40, None), "each plan has a header at least");
        assert_eq!(read[0], plans[0].0);
        assert_eq!(read[35], plans[35].0, "a plan with a new deviation is whole");
        let shortened: Vec<&History> = read.iter().filter(|history| history.header.shortened).collect();
        assert!(shortened.len() as u64 == gaps.shortened && gaps.shortened > 3, "{gaps:?}");
        let ReplyBody::Shortened { bytes: length, digest } = (match &shortened[0].exchanges[0].outcome {
            Outcome::Replied(reply) => reply.body.clone(),
            other => panic!("{other:?}"),
        }) else {
            panic!("it is shortened")
        };
        assert!(length > 500 && digest.len() == "sha256:".len() + 64, "{length} {digest}");
        assert!(
            shortened.iter().all(|history| history.exchanges.len() == 20 && history.exchanges.iter().all(is_shortened))
        );
        let omitted: Vec<&History> = read.iter().filter(|history| history.header.omitted > 0).collect();
        assert!(omitted.len() as u64 == gaps.omitted && gaps.omitted > 3, "{gaps:?}");
        assert!(omitted.iter().all(|history| history.header.omitted == 20 && history.exchanges.is_empty()));
        assert!((bytes.len() as u64) < bytes_max, "{} of {bytes_max}", bytes.len());
        let told = gaps.describe(bytes_max).remove(0);
        assert!(told.starts_with("the history reached its limit of 0 MB: the responses of "), "{told}");
    }

    #[test]
    fn an_error_of_writing_is_told_and_ends_no_run() {
        struct FullDisk;
        impl Write for FullDisk {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::other("no space left"))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut file = HistoryFile::new(FullDisk, u64::MAX);
        for plan in 0..3 {
            file.append_history(&RecordedHistory::from_history(&make_history(plan, 2)), true);
        }
        assert_eq!(file.gaps.describe(1), ["the history is incomplete: no space left"]);
    }

    #[test]
    fn a_long_record_continues_in_a_file_and_reads_as_a_short_one() {
        let history = make_history(0, 600);
        let recorded = RecordedHistory::from_history(&history);
        assert_eq!((recorded.exchanges, recorded.load_history()), (600, history.clone()));
        assert_eq!(recorded.load_history(), history, "a record is read as often as needed");
    }
}

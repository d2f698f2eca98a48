//! The record of an earlier part of a run: the resume file and the history of a suite, checked against each other.
//!
//! Reading changes no file. What a kill cut off is left out, up to the end of the last whole plan.

use super::resume_file::{PlanEntry, ResumeEntry, ResumeHeader, ResumePart, WholeEntry, lock_ended_history};
use super::resume_lines::{REWRITE, ResumeLines};
use crate::campaign::{EarlierPlan, EarlierPlans};
use crate::history::{HistoryHeader, HistoryReadError, HistoryReader, HistoryRecord, HistoryRecorder, RecordedHistory};
use crate::plan_execution::RequestShares;
use crate::report::finish_digest;
use crate::session::run_files::{HISTORY_NAME, RESUME_NAME};
use crate::session::user_error::UserError;
use probity_input::open_input_file;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What an earlier part of a run has recorded of a suite.
pub struct EarlierRecord {
    /// The run.
    pub header: ResumeHeader,
    /// The processes that carried out plans, in order.
    pub parts: Vec<ResumePart>,
    /// Number of whole plans.
    pub plans: u64,
    /// Number of exchanges of the whole plans.
    pub exchanges: u64,
    /// Number of readable exchanges after the last whole plan, which are left out.
    pub left_out: u64,
    /// Everything that the parts had sent when the last whole plan was recorded.
    pub shares: RequestShares,
    /// The largest recorded number of requests.
    sent: u64,
    /// Wall-clock milliseconds of all parts until the last whole plan ended.
    pub elapsed_ms: u64,
    /// Bytes of the history, and of the resume file, that are kept.
    pub history_bytes: u64,
    pub resume_bytes: u64,
    /// The digest after the last whole plan.
    pub hash: Sha256,
    /// The history of the part.
    pub history: PathBuf,
    /// The resume file.
    pub resume: PathBuf,
    /// The unfinished history, locked; none if the part ended with a whole report.
    pub unfinished: Option<File>,
}

impl EarlierRecord {
    /// Reads the record in the folder of a suite's reports.
    ///
    /// # Errors
    /// If the run has not ended, or the files cannot be read or were changed.
    pub fn open_record(folder: &Path) -> Result<EarlierRecord, UserError> {
        let resume = folder.join(RESUME_NAME);
        let part = folder.join(format!("{HISTORY_NAME}.part"));
        let (history, unfinished) = match part.is_file() {
            true => {
                let locked = lock_ended_history(&part).map_err(|error| UserError::unwritable(&part, &error))?;
                let locked = locked.ok_or_else(|| {
                    let remedy = "wait until it has ended, or stop it";
                    UserError::input(part.display().to_string(), "the run has not ended", remedy)
                })?;
                (part, Some(locked))
            }
            false => (folder.join(HISTORY_NAME), None),
        };
        let mut bytes = open_input_file(&history).map_err(UserError::from_input_file)?;
        let mut lines = ResumeLines::open_file(&resume)?;
        let Some(ResumeEntry::Run(header)) = lines.next_entry()? else {
            return Err(lines.make_error("the file does not begin with the line of a run", REWRITE));
        };
        let mut record = EarlierRecord {
            header: *header,
            parts: Vec::new(),
            plans: 0,
            exchanges: 0,
            left_out: 0,
            shares: RequestShares::default(),
            sent: 0,
            elapsed_ms: 0,
            history_bytes: 0,
            resume_bytes: lines.end,
            hash: Sha256::new_with_prefix(&lines.line),
            history,
            resume,
            unfinished,
        };
        record.take_entries(&mut lines, &mut bytes)?;
        record.left_out = count_exchanges(&mut bytes, record.history_bytes);
        Ok(record)
    }

    fn take_entries(&mut self, lines: &mut ResumeLines, history: &mut File) -> Result<(), UserError> {
        let length = history.metadata().map_or(0, |found| found.len());
        let mut pending: Option<(PlanEntry, Vec<u8>)> = None;
        while let Some(entry) = lines.next_entry()? {
            match (entry, pending.take()) {
                (ResumeEntry::Part(part), None) => {
                    self.sent = self.sent.max(part.requests_before);
                    self.parts.push(part);
                }
                (ResumeEntry::Sent(requests), None) => self.sent = self.sent.max(requests),
                (ResumeEntry::Plan(entry), None) => {
                    pending = Some((*entry, lines.line.clone()));
                    continue;
                }
                // A loss of power can cut the history behind the resume file.
                (ResumeEntry::Whole(whole), Some(_)) if whole.bytes > length => break,
                (ResumeEntry::Whole(whole), Some(plan)) => self.take_plan(&whole, plan, history, lines)?,
                _ => return Err(lines.make_error("the line does not follow from the lines before", REWRITE)),
            }
            self.resume_bytes = lines.end;
        }
        Ok(())
    }

    /// Takes in a plan whose bytes in the history have the recorded digest.
    fn take_plan(
        &mut self,
        whole: &WholeEntry,
        (entry, line): (PlanEntry, Vec<u8>),
        history: &mut File,
        lines: &ResumeLines,
    ) -> Result<(), UserError> {
        let further = whole.bytes.saturating_sub(self.history_bytes);
        let unreadable = |error: io::Error| lines.make_error(&format!("the history cannot be read: {error}"), REWRITE);
        hash_bytes(&mut history.take(further), &mut self.hash).map_err(unreadable)?;
        self.hash.update(&line);
        if finish_digest(self.hash.clone()) != whole.digest {
            let place = self.history.display();
            return Err(lines.make_error(
                &format!("{place} or this file was changed after plan {} was recorded", self.plans),
                REWRITE,
            ));
        }
        self.plans += 1;
        self.exchanges += entry.exchanges;
        self.shares = entry.account.shares;
        self.elapsed_ms = entry.elapsed_ms;
        self.history_bytes = whole.bytes;
        Ok(())
    }

    /// Everything that the parts sent. Requests after the last whole plan have no known purpose.
    pub fn count_shares(&self) -> RequestShares {
        let unrecorded = self.sent.saturating_sub(self.shares.total());
        self.shares + RequestShares { unrecorded, ..RequestShares::default() }
    }

    /// The whole plans, to be read again.
    pub fn plans_file(&self) -> EarlierPlansFile {
        EarlierPlansFile {
            resume: self.resume.clone(),
            history: self.history.clone(),
            history_bytes: self.history_bytes,
            plans: self.plans,
        }
    }
}

/// The whole plans of a checked record.
pub struct EarlierPlansFile {
    resume: PathBuf,
    history: PathBuf,
    history_bytes: u64,
    plans: u64,
}

impl EarlierPlans for EarlierPlansFile {
    fn read_plans(&self, take: &mut dyn FnMut(EarlierPlan)) -> Result<(), String> {
        if self.plans == 0 {
            return Ok(());
        }
        let history = open_input_file(&self.history).map_err(|error| error.to_string())?;
        let place = self.history.display().to_string();
        let mut reader =
            HistoryReader::new(history.take(self.history_bytes), &place).map_err(|error| error.to_string())?;
        let mut lines = ResumeLines::open_file(&self.resume).map_err(|error| error.cause)?;
        let mut next: Option<HistoryHeader> = None;
        let mut taken = 0;
        while taken < self.plans {
            let entry = lines.next_entry().map_err(|error| error.cause)?.ok_or("the resume file got shorter")?;
            let ResumeEntry::Plan(entry) = entry else { continue };
            let history = read_history(&mut reader, &mut next).map_err(|error| error.to_string())?;
            let history = history.ok_or_else(|| format!("{place} got shorter"))?;
            take(EarlierPlan { plan: entry.plan, history, account: entry.account });
            taken += 1;
        }
        Ok(())
    }
}

/// Reads the history of the next plan. `next` is the header after it, which is read already.
fn read_history(
    reader: &mut HistoryReader<'_>,
    next: &mut Option<HistoryHeader>,
) -> Result<Option<RecordedHistory>, HistoryReadError> {
    let header = match next.take() {
        Some(header) => header,
        None => match reader.next_record()? {
            Some(HistoryRecord::Header(header)) => header,
            _ => return Ok(None),
        },
    };
    let mut recorder = HistoryRecorder::new();
    while let Some(record) = reader.next_record()? {
        match record {
            HistoryRecord::Exchange(mut exchange) => recorder.record_exchange(&mut exchange),
            HistoryRecord::Header(header) => {
                *next = Some(header);
                break;
            }
        }
    }
    Ok(Some(recorder.finish_history(header)))
}

/// Adds all bytes of a reader to a digest.
fn hash_bytes(input: &mut impl Read, hash: &mut Sha256) -> io::Result<()> {
    let mut bytes = vec![0; 64 << 10];
    loop {
        match input.read(&mut bytes)? {
            0 => return Ok(()),
            read => hash.update(&bytes[..read]),
        }
    }
}

/// Number of readable exchanges after the first `bytes` bytes of a history.
fn count_exchanges(history: &mut File, bytes: u64) -> u64 {
    let mut count = 0;
    if history.seek(SeekFrom::Start(bytes)).is_ok()
        && let Ok(mut reader) = HistoryReader::new(history, "the history")
    {
        // An error is the cut.
        while let Ok(Some(record)) = reader.next_record() {
            count += u64::from(matches!(record, HistoryRecord::Exchange(_)));
        }
    }
    count
}

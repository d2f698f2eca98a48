//! `resume.jsonl`: what a run writes beside its history, plan by plan, so that a later run can continue it.
//!
//! The first line tells the run, and further lines each part of it. Each plan has a line with its steps and a line that says
//! how long the history is with the plan, and the digest of everything before. A plan is whole once both lines are there.

use crate::campaign::PlanAccount;
use crate::plan::Plan;
use crate::plan_execution::SpendingWatch;
use crate::report::{ReportTarget, finish_digest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::fs::{File, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// Version of the format. A reader refuses other versions, because a run continues with the program that began it, or one
/// like it.
pub const RESUME_FORMAT: u32 = 1;

/// The first line: what all parts of a run share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeHeader {
    /// [`RESUME_FORMAT`] of the writer.
    pub format: u32,
    /// Version of probity.
    pub version: String,
    /// The start of the first part: RFC 3339, UTC.
    pub started: String,
    /// Name of the suite.
    pub suite: String,
    /// Digest of the suite.
    pub suite_digest: String,
    /// Digest of the catalog and its schemas.
    pub catalog_digest: String,
    /// Digest of the recorded plans of the suite, which run first.
    pub recorded_plans: String,
    /// The target, as in the report.
    pub target: ReportTarget,
    /// Digest of the profile without its secrets.
    pub profile: Option<String>,
    /// The seed.
    pub seed: u64,
    /// `YYYY-MM-DD`.
    pub today: String,
    /// Percentage by which bounds are multiplied.
    pub settle_percent: u32,
    /// The patterns of the selected clauses.
    pub selected: Option<String>,
    /// The patterns of the excluded clauses.
    pub excluded: Option<String>,
    /// The shard; none for a whole run.
    pub shard: Option<String>,
}

/// One process that carried out plans of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumePart {
    /// The start: RFC 3339, UTC.
    pub started: String,
    /// The id of the part in marks and in the name of its journal; none for a target that needs no cleaning up.
    pub run: Option<String>,
    /// The path of the journal.
    pub journal: Option<String>,
    /// Requests that the parts before had sent, and that deleting their leftovers took.
    pub requests_before: u64,
    /// Wall-clock milliseconds of the parts before.
    pub elapsed_before_ms: u64,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum ResumeEntry {
    /// The first line.
    Run(Box<ResumeHeader>),
    /// A part begins.
    Part(ResumePart),
    /// A plan was carried out.
    Plan(Box<PlanEntry>),
    /// The history has the plan of the line before.
    Whole(WholeEntry),
    /// Number of all requests so far. Written before the request is sent, at an endpoint.
    Sent(u64),
}

/// The steps of a plan, and what its history does not tell.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanEntry {
    pub plan: Plan,
    pub account: PlanAccount,
    /// Number of exchanges.
    pub exchanges: u64,
    /// Wall-clock milliseconds of all parts until the plan ended.
    pub elapsed_ms: u64,
}

/// The end of a plan in the history.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WholeEntry {
    /// Bytes of the history up to the end of the plan.
    pub bytes: u64,
    /// Digest of the first line, and of history and line of each plan so far.
    pub digest: String,
}

/// The file of a history, with the digest of the run so far.
pub struct DigestedFile {
    pub file: File,
    hash: Sha256,
    bytes: u64,
}

impl DigestedFile {
    /// A file that has `bytes` bytes, with the digest so far.
    pub fn new(file: File, hash: Sha256, bytes: u64) -> DigestedFile {
        DigestedFile { file, hash, bytes }
    }
}

impl Write for DigestedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes the number of requests into the resume file once the file is open. A run that is killed has sent requests that no
/// recorded plan tells.
#[derive(Default)]
pub struct SpendingLog(RefCell<Option<File>>);

impl SpendingWatch for SpendingLog {
    fn note_spent(&self, requests: u64) {
        if let (Some(file), Ok(line)) = (&mut *self.0.borrow_mut(), encode_line(&ResumeEntry::Sent(requests))) {
            // A number that cannot be written leaves the one before.
            let _ = file.write_all(&line);
        }
    }
}

/// Writes the resume file of a run under way.
pub struct ResumeWriter(File);

impl ResumeWriter {
    /// Creates the file in place of one of an earlier run. Returns the digest so far, too.
    ///
    /// # Errors
    /// The error of the operating system.
    pub fn create_file(path: &Path, header: &ResumeHeader, part: &ResumePart) -> io::Result<(ResumeWriter, Sha256)> {
        let mut writer = ResumeWriter(File::create(path)?);
        let line = encode_line(&ResumeEntry::Run(Box::new(header.clone())))?;
        let mut hash = Sha256::new();
        hash.update(&line);
        writer.0.write_all(&line)?;
        writer.begin_part(part)?;
        Ok((writer, hash))
    }

    /// Opens a file to go on after its first `bytes` bytes. The rest is cut off.
    ///
    /// # Errors
    /// The error of the operating system.
    pub fn reopen_file(path: &Path, bytes: u64, part: &ResumePart) -> io::Result<ResumeWriter> {
        let mut writer = ResumeWriter(open_to_append(path, bytes)?);
        writer.begin_part(part)?;
        Ok(writer)
    }

    /// Lets a log write to the file too.
    ///
    /// # Errors
    /// The error of the operating system.
    pub fn share_file(&self, log: &SpendingLog) -> io::Result<()> {
        // Both write at the end of the file, because they share its position.
        *log.0.borrow_mut() = Some(self.0.try_clone()?);
        Ok(())
    }

    fn begin_part(&mut self, part: &ResumePart) -> io::Result<()> {
        self.0.write_all(&encode_line(&ResumeEntry::Part(part.clone()))?)
    }

    /// Appends a plan whose exchanges `history` has.
    ///
    /// # Errors
    /// The error of the operating system.
    pub fn append_plan(
        &mut self,
        (plan, account): (&Plan, &PlanAccount),
        (exchanges, elapsed_ms): (u64, u64),
        history: &mut DigestedFile,
    ) -> io::Result<()> {
        let entry = PlanEntry { plan: plan.clone(), account: account.clone(), exchanges, elapsed_ms };
        let mut lines = encode_line(&ResumeEntry::Plan(Box::new(entry)))?;
        history.hash.update(&lines);
        let whole = WholeEntry { bytes: history.bytes, digest: finish_digest(history.hash.clone()) };
        lines.extend(encode_line(&ResumeEntry::Whole(whole))?);
        self.0.write_all(&lines)
    }
}

fn encode_line(entry: &ResumeEntry) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}

/// Opens a file to write after its first `bytes` bytes. The rest is cut off.
///
/// # Errors
/// The error of the operating system.
fn open_to_append(path: &Path, bytes: u64) -> io::Result<File> {
    let mut file = File::options().write(true).open(path)?;
    file.set_len(bytes)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}

/// Locks the history of a run that has ended. Returns `None` if the run is under way.
///
/// # Errors
/// The error of the operating system.
pub(super) fn lock_ended_history(path: &Path) -> io::Result<Option<File>> {
    let file = File::options().read(true).write(true).open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(None),
        // A file system without locks.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(Some(file)),
    }
}

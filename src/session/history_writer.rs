//! The history file of a campaign, and its resume file, written while its plans end.

use super::clock::RunStart;
use super::listener::{SessionEvent, SessionListener};
use super::resume::earlier_record::EarlierRecord;
use super::resume::resume_file::{DigestedFile, ResumeHeader, ResumePart, ResumeWriter, SpendingLog};
use super::run_files::{FORMER_HISTORY_NAME, HISTORY_NAME, RESUME_NAME};
use crate::campaign::{CampaignEvent, CampaignListener, PlanAccount};
use crate::history::{HistoryFile, HistoryGaps, RecordedHistory};
use crate::plan::Plan;
use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

/// Runs that may write into one folder at the same time.
const PARTS_MAX: u32 = 16;

/// Writes each history to the folder of the reports when its plan ends, and passes all events on.
///
/// The file is created when the campaign starts, after the checks of the endpoint. Until the end of the campaign the file
/// has the suffix `.part`. A killed run leaves the file, which is readable as far as it was written; the next run continues or
/// replaces it.
pub struct HistoryWriter<'l> {
    listener: &'l mut dyn SessionListener,
    folder: PathBuf,
    bytes_max: u64,
    run: RecordedRun,
    /// `None` before the campaign, and if the file cannot be created.
    open: Option<OpenHistory>,
    /// Why the file cannot be created.
    failure: Option<String>,
    /// Whether the listener knows of a gap.
    told: bool,
}

/// The run whose plans are recorded.
pub struct RecordedRun {
    /// What all parts of the run share.
    pub header: ResumeHeader,
    /// This part.
    pub part: ResumePart,
    /// The clock of this process, and its time when the part began.
    pub clock: RunStart,
    pub began: Duration,
    /// The record of the earlier parts, which the part continues.
    pub earlier: Option<EarlierRecord>,
    /// Writes the number of requests into the resume file.
    pub spending: Rc<SpendingLog>,
}

/// The files of a run under way.
struct OpenHistory {
    history: HistoryFile<DigestedFile>,
    /// The path of the history.
    part: PathBuf,
    /// Whether no other run writes into the folder: only the first of several can be resumed.
    is_first: bool,
    /// None if no further plan can be resumed.
    resume: Option<ResumeWriter>,
    /// Number of plans of earlier parts that will come again, and that the file has.
    recorded: u64,
}

impl<'l> HistoryWriter<'l> {
    /// A writer to `folder`, which is created if missing; `bytes_max` is the limit of the file.
    pub fn new(
        folder: PathBuf,
        bytes_max: u64,
        run: RecordedRun,
        listener: &'l mut dyn SessionListener,
    ) -> HistoryWriter<'l> {
        HistoryWriter { listener, folder, bytes_max, run, open: None, failure: None, told: false }
    }

    /// Gives the file its final name; returns what the file does not have, in sentences, and the path of the resume file. A
    /// campaign without a plan leaves no file.
    pub fn finish_file(mut self) -> (Vec<String>, Option<PathBuf>) {
        let Some(open) = self.open.take() else { return (self.describe_gaps(), None) };
        let resume = open.is_first.then(|| self.folder.join(RESUME_NAME));
        if open.history.is_empty() {
            drop(open.history);
            let _ = resume.map(fs::remove_file);
            let _ = fs::remove_file(open.part).and_then(|()| fs::remove_dir(&self.folder));
            return (Vec::new(), None);
        }
        let (written, mut gaps) = open.history.finish_file();
        match written.file.sync_all().and_then(|()| fs::rename(&open.part, self.folder.join(HISTORY_NAME))) {
            // An earlier history would belong to another report.
            Ok(()) => drop(fs::remove_file(self.folder.join(FORMER_HISTORY_NAME))),
            Err(error) => drop(gaps.failure.get_or_insert(error.to_string())),
        }
        (gaps.describe(self.bytes_max), resume)
    }

    fn create_file(&mut self) {
        let opened = match self.run.earlier.take() {
            Some(earlier) => self.continue_files(earlier),
            None => self.create_files(),
        };
        match opened {
            Ok(open) => {
                // Without the numbers, only the requests of recorded plans count in a resumed run.
                let _ = open.resume.as_ref().map(|resume| resume.share_file(&self.run.spending));
                self.open = Some(open);
            }
            Err(error) => self.failure = Some(format!("{}: {error}", self.folder.display())),
        }
    }

    fn create_files(&self) -> io::Result<OpenHistory> {
        fs::create_dir_all(&self.folder)?;
        let (file, part, number) = create_part(&self.folder)?;
        let resume = match number {
            1 => Some(ResumeWriter::create_file(&self.folder.join(RESUME_NAME), &self.run.header, &self.run.part)?),
            _ => None,
        };
        let (resume, hash) = resume.unzip();
        let written = DigestedFile::new(file, hash.unwrap_or_default(), 0);
        Ok(OpenHistory {
            history: HistoryFile::new(written, self.bytes_max),
            part,
            is_first: number == 1,
            resume,
            recorded: 0,
        })
    }

    /// Opens the files of the earlier parts after their last whole plan.
    fn continue_files(&self, earlier: EarlierRecord) -> io::Result<OpenHistory> {
        let part = self.folder.join(format!("{HISTORY_NAME}.part"));
        let mut file = match earlier.unfinished {
            Some(locked) => locked,
            None => copy_history(&earlier.history, &part)?,
        };
        file.set_len(earlier.history_bytes)?;
        file.seek(SeekFrom::End(0))?;
        let resume = ResumeWriter::reopen_file(&earlier.resume, earlier.resume_bytes, &self.run.part)?;
        let written = DigestedFile::new(file, earlier.hash, earlier.history_bytes);
        let history = HistoryFile::resume(written, earlier.history_bytes, self.bytes_max);
        Ok(OpenHistory { history, part, is_first: true, resume: Some(resume), recorded: earlier.plans })
    }

    /// Appends a plan to both files.
    fn record_plan(&mut self, (plan, account): (&Plan, &PlanAccount), history: &RecordedHistory, deviates: bool) {
        let now = self.run.clock.elapsed().saturating_sub(self.run.began);
        let Some(open) = &mut self.open else { return };
        if open.recorded > 0 {
            open.recorded -= 1;
            return;
        }
        open.history.append_history(history, deviates);
        // A plan without all its exchanges cannot be judged again.
        if open.history.gaps != HistoryGaps::default() {
            open.resume = None;
        }
        if let Some(resume) = &mut open.resume {
            let elapsed_ms = self.run.part.elapsed_before_ms + u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
            let counts = (history.exchanges, elapsed_ms);
            if resume.append_plan((plan, account), counts, open.history.output_mut()).is_err() {
                // The plans so far can be resumed.
                open.resume = None;
            }
        }
    }

    fn describe_gaps(&self) -> Vec<String> {
        let gaps = match &self.open {
            Some(open) => open.history.gaps.clone(),
            None => HistoryGaps { failure: self.failure.clone(), ..HistoryGaps::default() },
        };
        gaps.describe(self.bytes_max)
    }
}

impl CampaignListener for HistoryWriter<'_> {
    fn receive_event(&mut self, event: &CampaignEvent<'_>) {
        match event {
            CampaignEvent::Started { .. } => self.create_file(),
            CampaignEvent::HistoryRecorded { plan, history, deviates, account } => {
                self.record_plan((plan, account), history, *deviates);
                if let (false, Some(gap)) = (self.told, self.describe_gaps().first()) {
                    self.told = true;
                    self.listener.hear_session(&SessionEvent::HistoryGap { suite: &history.header.suite, gap });
                }
            }
            _ => {}
        }
        self.listener.receive_event(event);
    }
}

impl SessionListener for HistoryWriter<'_> {
    fn hear_session(&mut self, event: &SessionEvent<'_>) {
        if let SessionEvent::JournalOpened { run, path } = event {
            self.run.part.run = Some((*run).to_string());
            self.run.part.journal = Some(path.display().to_string());
        }
        self.listener.hear_session(event);
    }
}

/// Copies the history of a part that ended with a whole report, which stays as it is until the new report is whole. A copy
/// that a kill cuts off has another name.
fn copy_history(history: &Path, part: &Path) -> io::Result<File> {
    let copy = part.with_extension("copy");
    fs::copy(history, &copy)?;
    fs::rename(&copy, part)?;
    let file = File::options().write(true).open(part)?;
    let _ = file.try_lock();
    Ok(file)
}

/// Creates the file of a run under way. Returns the file, its path and the number of the run in the folder. Another run that writes into the folder at the same time holds a lock on its own
/// file, which stays as it is.
fn create_part(folder: &Path) -> io::Result<(File, PathBuf, u32)> {
    for number in 1..=PARTS_MAX {
        let name = if number == 1 { format!("{HISTORY_NAME}.part") } else { format!("{HISTORY_NAME}.{number}.part") };
        let part = folder.join(name);
        let file = File::options().create(true).write(true).truncate(false).open(&part)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => continue,
            // A file system without locks.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        file.set_len(0)?;
        return Ok((file, part, number));
    }
    Err(io::Error::other(format!("{PARTS_MAX} runs write into the folder already")))
}

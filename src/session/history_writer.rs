//! The history file of a campaign, written while its plans end.

use super::listener::{SessionEvent, SessionListener};
use crate::campaign::{CampaignEvent, CampaignListener};
use crate::history::{HistoryFile, HistoryGaps};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The history file in the folder of a suite's reports.
pub const HISTORY_NAME: &str = "history.jsonl.gz";

/// The former name, of files without compression.
const FORMER_NAME: &str = "history.jsonl";

/// Runs that may write into one folder at the same time.
const PARTS_MAX: u32 = 16;

/// Writes each history to the folder of the reports when its plan ends, and passes all events on.
///
/// The file is created when the campaign starts, after the checks of the endpoint. Until the end of the campaign the file
/// has the suffix `.part`. A killed run leaves the file, which is readable as far as it was written; the next run
/// replaces it.
pub struct HistoryWriter<'l> {
    listener: &'l mut dyn SessionListener,
    folder: PathBuf,
    bytes_max: u64,
    /// The file with its path; `None` before the campaign, and if the file cannot be created.
    open: Option<(HistoryFile<File>, PathBuf)>,
    /// Why the file cannot be created.
    failure: Option<String>,
    /// Whether the listener knows of a gap.
    told: bool,
}

impl<'l> HistoryWriter<'l> {
    /// A writer to `folder`, which is created if missing; `bytes_max` is the limit of the file.
    pub fn new(folder: PathBuf, bytes_max: u64, listener: &'l mut dyn SessionListener) -> HistoryWriter<'l> {
        HistoryWriter { listener, folder, bytes_max, open: None, failure: None, told: false }
    }

    /// Gives the file its final name; returns what the file does not have, in sentences. A campaign without a plan
    /// leaves no file.
    pub fn finish_file(mut self) -> Vec<String> {
        let Some((file, part)) = self.open.take() else { return self.describe_gaps() };
        if file.is_empty() {
            drop(file);
            let _ = fs::remove_file(part).and_then(|()| fs::remove_dir(&self.folder));
            return Vec::new();
        }
        let (file, mut gaps) = file.finish_file();
        match file.sync_all().and_then(|()| fs::rename(&part, self.folder.join(HISTORY_NAME))) {
            // An earlier history would belong to another report.
            Ok(()) => drop(fs::remove_file(self.folder.join(FORMER_NAME))),
            Err(error) => drop(gaps.failure.get_or_insert(error.to_string())),
        }
        gaps.describe(self.bytes_max)
    }

    fn create_file(&mut self) {
        match fs::create_dir_all(&self.folder).and_then(|()| create_part(&self.folder)) {
            Ok((file, part)) => self.open = Some((HistoryFile::new(file, self.bytes_max), part)),
            Err(error) => self.failure = Some(format!("{}: {error}", self.folder.display())),
        }
    }

    fn describe_gaps(&self) -> Vec<String> {
        let gaps = match &self.open {
            Some((file, _)) => file.gaps.clone(),
            None => HistoryGaps { failure: self.failure.clone(), ..HistoryGaps::default() },
        };
        gaps.describe(self.bytes_max)
    }
}

impl CampaignListener for HistoryWriter<'_> {
    fn receive_event(&mut self, event: &CampaignEvent<'_>) {
        match event {
            CampaignEvent::Started { .. } => self.create_file(),
            CampaignEvent::HistoryRecorded { history, deviates, .. } => {
                if let Some((file, _)) = &mut self.open {
                    file.append_history(history, *deviates);
                }
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
        self.listener.hear_session(event);
    }
}

/// Creates the file of a run under way. Another run that writes into the folder at the same time holds a lock on its own
/// file, which stays as it is.
fn create_part(folder: &Path) -> io::Result<(File, PathBuf)> {
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
        return Ok((file, part));
    }
    Err(io::Error::other(format!("{PARTS_MAX} runs write into the folder already")))
}

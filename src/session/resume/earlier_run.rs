//! The suites of an earlier run: which of them have more to do, and which have ended.

use super::earlier_record::EarlierRecord;
use super::resume_file::ResumeHeader;
use crate::report::{StoredRun, read_stored_runs};
use crate::session::limits::SpentTotals;
use crate::session::run_files::{HISTORY_NAME, RESUME_NAME};
use crate::session::user_error::UserError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// An earlier run that a new one continues.
#[derive(Debug)]
pub struct EarlierRun {
    /// The folder as the user named it.
    pub place: String,
    /// The folder of all suites' reports.
    pub reports: PathBuf,
    /// The suite, if the user named the folder of one.
    pub only: Option<String>,
    /// The start of the run: RFC 3339, UTC.
    pub started: String,
    /// The suites that have more to do. Other suites of the run begin.
    pub unfinished: Vec<String>,
    /// The reports of the suites that ended in the earlier run.
    pub ended: BTreeMap<String, StoredRun>,
    /// What these spent of the limits.
    pub spent: SpentTotals,
}

const NAME_RUN: &str = "name the folder of a run's reports that was killed or ended early, such as `reports/SUITE`";

impl EarlierRun {
    /// Reads which suites of the run at `place` have ended: a folder of one suite's reports, or of several.
    ///
    /// # Errors
    /// If no suite there has more to do, or a file is unreadable.
    pub fn open_run(place: &Path) -> Result<EarlierRun, UserError> {
        let shown = place.display().to_string();
        let is_suite = |folder: &Path| {
            [RESUME_NAME, "report.json", HISTORY_NAME].iter().any(|name| folder.join(name).is_file())
                || has_unfinished_history(folder)
        };
        let (reports, only) = match place.file_name() {
            Some(name) if is_suite(place) => {
                let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
                (parent.to_path_buf(), Some(name.to_string_lossy().into_owned()))
            }
            _ => (place.to_path_buf(), None),
        };
        let folders = match &only {
            Some(_) => vec![place.to_path_buf()],
            None => {
                let entries = std::fs::read_dir(place).map_err(|error| {
                    UserError::input(&shown, format!("there is no run to resume: {error}"), NAME_RUN)
                })?;
                let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
                folders.retain(|folder| is_suite(folder));
                folders.sort();
                folders
            }
        };
        if folders.is_empty() {
            return Err(UserError::input(shown, "there is no run to resume: no suite has reports here", NAME_RUN));
        }
        let mut run = EarlierRun {
            place: shown,
            reports,
            only,
            started: String::new(),
            unfinished: Vec::new(),
            ended: BTreeMap::new(),
            spent: SpentTotals::default(),
        };
        run.sort_suites(&folders)?;
        Ok(run)
    }

    fn sort_suites(&mut self, folders: &[PathBuf]) -> Result<(), UserError> {
        for folder in folders.iter().filter(|folder| folder.join(RESUME_NAME).is_file()) {
            let header: ResumeHeader = EarlierRecord::open_record(folder)?.header;
            self.unfinished.push(header.suite);
            // The start of the run is that of its first part.
            if self.started.is_empty() || header.started < self.started {
                self.started = header.started;
            }
        }
        if self.unfinished.is_empty() {
            return Err(self.describe_end(folders));
        }
        for folder in folders.iter().filter(|folder| folder.join("report.json").is_file()) {
            let stored = read_stored_runs(folder)
                .map_err(|error| UserError::input(error.place, error.cause, error.remedy))?
                .remove(0);
            let suite = stored.report.suite.name.clone();
            // The reports of a run before stay in the folder until a suite begins.
            let is_of_run = stored.facts.as_ref().is_some_and(|facts| facts.started == self.started);
            if is_of_run && !self.unfinished.contains(&suite) {
                self.spent.add_requests(&stored.report);
                self.ended.insert(suite, stored);
            }
        }
        Ok(())
    }

    /// Why nothing can be resumed.
    fn describe_end(&self, folders: &[PathBuf]) -> UserError {
        let folder = folders.first().expect("there is a folder");
        if folders.iter().any(|folder| has_unfinished_history(folder)) {
            let cause = format!(
                "there is an unfinished history without {RESUME_NAME}: an older version wrote it, or a run \
                                 beside another one in the same folder"
            );
            return UserError::input(&self.place, cause, "run without --resume; `probity judge` reads the history");
        }
        let stored =
            read_stored_runs(folder).ok().and_then(|mut stored| (!stored.is_empty()).then(|| stored.remove(0)));
        let cause = match stored.map(|stored| stored.report) {
            Some(report) if report.stopped.is_some() => {
                "nothing to resume: the run ended before its first plan was recorded".to_string()
            }
            Some(report) => format!(
                "nothing to resume: the run has ended by itself after {} plans and {} requests",
                report.spending.plans, report.spending.requests
            ),
            None => "nothing to resume: the run has ended by itself".to_string(),
        };
        UserError::input(&self.place, cause, "run without --resume for a new run")
    }

    /// Whether a suite has more to do than to begin.
    #[must_use]
    pub fn continues_suite(&self, suite: &str) -> bool {
        self.unfinished.iter().any(|unfinished| unfinished == suite)
    }
}

/// Whether a killed run left a history without its final name.
fn has_unfinished_history(folder: &Path) -> bool {
    folder.join(format!("{HISTORY_NAME}.part")).is_file()
}

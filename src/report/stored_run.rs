//! A run as its folder holds it: `report.json`, with `run.json` and the scripts beside it. Every format is rendered from it.

use super::compile::Report;
use super::plan_names::is_plan;
use super::report_location::ReportLocation;
use super::run_facts::RunFacts;
use probity_input::read_input_text;
use std::fmt;
use std::path::{Path, PathBuf};

/// Longest report file in bytes.
pub const REPORT_BYTES_MAX: u64 = 256 << 20;
/// Most suites of one run that are read.
const SUITES_MAX: usize = 200;
/// Longest script of a counterexample in bytes.
const SCRIPT_BYTES_MAX: u64 = 1 << 20;

/// A campaign as its folder holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// `report.json`. The counterexamples have the texts of their scripts, where the scripts lie beside the report.
    pub report: Report,
    /// `run.json`; none if the file is missing, as for a report that was copied without it.
    pub facts: Option<RunFacts>,
    /// The folder of all suites' reports, for replay lines.
    pub reports: String,
}

/// A stored run that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRunError {
    /// The file or folder.
    pub place: String,
    /// What is wrong.
    pub cause: String,
    /// How the user can correct the error.
    pub remedy: &'static str,
}

impl fmt::Display for StoredRunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.cause, self.remedy)
    }
}

impl std::error::Error for StoredRunError {}

impl StoredRun {
    /// Where the report lies, for replay lines.
    #[must_use]
    pub fn location(&self) -> ReportLocation<'_> {
        ReportLocation { reports: &self.reports }
    }
}

/// Reads the reports of a run. `place` is a `report.json`, the folder of one suite's reports, or the folder of all
/// suites' reports; then the suites come in the order of their names.
///
/// # Errors
/// If there is no report, or a file is not one or is of a newer format.
pub fn read_stored_runs(place: &Path) -> Result<Vec<StoredRun>, StoredRunError> {
    let files = find_reports(place)?;
    if files.is_empty() {
        return Err(StoredRunError {
            place: place.display().to_string(),
            cause: "there is no report.json here".to_string(),
            remedy: "name the folder of a run's reports, such as `reports` or `reports/SUITE`",
        });
    }
    files.iter().map(|file| read_stored_run(file)).collect()
}

fn find_reports(place: &Path) -> Result<Vec<PathBuf>, StoredRunError> {
    if place.is_file() {
        return Ok(vec![place.to_path_buf()]);
    }
    if place.join("report.json").is_file() {
        return Ok(vec![place.join("report.json")]);
    }
    let entries = std::fs::read_dir(place).map_err(|error| StoredRunError {
        place: place.display().to_string(),
        cause: format!("the folder cannot be read: {error}"),
        remedy: "name the folder of a run's reports, such as `reports` or `reports/SUITE`",
    })?;
    let files = entries.flatten().map(|entry| entry.path().join("report.json")).filter(|file| file.is_file());
    let mut files: Vec<PathBuf> = files.take(SUITES_MAX + 1).collect();
    if files.len() > SUITES_MAX {
        return Err(StoredRunError {
            place: place.display().to_string(),
            cause: format!("there are more than {SUITES_MAX} reports here"),
            remedy: "name the folder of one suite's reports",
        });
    }
    files.sort();
    Ok(files)
}

fn read_stored_run(file: &Path) -> Result<StoredRun, StoredRunError> {
    let mut report = read_file(file, REPORT_BYTES_MAX, Report::read)?;
    let beside = file.parent().unwrap_or(Path::new(""));
    let facts = beside.join("run.json");
    let facts = if facts.is_file() { Some(read_file(&facts, REPORT_BYTES_MAX, RunFacts::read)?) } else { None };
    for finding in &mut report.findings {
        let counterexample = &mut finding.counterexample;
        // A report names files of its own folder only.
        let script = counterexample.script.as_ref().filter(|name| is_plan(name));
        let text = script.and_then(|name| read_input_text(&beside.join(name), SCRIPT_BYTES_MAX).ok());
        counterexample.script_text = text.unwrap_or_default();
    }
    let reports = match beside.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.display().to_string(),
        _ if beside.as_os_str().is_empty() => "..".to_string(),
        _ => ".".to_string(),
    };
    Ok(StoredRun { report, facts, reports })
}

fn read_file<T>(
    file: &Path,
    bytes_max: u64,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, StoredRunError> {
    let text = read_input_text(file, bytes_max).map_err(|error| StoredRunError {
        place: file.display().to_string(),
        cause: error.cause,
        remedy: "make the file readable",
    })?;
    read(&text).map_err(|cause| StoredRunError {
        place: file.display().to_string(),
        cause,
        remedy: "name a report of `probity run`, and use a probity that is at least as new as the report",
    })
}

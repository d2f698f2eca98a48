//! The baseline of a run: a file of known deviations, or the reports of an earlier run.

use super::user_error::UserError;
use crate::known_deviations::{BASELINE_BYTES_MAX, Baseline};
use crate::report::read_stored_runs;
use probity_input::read_input_text;
use std::path::Path;

/// Reads a baseline, or takes each deviation of an earlier run as known.
///
/// # Errors
/// If the file is neither a baseline nor a report, or the folder has no reports.
pub fn load_baseline(place: &Path) -> Result<Baseline, UserError> {
    let is_report = place.is_dir() || place.file_name().is_some_and(|name| name == "report.json");
    if !is_report {
        return load_baseline_file(place);
    }
    let runs = read_stored_runs(place).map_err(|error| UserError::input(error.place, error.cause, error.remedy))?;
    let mut baseline = Baseline::empty();
    for run in &runs {
        baseline.accept(run.report.list_baseline_entries());
    }
    Ok(baseline)
}

/// Reads a file of known deviations.
///
/// # Errors
/// If the file cannot be read, or is no baseline.
pub fn load_baseline_file(file: &Path) -> Result<Baseline, UserError> {
    let text = read_input_text(file, BASELINE_BYTES_MAX)
        .map_err(|error| UserError::input(file.display().to_string(), error.cause, error.remedy))?;
    Baseline::parse(&text).map_err(|cause| {
        let remedy = "name a file of `probity baseline accept`, or the reports of a run";
        UserError::input(file.display().to_string(), cause, remedy)
    })
}

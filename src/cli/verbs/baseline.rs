//! `probity baseline`: the file of known deviations.

use crate::cli::args::{BaselineAcceptArguments, BaselineAction, BaselineArguments};
use crate::known_deviations::{Baseline, BaselineEntry};
use crate::report::{FindingRow, read_stored_runs, write_file};
use crate::session::{ExitKind, UserError, load_baseline_file};
use crate::terminal;

/// Changes a baseline as the arguments say.
pub fn change_baseline(arguments: &BaselineArguments) -> Result<ExitKind, UserError> {
    match &arguments.action {
        BaselineAction::Accept(arguments) => accept_run(arguments),
    }
}

/// Adds the deviations of a run to a baseline.
fn accept_run(arguments: &BaselineAcceptArguments) -> Result<ExitKind, UserError> {
    let runs =
        read_stored_runs(&arguments.run).map_err(|error| UserError::input(error.place, error.cause, error.remedy))?;
    let file = &arguments.baseline;
    let mut baseline = if file.exists() { load_baseline_file(file)? } else { Baseline::empty() };
    for run in &runs {
        baseline.rename_clauses(&run.report.suite.name, &run.report.collect_aliases());
    }
    let before = baseline.deviations.len();
    let found: Vec<BaselineEntry> = runs.iter().flat_map(|run| run.report.list_baseline_entries()).collect();
    let suites: Vec<String> = runs.iter().map(|run| run.report.suite.name.clone()).collect();
    let removed = if arguments.prune { baseline.prune(&suites, &found) } else { 0 };
    baseline.accept(found);
    let added = baseline.deviations.len() + removed - before;
    write_file(file, baseline.to_json().as_bytes()).map_err(|error| UserError::unwritable(file, &error))?;
    let total = match baseline.deviations.len() {
        1 => "1 known deviation".to_string(),
        total => format!("{total} known deviations"),
    };
    terminal::print_line(&format!("{}: {total}, {added} added, {removed} removed", file.display()));
    let is_incomplete = |finding: &&FindingRow| finding.fingerprints.is_empty() || finding.lacks_fingerprints;
    let incomplete = runs.iter().flat_map(|run| &run.report.findings).filter(is_incomplete).count() as u64;
    let lost = incomplete + runs.iter().map(|run| run.report.spending.unkept_findings).sum::<u64>();
    if lost > 0 {
        let cause = "the reports do not have all fingerprints";
        terminal::print_error_line(&format!(
            "warning: deviations that a baseline cannot cover, because {cause}: {lost}"
        ));
    }
    Ok(ExitKind::Passed)
}

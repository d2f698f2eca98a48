//! `probity merge`: the shards of a run, joined.

use crate::cli::args::MergeArguments;
use crate::report::{ReportFormat, ReportLocation, SummaryDetail, render_summary};
use crate::session::{ExitKind, UserError, merge_shards, pick_worst};
use crate::terminal;

/// Writes the reports of the whole run, and prints its summaries.
pub fn merge_runs(arguments: &MergeArguments) -> Result<ExitKind, UserError> {
    let formats: Vec<ReportFormat> = arguments.formats.iter().map(|format| format.0).collect();
    let merged = merge_shards(&arguments.runs, &arguments.reports, &formats)?;
    let shown = arguments.reports.display().to_string();
    let mut exits = Vec::new();
    for suite in merged {
        terminal::print_text(&render_summary(&suite.report, &ReportLocation { reports: &shown }, SummaryDetail::Whole));
        terminal::print_line(&format!("reports: {}", arguments.reports.join(&suite.report.suite.name).display()));
        exits.extend(suite.exits);
    }
    Ok(pick_worst(&exits))
}

//! A failed clause as text, for reports with one entry per clause.

use super::compile::Report;
use super::finding_text::list_difference_sentences;
use super::phrases::list_citations;
use super::plan_text::describe_steps;
use super::report_location::{ReportLocation, fill_in_replay};
use super::rows::{ClauseRow, FindingRow};
use probity_input::escape_line;

/// A failed clause as text: sentence, citations, response, expected responses, plan and replay line.
#[must_use]
pub fn describe_failure(report: &Report, row: &ClauseRow, place: &ReportLocation<'_>) -> String {
    let mut lines = vec![format!("{} [{}]", row.says, list_citations(&row.cites))];
    for finding in select_findings(report, row) {
        lines.extend(describe_finding(finding, place));
    }
    lines.join("\n")
}

/// A finding as lines: response, differences, steps and replay line.
pub(super) fn describe_finding(finding: &FindingRow, place: &ReportLocation<'_>) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", finding.operation, escape_line(&finding.seen))];
    let sentences = list_difference_sentences(finding);
    lines.extend(sentences.iter().map(|sentence| format!("  {}", escape_line(sentence))));
    let counterexample = &finding.counterexample;
    let steps = describe_steps(&counterexample.plan, &counterexample.outcomes);
    lines.extend(steps.iter().map(|line| format!("  {}", escape_line(line))));
    lines.push(format!("replay: {}", fill_in_replay(&counterexample.replay, place)));
    lines
}

/// The findings that contradict a clause.
pub(super) fn select_findings<'r>(report: &'r Report, row: &'r ClauseRow) -> impl Iterator<Item = &'r FindingRow> {
    report.findings.iter().filter(|finding| row.findings.contains(&finding.number))
}

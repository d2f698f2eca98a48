//! The comparison as Markdown. Every text of a report is escaped, so that none becomes markup.

use super::compare_runs::{RunComparison, format_median, name_shown, name_verdict};
use super::comparison_text::describe_digests;
use crate::report::formats::escape_markdown;
use crate::report::phrases::format_count;
use std::fmt::Write;

/// The Markdown of a comparison. Ends with a line feed.
#[must_use]
pub fn render_comparison_markdown(comparison: &RunComparison) -> String {
    let mut out =
        String::from("## probity: comparison of runs\n\n| run | place | target | started |\n|---|---|---|---|\n");
    for run in &comparison.runs {
        let started = run.started.as_deref().map(escape_markdown).unwrap_or_default();
        let (place, target) = (escape_markdown(&run.place), escape_markdown(&run.target));
        let _ = writeln!(out, "| {} | {place} | {target} | {started} |", run.label);
    }
    for suite in &comparison.suites {
        let _ = writeln!(
            out,
            "\n### {}\n\n{} with different verdicts, {} with equal ones.",
            escape_markdown(&suite.suite),
            format_count(suite.clauses.len(), "clause", "clauses"),
            suite.equal_clauses
        );
        for note in describe_digests(comparison, suite) {
            let _ = writeln!(out, "\n{}.", escape_markdown(&note));
        }
        let clauses = suite.clauses.iter().map(|row| {
            let name = format!("{}: {}", row.id, row.says);
            (name, row.verdicts.iter().map(|verdict| name_verdict(*verdict).to_string()).collect())
        });
        write_table(&mut out, comparison, "clause", clauses.collect());
        let deviations = suite.deviations.iter().map(|row| {
            let name = format!("{} ({})", row.fingerprint, row.clauses.join(", "));
            (name, row.shown.iter().map(|shown| name_shown(*shown).to_string()).collect())
        });
        write_table(&mut out, comparison, "deviation", deviations.collect());
        let slower = suite.slower.iter();
        let slower =
            slower.map(|row| (row.transition.clone(), row.p50_ms.iter().map(|ms| format_median(*ms)).collect()));
        write_table(&mut out, comparison, "got slower (median)", slower.collect());
    }
    out
}

fn write_table(out: &mut String, comparison: &RunComparison, subject: &str, rows: Vec<(String, Vec<String>)>) {
    if rows.is_empty() {
        return;
    }
    let labels: Vec<&str> = comparison.runs.iter().map(|run| run.label.as_str()).collect();
    let _ = writeln!(out, "\n| {subject} | {} |\n|---|{}", labels.join(" | "), "---|".repeat(labels.len()));
    for (name, cells) in rows {
        let _ = writeln!(out, "| {} | {} |", escape_markdown(&name), cells.join(" | "));
    }
}

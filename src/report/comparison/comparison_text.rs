//! The comparison as text for the terminal.

use super::compare_runs::{RunComparison, SuiteComparison, format_median, name_shown, name_verdict};
use crate::report::phrases::format_count;
use probity_input::{escape_field, escape_line};
use std::fmt::Write;

/// The text of a comparison. Ends with a line feed.
#[must_use]
pub fn render_comparison_text(comparison: &RunComparison) -> String {
    let mut out = String::new();
    for run in &comparison.runs {
        let started = run.started.as_deref().map(|at| format!(", {}", escape_field(at))).unwrap_or_default();
        let _ = writeln!(out, "{}  {}: {}{started}", run.label, escape_line(&run.place), escape_line(&run.target));
    }
    for suite in &comparison.suites {
        write_suite(&mut out, comparison, suite);
    }
    out
}

fn write_suite(out: &mut String, comparison: &RunComparison, suite: &SuiteComparison) {
    let _ = writeln!(
        out,
        "\n{}: {} with different verdicts, {} with equal ones",
        suite.suite,
        format_count(suite.clauses.len(), "clause", "clauses"),
        suite.equal_clauses
    );
    for note in describe_digests(comparison, suite) {
        let _ = writeln!(out, "  {note}");
    }
    let rows = suite.clauses.iter().map(|row| {
        let verdicts = row.verdicts.iter().map(|verdict| name_verdict(*verdict).to_string());
        (escape_field(&row.id).into_owned(), verdicts.collect())
    });
    write_table(out, comparison, "clause", rows.collect());
    for row in &suite.clauses {
        let _ = writeln!(out, "    {}: {}", escape_field(&row.id), escape_line(&row.says));
    }
    let rows = suite.deviations.iter().map(|row| {
        let shown = row.shown.iter().map(|shown| name_shown(*shown).to_string());
        (escape_field(&row.fingerprint).into_owned(), shown.collect())
    });
    write_table(out, comparison, "deviation", rows.collect());
    let rows = suite.slower.iter().map(|row| {
        let medians = row.p50_ms.iter().map(|median| format_median(*median));
        (escape_field(&row.transition).into_owned(), medians.collect())
    });
    write_table(out, comparison, "got slower (median)", rows.collect());
}

/// What makes the clauses of a suite hard to compare, in sentences.
pub(super) fn describe_digests(comparison: &RunComparison, suite: &SuiteComparison) -> Vec<String> {
    let mut notes = Vec::new();
    let labels = comparison.runs.iter().map(|run| run.label.as_str());
    let lacking: Vec<&str> =
        labels.zip(&suite.digests).filter(|(_, digest)| digest.is_none()).map(|(label, _)| label).collect();
    if !lacking.is_empty() {
        notes.push(format!("without this suite: {}", lacking.join(", ")));
    }
    let mut digests = suite.digests.iter().flatten();
    let first = digests.next();
    if digests.any(|digest| Some(digest) != first) {
        notes
            .push("the text of the suite differs between the runs, so that equal ids may be different promises".into());
    }
    notes
}

/// A table with a column for each run; nothing without rows.
fn write_table(out: &mut String, comparison: &RunComparison, subject: &str, rows: Vec<(String, Vec<String>)>) {
    if rows.is_empty() {
        return;
    }
    let count_chars = |text: &str| text.chars().count();
    let first = rows.iter().map(|(name, _)| count_chars(name)).chain([count_chars(subject)]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..comparison.runs.len())
        .map(|index| {
            let cells = rows.iter().map(|(_, cells)| count_chars(&cells[index]));
            cells.chain([count_chars(&comparison.runs[index].label)]).max().unwrap_or(0)
        })
        .collect();
    let mut write_row = |name: &str, cells: &[String]| {
        let mut line = format!("  {name:<first$}");
        for (cell, width) in cells.iter().zip(&widths) {
            let _ = write!(line, "  {cell:<width$}");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    };
    write_row(subject, &comparison.runs.iter().map(|run| run.label.clone()).collect::<Vec<_>>());
    rows.iter().for_each(|(name, cells)| write_row(name, cells));
}

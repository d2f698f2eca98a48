//! The comparison as one page of HTML, without scripts and without other files.

use super::compare_runs::{RunComparison, SuiteComparison, format_median, name_shown, name_verdict};
use super::comparison_text::describe_digests;
use crate::report::html_template::render_html_template;
use minijinja::{context, value::Serde};
use probity_input::escape_field;
use serde::Serialize;

/// A suite as the template reads it.
#[derive(Serialize)]
struct SuitePart {
    suite: String,
    differing: usize,
    equal: usize,
    notes: Vec<String>,
    clauses: Vec<TableRow>,
    deviations: Vec<TableRow>,
    slower: Vec<TableRow>,
}

/// A row of a table: a name, an explanation, and one cell for each run.
#[derive(Serialize)]
struct TableRow {
    name: String,
    note: String,
    cells: Vec<String>,
}

/// The page of a comparison. Ends with a line feed.
///
/// # Panics
/// If the template is wrong, which the tests of comparisons find.
#[must_use]
pub fn render_comparison_html(comparison: &RunComparison) -> String {
    let runs: Vec<_> = comparison
        .runs
        .iter()
        .map(|run| {
            let started = run.started.clone().unwrap_or_default();
            [run.label.clone(), escape(&run.place), escape(&run.target), escape(&started)]
        })
        .collect();
    let suites: Vec<SuitePart> = comparison.suites.iter().map(|suite| make_part(comparison, suite)).collect();
    let headline = if comparison.is_equal() { "The runs agree" } else { "The runs differ" };
    let values = context! { headline => headline, runs => Serde(runs), suites => Serde(suites) };
    render_html_template(include_str!("comparison.html"), values)
}

fn make_part(comparison: &RunComparison, suite: &SuiteComparison) -> SuitePart {
    SuitePart {
        suite: escape(&suite.suite),
        differing: suite.clauses.len(),
        equal: suite.equal_clauses,
        notes: describe_digests(comparison, suite),
        clauses: suite
            .clauses
            .iter()
            .map(|row| TableRow {
                name: escape(&row.id),
                note: escape(&row.says),
                cells: row.verdicts.iter().map(|verdict| name_verdict(*verdict).to_string()).collect(),
            })
            .collect(),
        deviations: suite
            .deviations
            .iter()
            .map(|row| TableRow {
                name: escape(&row.fingerprint),
                note: escape(&row.clauses.join(", ")),
                cells: row.shown.iter().map(|shown| name_shown(*shown).to_string()).collect(),
            })
            .collect(),
        slower: suite
            .slower
            .iter()
            .map(|row| TableRow {
                name: escape(&row.transition),
                note: String::new(),
                cells: row.p50_ms.iter().map(|median| format_median(*median)).collect(),
            })
            .collect(),
    }
}

fn escape(text: &str) -> String {
    escape_field(text).into_owned()
}

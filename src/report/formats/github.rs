//! Deviations as annotations of GitHub Actions: workflow commands, one line each, for the output of a job.
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use super::clause_lines::{find_row_place, locate_row};
use crate::report::finding_text::list_difference_sentences;
use crate::report::phrases::list_citations;
use crate::report::rows::FindingRow;
use crate::report::stored_run::StoredRun;
use probity_input::escape_line;

/// Most annotations of a run; GitHub shows no more than ten of a kind for one step.
const SHOWN_MAX: usize = 10;

/// A line for each deviation, errors before known deviations, and one for each suite.
pub(super) fn render_github(runs: &[StoredRun]) -> String {
    let mut findings: Vec<(&StoredRun, &FindingRow)> =
        runs.iter().flat_map(|run| run.report.findings.iter().map(move |finding| (run, finding))).collect();
    findings.sort_by_key(|(_, finding)| finding.excuse.is_some());
    let mut text: String =
        findings.iter().take(SHOWN_MAX).map(|(run, finding)| annotate_finding(run, finding)).collect();
    if findings.len() > SHOWN_MAX {
        let more = format!("{} more deviations stand in report.json", findings.len() - SHOWN_MAX);
        text.push_str(&write_command("warning", &[("title", "probity")], &more));
    }
    text.extend(runs.iter().map(annotate_suite));
    text
}

fn annotate_finding(run: &StoredRun, finding: &FindingRow) -> String {
    let suite = &run.report.suite.name;
    let clause = finding.clauses.first();
    let title = clause.map_or(suite.as_str(), |clause| clause.id.as_str());
    let mut lines: Vec<String> = Vec::new();
    lines.extend(clause.map(|clause| format!("{} [{}]", clause.says, list_citations(&clause.cites))));
    lines.push(finding.seen.clone());
    lines.extend(list_difference_sentences(finding));
    lines.extend(finding.excuse.as_ref().map(|excuse| format!("known: {}", excuse.describe())));
    let lines: Vec<String> = lines.iter().map(|line| escape_line(line).into_owned()).collect();
    let level = if finding.excuse.is_some() { "warning" } else { "error" };
    // The clause stands in the suite, which is a file of the repository; a page need not be.
    let first = finding.clauses.iter().find_map(|clause| find_row_place(run, &clause.id));
    let (file, line) = first.unwrap_or_else(|| locate_row(run, title));
    write_command(level, &[("file", &file), ("line", &line.to_string()), ("title", title)], &lines.join("\n"))
}

fn annotate_suite(run: &StoredRun) -> String {
    let totals = &run.report.totals;
    let text = format!(
        "{} clauses: {} pass, {} fail, {} inconclusive, {} untested",
        run.report.clauses.len(),
        totals.pass,
        totals.fail,
        totals.inconclusive,
        totals.untested
    );
    write_command("notice", &[("title", &format!("probity {}", run.report.suite.name))], &text)
}

/// A workflow command. Line feeds and the delimiters are escaped as GitHub's toolkit escapes them.
fn write_command(level: &str, properties: &[(&str, &str)], text: &str) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", escape_data(value).replace(':', "%3A").replace(',', "%2C")))
        .collect();
    format!("::{level} {}::{}\n", properties.join(","), escape_data(text))
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

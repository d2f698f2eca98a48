//! The report as JUnit XML: one test case per clause.

use super::compile::Report;
use super::plan_text::describe_steps;
use super::rows::{ClauseRow, FindingRow};
use super::summary::{ReportLocation, fill_in_replay, list_citations};
use crate::oracle::Verdict;

/// The text of `junit.xml`. An inconclusive or untested clause is skipped, with the reason. The file has no
/// times, so that equal reports give equal bytes.
#[must_use]
pub fn render_junit(report: &Report, place: &ReportLocation<'_>) -> String {
    let count = |is_counted: fn(Verdict) -> bool| report.clauses.iter().filter(|row| is_counted(row.verdict)).count();
    let (tests, failures) = (count(|_| true), count(|verdict| verdict == Verdict::Fail));
    let skipped = count(|verdict| matches!(verdict, Verdict::Inconclusive | Verdict::Untested));
    let name = escape_xml(&report.suite.name);
    let mut lines = vec![
        r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_string(),
        format!(r#"<testsuites name="probity" tests="{tests}" skipped="{skipped}" failures="{failures}" errors="0">"#),
        format!(
            r#"    <testsuite name="{name}" tests="{tests}" skipped="{skipped}" errors="0" failures="{failures}">"#
        ),
        "        <properties>".to_string(),
        render_property(12, "suite.digest", &report.suite.digest),
        render_property(12, "catalog.digest", &report.catalog.digest),
        "        </properties>".to_string(),
    ];
    lines.extend(report.clauses.iter().flat_map(|row| render_case(report, row, place)));
    lines.extend(["    </testsuite>", "</testsuites>", ""].map(str::to_string));
    lines.join("\n")
}

/// A failed clause as text: sentence, citations, response, expected responses, plan and replay line.
#[must_use]
pub fn describe_failure(report: &Report, row: &ClauseRow, place: &ReportLocation<'_>) -> String {
    let mut lines = vec![format!("{} [{}]", row.says, list_citations(&row.cites))];
    for finding in select_findings(report, row) {
        lines.push(format!("{}: {}", finding.operation, finding.seen));
        lines.extend(finding.violations.iter().map(|violation| format!("  {violation}")));
        lines.extend(finding.expected.iter().map(|expected| format!("  expected: {expected}")));
        let counterexample = &finding.counterexample;
        let steps = describe_steps(&counterexample.plan, &counterexample.outcomes);
        lines.extend(steps.iter().map(|line| format!("  {line}")));
        lines.push(format!("replay: {}", fill_in_replay(&counterexample.replay, place)));
    }
    lines.join("\n")
}

fn select_findings<'r>(report: &'r Report, row: &'r ClauseRow) -> impl Iterator<Item = &'r FindingRow> {
    report.findings.iter().filter(|finding| row.findings.contains(&finding.number))
}

fn render_case(report: &Report, row: &ClauseRow, place: &ReportLocation<'_>) -> Vec<String> {
    let (id, suite) = (escape_xml(&row.id), escape_xml(&report.suite.name));
    let mut lines = vec![
        format!(r#"        <testcase name="{id}" classname="{suite}">"#),
        "            <properties>".to_string(),
        render_property(16, "basis", super::explain_clause::basis_word(row.basis)),
    ];
    lines.extend(row.cites.iter().map(|cite| render_property(16, "cites", &cite.to_string())));
    lines.push("            </properties>".to_string());
    match row.verdict {
        Verdict::Pass => {}
        Verdict::Fail => {
            let seen = select_findings(report, row).next().map_or(row.reason.as_str(), |finding| finding.seen.as_str());
            let message = escape_xml(&format!("{}: {seen}", row.says));
            let text = escape_xml(&describe_failure(report, row, place));
            lines.push(format!(r#"            <failure message="{message}" type="deviation">{text}</failure>"#));
        }
        Verdict::Inconclusive | Verdict::Untested => {
            let word = row.verdict.word();
            let message = escape_xml(&format!("{word}: {}", row.reason));
            lines.push(format!(r#"            <skipped message="{message}" type="{word}"/>"#));
        }
    }
    lines.push("        </testcase>".to_string());
    lines
}

fn render_property(indent: usize, name: &str, value: &str) -> String {
    format!(r#"{:indent$}<property name="{name}" value="{}"/>"#, "", escape_xml(value))
}

/// The text as content or as the value of an attribute. XML 1.0 cannot represent most control characters; they are left
/// out.
fn escape_xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\'' => escaped.push_str("&apos;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(c),
        }
    }
    escaped
}

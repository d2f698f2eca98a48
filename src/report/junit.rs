//! The report as JUnit XML: one test case per clause.

use super::compile::Report;
use super::finding_text::list_difference_sentences;
use super::phrases::list_citations;
use super::plan_text::describe_steps;
use super::report_location::{ReportLocation, fill_in_replay};
use super::rows::{ClauseRow, FindingRow};
use crate::oracle::Verdict;
use probity_input::escape_line;
use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};

/// The bytes of `junit.xml`. An inconclusive or untested clause is skipped, with the reason. The file has no
/// times, so that equal reports give equal bytes.
///
/// # Panics
/// Never: quick-junit writes to memory.
#[must_use]
pub fn render_junit(report: &Report, place: &ReportLocation<'_>) -> String {
    let mut suite = TestSuite::new(&report.suite.name);
    suite.add_property(("suite.digest", report.suite.digest.as_str()));
    suite.add_property(("catalog.digest", report.catalog.digest.as_str()));
    suite.add_test_cases(report.clauses.iter().map(|row| render_case(report, row, place)));
    let mut xml = Xml::new("probity");
    xml.add_test_suite(suite);
    xml.to_string().expect("writing to memory succeeds")
}

/// A failed clause as text: sentence, citations, response, expected responses, plan and replay line.
#[must_use]
pub fn describe_failure(report: &Report, row: &ClauseRow, place: &ReportLocation<'_>) -> String {
    let mut lines = vec![format!("{} [{}]", row.says, list_citations(&row.cites))];
    for finding in select_findings(report, row) {
        lines.push(format!("{}: {}", finding.operation, escape_line(&finding.seen)));
        let sentences = list_difference_sentences(finding);
        lines.extend(sentences.iter().map(|sentence| format!("  {}", escape_line(sentence))));
        let counterexample = &finding.counterexample;
        let steps = describe_steps(&counterexample.plan, &counterexample.outcomes);
        lines.extend(steps.iter().map(|line| format!("  {}", escape_line(line))));
        lines.push(format!("replay: {}", fill_in_replay(&counterexample.replay, place)));
    }
    lines.join("\n")
}

fn select_findings<'r>(report: &'r Report, row: &'r ClauseRow) -> impl Iterator<Item = &'r FindingRow> {
    report.findings.iter().filter(|finding| row.findings.contains(&finding.number))
}

fn render_case(report: &Report, row: &ClauseRow, place: &ReportLocation<'_>) -> TestCase {
    let status = match row.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let seen = select_findings(report, row).next().map_or(row.reason.as_str(), |finding| finding.seen.as_str());
            status.set_message(format!("{}: {}", row.says, escape_line(seen))).set_type("deviation");
            status.set_description(describe_failure(report, row, place));
            status
        }
        Verdict::Inconclusive | Verdict::Untested => {
            let mut status = TestCaseStatus::skipped();
            status
                .set_message(format!("{}: {}", row.verdict.word(), escape_line(&row.reason)))
                .set_type(row.verdict.word());
            status
        }
    };
    let mut case = TestCase::new(&row.id, status);
    case.set_classname(&report.suite.name);
    case.add_property(("basis", super::explain_clause::basis_word(row.basis)));
    for cite in &row.cites {
        case.add_property(("cites", cite.to_string().as_str()));
    }
    case
}

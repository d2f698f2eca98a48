//! The report as JUnit XML: one test case per clause.

use super::certificate::Report;
use super::row::{ClauseRow, FindingRow};
use super::summary::{Shown, cited, replay};
use super::words::steps;
use crate::oracle::Verdict;
use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};

/// The bytes of `junit.xml`. A clause that is inconclusive or untested is skipped, with the reason;
/// no time stands in it, so that the same report gives the same bytes.
///
/// # Panics
/// Never: what quick-junit writes to memory cannot fail.
#[must_use]
pub fn junit(report: &Report, shown: &Shown<'_>) -> String {
    let mut suite = TestSuite::new(&report.suite.name);
    suite.add_property(("suite.digest", report.suite.digest.as_str()));
    suite.add_property(("catalog.digest", report.catalog.digest.as_str()));
    suite.add_test_cases(report.clauses.iter().map(|row| case(report, row, shown)));
    let mut xml = Xml::new("probity");
    xml.add_test_suite(suite);
    xml.to_string().expect("XML is written to memory")
}

/// What a failed clause says in one text: the sentence, the citation, what was seen, the replay line.
#[must_use]
pub fn complaint(report: &Report, row: &ClauseRow, shown: &Shown<'_>) -> String {
    let mut lines = vec![format!("{} [{}]", row.says, cited(&row.cites))];
    for finding in findings(report, row) {
        lines.push(format!("{}: {}", finding.operation, finding.seen));
        lines.extend(finding.violations.iter().map(|violation| format!("  {violation}")));
        lines.extend(finding.expected.iter().map(|expected| format!("  expected: {expected}")));
        lines.extend(steps(&finding.witness.plan, &finding.witness.outcomes).iter().map(|line| format!("  {line}")));
        lines.push(format!("replay: {}", replay(&finding.witness.replay, shown)));
    }
    lines.join("\n")
}

fn findings<'r>(report: &'r Report, row: &'r ClauseRow) -> impl Iterator<Item = &'r FindingRow> {
    report.findings.iter().filter(|finding| row.findings.contains(&finding.number))
}

fn case(report: &Report, row: &ClauseRow, shown: &Shown<'_>) -> TestCase {
    let status = match row.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let seen = findings(report, row).next().map_or(row.reason.as_str(), |finding| finding.seen.as_str());
            status.set_message(format!("{}: {seen}", row.says)).set_type("deviation");
            status.set_description(complaint(report, row, shown));
            status
        }
        Verdict::Inconclusive | Verdict::Untested => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{}: {}", row.verdict.word(), row.reason)).set_type(row.verdict.word());
            status
        }
    };
    let mut case = TestCase::new(&row.id, status);
    case.set_classname(&report.suite.name);
    case.add_property(("basis", super::explain::basis(row.basis)));
    for cite in &row.cites {
        case.add_property(("cites", cite.to_string().as_str()));
    }
    case
}

//! Reports as JUnit XML: one test suite per campaign, one test case per clause.
//!
//! The files keep to the schema `junit-10.xsd` of Jenkins, which permits no properties in a test case and no number of
//! skipped tests for all suites together.

use crate::oracle::Verdict;
use crate::report::explain_clause::basis_word;
use crate::report::failure_text::{describe_failure, select_findings};
use crate::report::phrases::list_citations;
use crate::report::rows::ClauseRow;
use crate::report::stored_run::StoredRun;
use probity_input::escape_line;
use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The bytes of `junit.xml`. An inconclusive or untested clause is skipped, with the reason. A test case has no time,
/// because one response decides many clauses.
///
/// # Panics
/// Never: quick-junit writes to memory.
#[must_use]
pub(super) fn render_junit(runs: &[StoredRun]) -> String {
    let mut xml = Xml::new("probity");
    let total: u64 = runs.iter().flat_map(|run| &run.facts).map(|facts| facts.duration_ms).sum();
    if runs.iter().any(|run| run.facts.is_some()) {
        xml.set_time(Duration::from_millis(total));
    }
    xml.add_test_suites(runs.iter().map(render_suite));
    remove_skipped_total(&xml.to_string().expect("writing to memory succeeds"))
}

fn render_suite(run: &StoredRun) -> TestSuite {
    let report = &run.report;
    let mut suite = TestSuite::new(&report.suite.name);
    let properties = [
        ("suite.digest", report.suite.digest.clone()),
        ("catalog.digest", report.catalog.digest.clone()),
        ("target", report.target.describe()),
        ("seed", report.seed.to_string()),
    ];
    for (name, value) in &properties {
        suite.add_property((*name, value.as_str()));
    }
    if let Some(facts) = &run.facts {
        suite.set_time(Duration::from_millis(facts.duration_ms));
        // The setter takes a type of a crate that nothing else here needs.
        suite.extra.insert("timestamp".into(), facts.started.as_str().into());
    }
    suite.add_test_cases(report.clauses.iter().map(|row| render_case(run, row)));
    suite
}

fn render_case(run: &StoredRun, row: &ClauseRow) -> TestCase {
    let report = &run.report;
    let status = match row.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Fail if let Some(excuse) = report.find_clause_excuse(row) => {
            let mut status = TestCaseStatus::skipped();
            status
                .set_message(format!("known deviation: {}", escape_line(&excuse.describe())))
                .set_type("known deviation");
            status.set_description(describe_failure(report, row, &run.location()));
            status
        }
        Verdict::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let seen = select_findings(report, row).next().map_or(row.reason.as_str(), |finding| finding.seen.as_str());
            status.set_message(format!("{}: {}", row.says, escape_line(seen))).set_type("deviation");
            status.set_description(describe_failure(report, row, &run.location()));
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
    let basis = basis_word(row.basis);
    case.set_system_out(format!("{} [{}]\nbasis: {basis}", row.says, list_citations(&row.cites)));
    case
}

/// Leaves out the attribute `skipped` of `testsuites`, which the schema does not permit.
fn remove_skipped_total(xml: &str) -> String {
    let Some(start) = xml.find("<testsuites ") else { return xml.to_string() };
    let end = xml[start..].find('>').map_or(xml.len(), |end| start + end);
    let tag = &xml[start..end];
    let Some(at) = tag.find(" skipped=\"") else { return xml.to_string() };
    let value = at + " skipped=\"".len();
    let length = tag[value..].find('"').map_or(0, |end| end + 1);
    format!("{}{}{}{}", &xml[..start], &tag[..at], &tag[value + length..], &xml[end..])
}

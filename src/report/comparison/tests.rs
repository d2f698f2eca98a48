//! Comparisons of fictitious runs.

use super::*;
use crate::oracle::Verdict;
use crate::report::stored_run::StoredRun;
use crate::report::tests::usual;
use crate::report::{MachineFacts, RunFacts, SettleTimesRow};
use std::collections::BTreeMap;

/// A text that each format takes as markup, unless the text is escaped.
const HOSTILE: &str = "<b>|`x` \u{1b}[31m";

/// A run with a transition that takes `p50_ms`, measured three times.
fn make_run(p50_ms: u64) -> StoredRun {
    let settled = SettleTimesRow {
        resource: "lamp".to_string(),
        from: Some("BRIGHT".to_string()),
        to: Some("DIM".to_string()),
        by: vec!["dim.fades".to_string()],
        count: 3,
        p50_ms,
        p90_ms: p50_ms,
        p99_ms: p50_ms,
        most_ms: p50_ms,
    };
    let facts = RunFacts {
        format: 3,
        version: "0.1.0".to_string(),
        machine: MachineFacts { os: "linux".to_string(), arch: "x86_64".to_string(), threads: 2 },
        started: "2026-11-30T05:00:00Z".to_string(),
        duration_ms: 1,
        earlier_ms: 0,
        judged_per_second: 1,
        origin: String::new(),
        report: String::new(),
        exit_code: 0,
        limits: BTreeMap::new(),
        settled: vec![settled],
        history_gaps: Vec::new(),
    };
    StoredRun { report: usual(), facts: Some(facts), reports: "reports".to_string() }
}

/// The first run, and a run without deviations whose first clause is undecided and whose transition takes `p50_ms`.
fn compare_with(change: impl FnOnce(&mut StoredRun), p50_ms: u64) -> RunComparison {
    let mut second = make_run(p50_ms);
    change(&mut second);
    compare_runs(&[("monday".to_string(), vec![make_run(100)]), ("tuesday".to_string(), vec![second])])
}

fn mend(run: &mut StoredRun) {
    run.report.findings.clear();
    run.report.clauses[0].verdict = Verdict::Untested;
}

#[test]
fn equal_runs_have_no_difference() {
    let comparison = compare_with(|_| {}, 149);
    assert!(comparison.is_equal());
    assert!(comparison.suites[0].slower.is_empty(), "less than half as long again");
    assert_eq!(comparison.suites[0].equal_clauses, usual().clauses.len());
}

#[test]
fn a_comparison_tells_verdicts_deviations_and_slower_transitions() {
    let comparison = compare_with(mend, 150);
    let suite = &comparison.suites[0];
    assert!(!comparison.is_equal());
    assert_eq!(suite.clauses.len(), 1);
    assert_eq!(suite.clauses[0].verdicts[1], Some(Verdict::Untested));
    assert!(!suite.deviations.is_empty());
    assert!(suite.deviations.iter().all(|row| row.shown == [Some(true), Some(false)]));
    assert_eq!(suite.slower[0].p50_ms, [Some(100), Some(150)]);
    insta::assert_snapshot!(render_comparison_text(&comparison));
}

#[test]
fn what_a_run_lacks_is_absent_and_not_passed() {
    let mut other = make_run(100);
    other.report.suite.name = "other".to_string();
    let comparison = compare_runs(&[("a".to_string(), vec![make_run(100)]), ("b".to_string(), vec![other])]);
    assert_eq!(comparison.suites.len(), 2);
    assert!(comparison.suites.iter().all(|suite| suite.equal_clauses == 0 && suite.slower.is_empty()));
    let text = render_comparison_text(&comparison);
    assert!(text.contains("without this suite: B") && text.contains("without this suite: A"), "{text}");
}

#[test]
fn a_renamed_clause_is_the_same_clause() {
    let rename = |run: &mut StoredRun, aliases: &[&str]| {
        let row = &mut run.report.clauses[0];
        let old = std::mem::replace(&mut row.id, "light.renamed".to_string());
        row.aliases = aliases.iter().map(|alias| alias.to_string()).chain([old.clone()]).collect();
        for finding in &mut run.report.findings {
            for print in &mut finding.fingerprints {
                *print = print.replace(&old, "light.renamed");
            }
        }
    };
    assert!(compare_with(|run| rename(run, &["light.first"]), 100).is_equal());
    let renamed_without_alias = |run: &mut StoredRun| {
        rename(run, &[]);
        run.report.clauses[0].aliases.clear();
    };
    assert_eq!(compare_with(renamed_without_alias, 100).suites[0].clauses.len(), 2);
    let failing = |run: &mut StoredRun| {
        rename(run, &[]);
        run.report.clauses[0].verdict = Verdict::Untested;
    };
    let differing = compare_with(failing, 100).suites.remove(0).clauses;
    assert_eq!(differing.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["light.renamed"]);
    assert!(differing[0].verdicts.iter().all(Option::is_some), "{differing:?}");
}

#[test]
fn a_changed_suite_is_told() {
    let comparison = compare_with(|run| run.report.suite.digest = "sha256:00".to_string(), 100);
    assert!(render_comparison_text(&comparison).contains("the text of the suite differs"));
}

#[test]
fn no_text_of_a_report_becomes_markup_or_a_control_sequence() {
    let comparison = compare_with(
        |run| {
            mend(run);
            run.report.clauses[0].says = HOSTILE.to_string();
            run.report.clauses[0].id = HOSTILE.to_string();
        },
        150,
    );
    let markdown = render_comparison_markdown(&comparison);
    assert!(!markdown.contains("<b>") && !markdown.contains('`') && !markdown.contains('\u{1b}'), "{markdown}");
    assert!(!render_comparison_text(&comparison).contains('\u{1b}'));
}

#[cfg(feature = "cli")]
#[test]
fn the_page_has_a_row_for_each_difference_and_no_markup_of_a_report() {
    let comparison = compare_with(
        |run| {
            mend(run);
            run.report.clauses[1].id = HOSTILE.to_string();
        },
        150,
    );
    let page = render_comparison_html(&comparison);
    assert!(!page.contains("<b>") && !page.contains('\u{1b}'), "{page}");
    let suite = &comparison.suites[0];
    let rows = suite.clauses.len() + suite.deviations.len() + suite.slower.len() + comparison.runs.len();
    assert_eq!(page.matches("<th scope=\"row\">").count(), rows);
}

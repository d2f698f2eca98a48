//! Shards in, verdicts, findings and errors out.

use super::merge_reports;
use crate::oracle::Verdict;
use crate::report::tests::usual;
use crate::report::{CellsRow, CoveredCellRow, OperationCellsRow, Report, ResumedRow, UncoveredCellRow};

/// The usual report as a shard `number/count` with this verdict and number of passes for `light.bright`.
fn make_shard(shard: &str, verdict: Verdict, passed: u64) -> Report {
    let mut report = usual();
    report.shard = Some(shard.to_string());
    let row = report.clauses.iter_mut().find(|row| row.id == "light.bright").expect("the lamps have the clause");
    (row.verdict, row.counts.passed, row.reason) = (verdict, passed, verdict.word().to_string());
    report
}

fn check_verdict(shards: &[(Verdict, u64)], expected: (Verdict, u64)) {
    let count = shards.len();
    let shards =
        shards.iter().zip(1..).map(|((verdict, passed), n)| make_shard(&format!("{n}/{count}"), *verdict, *passed));
    let merged = merge_reports(shards.collect()).expect("these are all shards");
    let row = merged.find_clause("light.bright").expect("the lamps have the clause");
    assert_eq!((row.verdict, row.counts.passed), expected);
    assert_eq!(row.reason, expected.0.word());
}

#[test]
fn a_clause_passes_if_it_passes_in_a_shard_and_no_shard_contradicts_it() {
    check_verdict(&[(Verdict::Untested, 0), (Verdict::Pass, 3)], (Verdict::Pass, 3));
    check_verdict(&[(Verdict::Pass, 2), (Verdict::Inconclusive, 0), (Verdict::Pass, 3)], (Verdict::Pass, 5));
    check_verdict(&[(Verdict::Pass, 2), (Verdict::Fail, 1)], (Verdict::Fail, 3));
    check_verdict(&[(Verdict::Untested, 0), (Verdict::Inconclusive, 0)], (Verdict::Inconclusive, 0));
    check_verdict(&[(Verdict::Untested, 0), (Verdict::Untested, 0)], (Verdict::Untested, 0));
}

#[test]
fn a_clause_with_an_expression_that_failed_in_a_shard_does_not_pass() {
    check_verdict(&[(Verdict::Pass, 2), (Verdict::Inconclusive, 1)], (Verdict::Inconclusive, 3));
}

/// The verdict after shards in each of which the passes lack some proof.
fn check_hollow(shards: &[&[&str]], expected: (Verdict, &str)) {
    let count = shards.len();
    let shards = shards.iter().zip(1..).map(|(missing, n)| {
        let mut shard = make_shard(&format!("{n}/{count}"), Verdict::Inconclusive, 1);
        let row = shard.clauses.iter_mut().find(|row| row.id == "light.bright").expect("the lamps have the clause");
        row.missing_proof = missing.iter().map(ToString::to_string).collect();
        row.reason = missing.join("; ");
        shard
    });
    let merged = merge_reports(shards.collect()).expect("these are all shards");
    let row = merged.find_clause("light.bright").expect("the lamps have the clause");
    assert_eq!((row.verdict, row.reason.as_str()), expected);
}

#[test]
fn a_hollow_pass_becomes_a_pass_if_other_shards_show_what_one_does_not() {
    check_hollow(&[&["color", "size"], &["size"]], (Verdict::Inconclusive, "size"));
    check_hollow(&[&["color"], &["size"]], (Verdict::Pass, ""));
}

/// A shard whose only operation has covered and uncovered cells.
fn make_cells(shard: &str, covered: &[(&str, u64)], uncovered: &[&str]) -> Report {
    let mut report = make_shard(shard, Verdict::Pass, 1);
    let covered = covered.iter().map(|(cell, plan)| CoveredCellRow {
        cell: (*cell).to_string(),
        exchanges: 2,
        plan: *plan,
        exchange: 7,
    });
    let uncovered =
        uncovered.iter().map(|cell| UncoveredCellRow { cell: (*cell).to_string(), reason: "no such call".to_string() });
    let row = OperationCellsRow {
        operation: "dimLamp".to_string(),
        covered: covered.collect(),
        uncovered: uncovered.collect(),
    };
    report.cells = Some(CellsRow { total: 3, covered: row.covered.len(), operations: vec![row] });
    report
}

#[test]
fn a_cell_is_covered_if_some_shard_covers_it() {
    let first = make_cells("1/2", &[("by none", 2)], &["absent lamp", "valid"]);
    let second = make_cells("2/2", &[("absent lamp", 3), ("by none", 1)], &["valid"]);
    let merged = merge_reports(vec![first, second]).expect("these are all shards").cells.expect("there are cells");
    let row = &merged.operations[0];
    let covered: Vec<_> = row.covered.iter().map(|cell| (cell.cell.as_str(), cell.exchanges, cell.plan)).collect();
    assert_eq!(covered, [("absent lamp", 2, 3), ("by none", 4, 1)]);
    let uncovered: Vec<_> = row.uncovered.iter().map(|cell| cell.cell.as_str()).collect();
    assert_eq!((merged.total, merged.covered, uncovered), (3, 2, vec!["valid"]));
}

#[test]
fn deviations_with_the_same_fingerprints_are_one_finding_with_the_better_counterexample() {
    let mut first = make_shard("1/2", Verdict::Pass, 1);
    let mut second = make_shard("2/2", Verdict::Pass, 1);
    assert!(!first.findings.is_empty());
    for finding in first.findings.iter_mut().chain(&mut second.findings) {
        finding.fingerprints = vec![format!("dim.bright dimLamp field lamp.{}", finding.number)];
    }
    for finding in &mut first.findings {
        finding.counterexample.seen_again = false;
        finding.counterexample.file = format!("plan-{}.json", finding.number);
    }
    let mut other = second.findings[0].clone();
    other.number = second.findings.len() + 1;
    other.fingerprints = vec!["show.there showLamp refused".to_string()];
    other.counterexample.file = format!("counterexample-{}.json", other.number);
    other.counterexample.replay = format!("probity replay {{reports}}/lamps/{}", other.counterexample.file);
    second.findings.push(other);
    let (many, counts) = (first.findings.len(), first.findings[0].count + second.findings[0].count);
    let merged = merge_reports(vec![second, first]).expect("these are all shards");
    assert_eq!(merged.findings.len(), many + 1, "{:?}", merged.findings);
    assert_eq!(merged.findings[0].count, counts);
    for (finding, number) in merged.findings.iter().zip(1..) {
        let shown = &finding.counterexample;
        assert_eq!(finding.number, number);
        assert!(shown.file.ends_with(&format!("-{number}.json")), "{}", shown.file);
        assert!(shown.replay.contains(&shown.file), "{} and {}", shown.replay, shown.file);
    }
}

#[test]
fn counts_of_requests_add_up() {
    let shards = vec![make_shard("1/2", Verdict::Pass, 1), make_shard("2/2", Verdict::Pass, 1)];
    let (one, merged) = (shards[0].spending.clone(), merge_reports(shards).expect("these are all shards"));
    assert_eq!((merged.spending.requests, merged.spending.plans), (2 * one.requests, 2 * one.plans));
    assert_eq!(merged.spending.shares[0].per_mille, one.shares[0].per_mille);
    assert_eq!(merged.shard, None);
    assert_eq!(merged.totals, usual_totals(&merged));
}

#[test]
fn what_resumed_shards_took_over_adds_up() {
    let row = |from: &str, plans| ResumedRow {
        from: from.to_string(),
        parts: 1,
        plans,
        requests: 10 * plans,
        left_out: 1,
        unrecorded: 2,
    };
    let resumed = |name: &str, row| Report { resumed: row, ..make_shard(name, Verdict::Pass, 1) };
    let shards = vec![resumed("1/3", Some(row("a", 2))), resumed("2/3", None), resumed("3/3", Some(row("b", 3)))];
    let merged = merge_reports(shards).expect("these are all shards").resumed.expect("two were resumed");
    assert_eq!((merged.from.as_str(), merged.parts, merged.plans), ("a, b", 2, 5));
    assert_eq!((merged.requests, merged.left_out, merged.unrecorded), (50, 2, 4));
    assert_eq!(merge_reports(vec![resumed("1/1", None)]).expect("a shard").resumed, None);
}

fn usual_totals(report: &Report) -> crate::report::VerdictTotals {
    crate::report::compile::count_verdicts(report.clauses.iter())
}

fn check_refused(shards: Vec<Report>, expected: &str) {
    assert_eq!(merge_reports(shards).expect_err("the reports cannot be merged").to_string(), expected);
}

#[test]
fn only_all_shards_of_one_run_are_merged() {
    let shard = |name: &str| make_shard(name, Verdict::Pass, 1);
    check_refused(vec![usual()], "the report is of a whole run and not of a shard");
    check_refused(vec![shard("1/3"), shard("3/3")], "shard 2/3 is missing");
    check_refused(vec![shard("1/2"), shard("1/2")], "shard 1/2 is given twice");
    check_refused(vec![shard("1/2"), shard("2/3")], "the reports are of different runs: the number of shards differs");
    let other = Report { seed: 99, ..shard("2/2") };
    check_refused(vec![shard("1/2"), other], "the reports are of different runs: the seed differs");
}

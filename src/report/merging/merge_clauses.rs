//! Clauses of several shards.

use super::merge_findings::FindingNumbers;
use crate::oracle::{ClauseDecidability, Verdict};
use crate::report::compile::Report;
use crate::report::rows::{ClauseCountsRow, ClauseRow};
use std::collections::BTreeMap;

/// The clauses in the order of the shards, which is the same in each.
pub(super) fn merge_clauses(shards: &[Report], numbers: &FindingNumbers) -> Vec<ClauseRow> {
    let count = shards.first().map_or(0, |report| report.clauses.len());
    (0..count)
        .map(|index| {
            let rows: Vec<&ClauseRow> = shards.iter().map(|report| &report.clauses[index]).collect();
            let findings = rows.iter().enumerate().flat_map(|(shard, row)| {
                row.findings.iter().filter_map(move |number| numbers.get(&(shard, *number)).copied())
            });
            let mut findings: Vec<usize> = findings.collect();
            findings.sort_unstable();
            findings.dedup();
            ClauseRow { findings, ..merge_rows(&rows) }
        })
        .collect()
}

/// One row for a clause. The row that decides gives verdict, reason and standing: a contradiction before a pass, and a pass
/// before a shard in which the clause stayed undecided.
fn merge_rows(rows: &[&ClauseRow]) -> ClauseRow {
    let weight = |row: &&&ClauseRow| match (row.verdict, row.missing_proof.is_empty()) {
        (Verdict::Fail, _) => 5,
        // An expression that failed keeps the clause undecided in a whole run too.
        (Verdict::Inconclusive, true) if row.counts.passed > 0 => 4,
        (Verdict::Pass, _) => 3,
        (Verdict::Inconclusive, false) => 2,
        (Verdict::Inconclusive, true) => 1,
        (Verdict::Untested, _) => 0,
    };
    // Of several rows of the same weight the first.
    let decisive = rows.iter().rev().max_by_key(weight).expect("there is a shard");
    let sum = |count: fn(&ClauseCountsRow) -> u64| rows.iter().map(|row| count(&row.counts)).sum();
    let passed_by = merge_counts(rows.iter().map(|row| &row.passed_by));
    let is_reachable = rows.iter().any(|row| row.standing == ClauseDecidability::Reachable);
    let merged = ClauseRow {
        standing: if is_reachable { ClauseDecidability::Reachable } else { decisive.standing.clone() },
        counts: ClauseCountsRow {
            applied: sum(|counts| counts.applied),
            passed: sum(|counts| counts.passed),
            exceptions: sum(|counts| counts.exceptions),
            unclear: sum(|counts| counts.unclear),
        },
        passed_by,
        ..(**decisive).clone()
    };
    if decisive.missing_proof.is_empty() { merged } else { join_hollow_passes(merged, rows) }
}

/// The row of a clause whose passes are hollow in each shard that has some: what one shard showed is not missing, and
/// without anything missing the clause passes.
fn join_hollow_passes(merged: ClauseRow, rows: &[&ClauseRow]) -> ClauseRow {
    let hollow = || rows.iter().filter(|row| !row.missing_proof.is_empty());
    let missing_proof: Vec<String> = merged
        .missing_proof
        .iter()
        .filter(|text| hollow().all(|row| row.missing_proof.contains(text)))
        .cloned()
        .collect();
    let verdict = if missing_proof.is_empty() { Verdict::Pass } else { Verdict::Inconclusive };
    ClauseRow { verdict, reason: missing_proof.join("; "), missing_proof, ..merged }
}

fn merge_counts<'a>(shards: impl Iterator<Item = &'a BTreeMap<String, u64>>) -> BTreeMap<String, u64> {
    let mut merged: BTreeMap<String, u64> = BTreeMap::new();
    for (name, count) in shards.flatten() {
        *merged.entry(name.clone()).or_default() += count;
    }
    merged
}

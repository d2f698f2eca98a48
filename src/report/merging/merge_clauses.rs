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
    let weight = |row: &&&ClauseRow| match (row.verdict, &row.standing) {
        (Verdict::Fail, _) => 4,
        // An expression that failed keeps the clause undecided in a whole run too.
        (Verdict::Inconclusive, _) if row.counts.passed > 0 => 3,
        (Verdict::Pass, _) => 2,
        (Verdict::Inconclusive, _) => 1,
        (Verdict::Untested, _) => 0,
    };
    // Of several rows of the same weight the first.
    let decisive = rows.iter().rev().max_by_key(weight).expect("there is a shard");
    let sum = |count: fn(&ClauseCountsRow) -> u64| rows.iter().map(|row| count(&row.counts)).sum();
    let mut passed_by: BTreeMap<String, u64> = BTreeMap::new();
    for (operation, count) in rows.iter().flat_map(|row| &row.passed_by) {
        *passed_by.entry(operation.clone()).or_default() += count;
    }
    let is_reachable = rows.iter().any(|row| row.standing == ClauseDecidability::Reachable);
    ClauseRow {
        standing: if is_reachable { ClauseDecidability::Reachable } else { decisive.standing.clone() },
        counts: ClauseCountsRow {
            applied: sum(|counts| counts.applied),
            passed: sum(|counts| counts.passed),
            exceptions: sum(|counts| counts.exceptions),
            unclear: sum(|counts| counts.unclear),
        },
        passed_by,
        ..(**decisive).clone()
    }
}

//! Checks that reports are the shards of one run, and joins them.

use super::merge_cells::merge_cells;
use super::merge_clauses::merge_clauses;
use super::merge_counts::{merge_failed_expressions, merge_races, merge_silent_cells, merge_spending, merge_unproven};
use super::merge_exceptions::{merge_claims, merge_known_deviations};
use super::merge_findings::merge_findings;
use crate::report::compile::{Report, count_by_basis, count_verdicts};
use crate::report::resumed_row::ResumedRow;
use std::collections::BTreeSet;

/// Reports that are not the shards of one run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// A report is of a whole run.
    #[error("the report is of a whole run and not of a shard")]
    NoShard,
    /// A report differs from the first one in what all shards of a run share.
    #[error("the reports are of different runs: {0} differs")]
    Differs(&'static str),
    /// A shard is missing.
    #[error("shard {0} is missing")]
    Missing(String),
    /// A shard is there more than once.
    #[error("shard {0} is given twice")]
    Twice(String),
}

/// Joins the reports of all shards of a run.
///
/// A clause passes if it passes in a shard and no shard contradicts it. Deviations of several shards with the same
/// fingerprints are one finding.
///
/// # Errors
/// If the reports are not those of all shards of one run.
///
/// # Panics
/// Without a report.
pub fn merge_reports(mut shards: Vec<Report>) -> Result<Report, ShardError> {
    check_shards(&shards)?;
    shards.sort_by_key(|report| read_shard(report).map_or(0, |(number, _)| number));
    let (findings, numbers) = merge_findings(&shards);
    let clauses = merge_clauses(&shards, &numbers);
    let first = shards.first().expect("at least one report is given");
    Ok(Report {
        shard: None,
        resumed: merge_resumed(&shards),
        stopped: shards.iter().find_map(|report| {
            let why = report.stopped.as_ref()?;
            Some(format!("shard {}: {why}", report.shard.as_deref().unwrap_or_default()))
        }),
        covered: shards.iter().all(|report| report.covered),
        totals: count_verdicts(clauses.iter()),
        totals_by_basis: count_by_basis(&clauses),
        known_deviations: merge_known_deviations(&shards, (&clauses, &findings), &numbers),
        claims: merge_claims(&shards, &findings),
        failed_expressions: merge_failed_expressions(&shards),
        unproven_transitions: merge_unproven(&shards),
        races: merge_races(&shards),
        cells: merge_cells(&shards),
        silent: merge_silent_cells(&shards),
        spending: merge_spending(&shards),
        pages: first.pages.clone(),
        resources: first.resources.clone(),
        findings,
        clauses,
        ..first.clone()
    })
}

/// What the resumed shards took over; none if no shard was resumed.
fn merge_resumed(shards: &[Report]) -> Option<ResumedRow> {
    let rows = shards.iter().filter_map(|report| report.resumed.clone());
    rows.reduce(|merged, row| ResumedRow {
        from: format!("{}, {}", merged.from, row.from),
        parts: merged.parts + row.parts,
        plans: merged.plans + row.plans,
        requests: merged.requests + row.requests,
        left_out: merged.left_out + row.left_out,
        unrecorded: merged.unrecorded + row.unrecorded,
    })
}

/// The number of a shard and the number of shards; `None` for the report of a whole run.
fn read_shard(report: &Report) -> Option<(u64, u64)> {
    let (number, count) = report.shard.as_ref()?.split_once('/')?;
    Some((number.parse().ok()?, count.parse().ok()?))
}

fn check_shards(shards: &[Report]) -> Result<(), ShardError> {
    let first = shards.first().ok_or(ShardError::NoShard)?;
    let (_, count) = read_shard(first).ok_or(ShardError::NoShard)?;
    let mut numbers = BTreeSet::new();
    for report in shards {
        let (number, of) = read_shard(report).ok_or(ShardError::NoShard)?;
        if let Some(what) = find_difference(first, report).or((of != count).then_some("the number of shards")) {
            return Err(ShardError::Differs(what));
        }
        if !numbers.insert(number) {
            return Err(ShardError::Twice(format!("{number}/{count}")));
        }
    }
    match (1..=count).find(|number| !numbers.contains(number)) {
        Some(number) => Err(ShardError::Missing(format!("{number}/{count}"))),
        None => Ok(()),
    }
}

/// What all shards of a run share and two reports do not.
fn find_difference(first: &Report, other: &Report) -> Option<&'static str> {
    let is_same_clause = |(mine, others): (&crate::report::ClauseRow, &crate::report::ClauseRow)| mine.id == others.id;
    let has_same_clauses =
        first.clauses.len() == other.clauses.len() && first.clauses.iter().zip(&other.clauses).all(is_same_clause);
    [
        ("the format", first.format == other.format),
        ("the suite", first.suite == other.suite),
        ("the catalog", first.catalog == other.catalog),
        ("the target", first.target == other.target),
        ("the seed", first.seed == other.seed),
        ("the date", first.today == other.today),
        ("the percentage of bounds", first.settle_percent == other.settle_percent),
        ("the profile", first.profile == other.profile),
        ("the times of an earlier run", first.times == other.times),
        ("the selection of clauses", has_same_clauses && first.selected == other.selected),
    ]
    .into_iter()
    .find_map(|(what, same)| (!same).then_some(what))
}

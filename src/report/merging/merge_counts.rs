//! Counts of several shards: requests, silent cells, races, expressions that failed.

use crate::report::compile::Report;
use crate::report::race_rows::RacedPairRow;
use crate::report::rows::{
    FailedExpressionRow, PurposeRequestsRow, SilentCellRow, SpentRequestsRow, UnprovenTransitionRow,
};
use std::collections::BTreeMap;

/// The requests of all shards.
pub(super) fn merge_spending(shards: &[Report]) -> SpentRequestsRow {
    let mut merged = SpentRequestsRow::default();
    let mut shares: Vec<PurposeRequestsRow> = Vec::new();
    for spent in shards.iter().map(|report| &report.spending) {
        merged.requests += spent.requests;
        merged.plans += spent.plans;
        merged.shrinking += spent.shrinking;
        merged.cleaning += spent.cleaning;
        merged.checking += spent.checking;
        merged.lost += spent.lost;
        merged.throttled += spent.throttled;
        merged.steps_skipped += spent.steps_skipped;
        merged.repeated += spent.repeated;
        merged.unkept_findings += spent.unkept_findings;
        merged.judged += spent.judged;
        merged.given_up += spent.given_up;
        merged.worlds_most = merged.worlds_most.max(spent.worlds_most);
        merged.recognise_throttled = merged.recognise_throttled.or_else(|| spent.recognise_throttled.clone());
        merged.given_up_because = merged.given_up_because.or_else(|| spent.given_up_because.clone());
        for share in &spent.shares {
            match shares.iter_mut().find(|known| known.what == share.what) {
                Some(known) => known.requests += share.requests,
                None => shares.push(share.clone()),
            }
        }
    }
    for share in &mut shares {
        share.per_mille = share.requests * 1000 / merged.requests.max(1);
    }
    SpentRequestsRow { shares, ..merged }
}

/// The silent cells of all shards, sorted.
pub(super) fn merge_silent_cells(shards: &[Report]) -> Vec<SilentCellRow> {
    let mut cells: BTreeMap<(&String, &Vec<String>), BTreeMap<u16, u64>> = BTreeMap::new();
    for row in shards.iter().flat_map(|report| &report.silent) {
        let statuses = cells.entry((&row.operation, &row.states)).or_default();
        row.statuses.iter().for_each(|(status, count)| *statuses.entry(*status).or_default() += count);
    }
    let row = |((operation, states), statuses): ((&String, &Vec<String>), _)| SilentCellRow {
        operation: operation.clone(),
        states: states.clone(),
        statuses,
    };
    cells.into_iter().map(row).collect()
}

/// The raced pairs of all shards, each of which has its own.
pub(super) fn merge_races(shards: &[Report]) -> Vec<RacedPairRow> {
    let mut merged: Vec<RacedPairRow> = Vec::new();
    for pair in shards.iter().flat_map(|report| &report.races) {
        let is_same = |known: &&mut RacedPairRow| {
            (&known.operations, &known.state, &known.conflict) == (&pair.operations, &pair.state, &pair.conflict)
        };
        let Some(known) = merged.iter_mut().find(is_same) else {
            merged.push(pair.clone());
            continue;
        };
        known.plans += pair.plans;
        known.raced += pair.raced;
        known.overlapped += pair.overlapped;
        known.explained += pair.explained;
        known.unexplained += pair.unexplained;
        known.example = known.example.take().or_else(|| pair.example.clone());
        pair.undecided.iter().for_each(|(why, count)| *known.undecided.entry(why.clone()).or_default() += count);
    }
    merged
}

/// The expressions that failed, in the order of the first shard with each.
pub(super) fn merge_failed_expressions(shards: &[Report]) -> Vec<FailedExpressionRow> {
    let mut merged: Vec<FailedExpressionRow> = Vec::new();
    for row in shards.iter().flat_map(|report| &report.failed_expressions) {
        match merged.iter_mut().find(|known| known.place == row.place && known.expression == row.expression) {
            Some(known) => {
                known.exchanges += row.exchanges;
                known.always &= row.always;
            }
            None => merged.push(row.clone()),
        }
    }
    merged
}

/// The transitions whose end no response showed.
pub(super) fn merge_unproven(shards: &[Report]) -> Vec<UnprovenTransitionRow> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for row in shards.iter().flat_map(|report| &report.unproven_transitions) {
        *counts.entry(&row.clause).or_default() += row.count;
    }
    counts.into_iter().map(|(clause, count)| UnprovenTransitionRow { clause: clause.to_string(), count }).collect()
}

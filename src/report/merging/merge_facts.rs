//! The facts of several shards, which ran on several machines.

use crate::report::run_facts::RunFacts;
use crate::report::settle_times::SettleTimesRow;
use std::collections::BTreeMap;

/// Joins the facts of shards, in their order; `None` without facts. The digest of the report and the exit code are those of
/// the first shard, for the caller to replace.
#[must_use]
pub fn merge_facts(shards: &[RunFacts]) -> Option<RunFacts> {
    let first = shards.first()?;
    let duration_ms = shards.iter().map(|facts| facts.duration_ms).max().unwrap_or_default();
    Some(RunFacts {
        started: shards.iter().map(|facts| facts.started.clone()).min().unwrap_or_default(),
        duration_ms,
        earlier_ms: shards.iter().map(|facts| facts.earlier_ms).max().unwrap_or_default(),
        judged_per_second: shards.iter().map(|facts| facts.judged_per_second).sum(),
        limits: merge_limits(shards),
        settled: merge_times(shards),
        history_gaps: shards.iter().flat_map(|facts| facts.history_gaps.clone()).collect(),
        ..first.clone()
    })
}

/// Limits of requests add up, as the shards share them; of other limits the largest holds for each shard.
fn merge_limits(shards: &[RunFacts]) -> BTreeMap<String, u64> {
    let mut merged: BTreeMap<String, u64> = BTreeMap::new();
    for (name, limit) in shards.iter().flat_map(|facts| &facts.limits) {
        let known = merged.entry(name.clone()).or_default();
        *known = if name.contains("requests") { known.saturating_add(*limit) } else { (*known).max(*limit) };
    }
    merged
}

/// Times to settle by transition. A percentile is the largest of the shards: an upper bound, because the single times are
/// not stored.
fn merge_times(shards: &[RunFacts]) -> Vec<SettleTimesRow> {
    let mut merged: Vec<SettleTimesRow> = Vec::new();
    for row in shards.iter().flat_map(|facts| &facts.settled) {
        let is_same = |known: &&mut SettleTimesRow| {
            (&known.resource, &known.from, &known.to, &known.by) == (&row.resource, &row.from, &row.to, &row.by)
        };
        let Some(known) = merged.iter_mut().find(is_same) else {
            merged.push(row.clone());
            continue;
        };
        known.count += row.count;
        known.p50_ms = known.p50_ms.max(row.p50_ms);
        known.p90_ms = known.p90_ms.max(row.p90_ms);
        known.p99_ms = known.p99_ms.max(row.p99_ms);
        known.most_ms = known.most_ms.max(row.most_ms);
    }
    merged.sort_by(|a, b| (&a.resource, &a.from, &a.to, &a.by).cmp(&(&b.resource, &b.from, &b.to, &b.by)));
    merged
}

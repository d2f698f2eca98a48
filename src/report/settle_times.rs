//! Times to settle, as percentiles.

use crate::campaign::TransitionTimes;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// A transition with its measured times: from the response that accepted the call to the response that
/// showed the settled resource. Each time is an upper bound, because a resource settles between two polls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleTimesRow {
    /// The resource kind, such as `server`.
    pub resource: String,
    /// The state before; none for a created resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The stable state after; none for a deleted resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The clauses whose effect started the transition.
    pub by: Vec<String>,
    /// Number of measurements.
    pub count: u64,
    /// Milliseconds that half of the measurements do not exceed.
    pub p50_ms: u64,
    /// Milliseconds that 90 percent of the measurements do not exceed.
    pub p90_ms: u64,
    /// Milliseconds that 99 percent of the measurements do not exceed.
    pub p99_ms: u64,
    /// Milliseconds of the slowest measurement.
    pub most_ms: u64,
}

/// The times of a campaign, sorted by transition.
#[must_use]
pub fn compute_settle_times(settling: &TransitionTimes) -> Vec<SettleTimesRow> {
    let rows = settling.0.iter().map(|(passage, times)| {
        let mut times = times.clone();
        times.sort_unstable();
        SettleTimesRow {
            resource: passage.resource.clone(),
            from: passage.from.clone(),
            to: passage.to.clone(),
            by: passage.by.clone(),
            count: times.len() as u64,
            p50_ms: find_percentile(&times, 50),
            p90_ms: find_percentile(&times, 90),
            p99_ms: find_percentile(&times, 99),
            most_ms: find_percentile(&times, 100),
        }
    });
    rows.collect()
}

/// The smallest value that `percent` percent of the values do not exceed; 0 without values.
fn find_percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    rank.checked_sub(1).and_then(|index| sorted.get(index)).copied().unwrap_or(0)
}

/// A table for a terminal. Empty without rows, else ends with a line feed.
#[must_use]
pub fn render_settle_times(rows: &[SettleTimesRow]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let lines: Vec<[String; 6]> = rows
        .iter()
        .map(|row| {
            let transition = format!(
                "{} {} -> {}",
                row.resource,
                row.from.as_deref().unwrap_or("new"),
                row.to.as_deref().unwrap_or("gone")
            );
            let times = [row.p50_ms, row.p90_ms, row.p99_ms, row.most_ms].map(format_seconds);
            let [p50, p90, p99, most] = times;
            [format!("{transition} ({})", row.by.join(", ")), row.count.to_string(), p50, p90, p99, most]
        })
        .collect();
    let heads = ["Time to settle, in seconds", "count", "p50", "p90", "p99", "most"];
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.chain([heads[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut out = String::from("\n");
    for line in [heads.map(str::to_string)].iter().chain(&lines) {
        let mut text = format!("{:<width$}", line[0], width = widths[0]);
        for (cell, width) in line[1..].iter().zip(&widths[1..]) {
            let _ = write!(text, "  {cell:>width$}");
        }
        let _ = writeln!(out, "{}", text.trim_end());
    }
    out
}

fn format_seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::MeasuredTransition;
    use std::collections::BTreeMap;

    fn check_percentiles(times: &[u64], expected: [u64; 5]) {
        let passage =
            MeasuredTransition { resource: "lamp".into(), from: None, to: None, by: vec!["light.bright".into()] };
        let rows = compute_settle_times(&TransitionTimes(BTreeMap::from([(passage, times.to_vec())])));
        let row = &rows[0];
        assert_eq!([row.count, row.p50_ms, row.p90_ms, row.p99_ms, row.most_ms], expected, "{times:?}");
    }

    #[test]
    fn a_percentile_is_one_of_the_measured_times() {
        check_percentiles(&[7], [1, 7, 7, 7, 7]);
        check_percentiles(&[30, 10], [2, 10, 30, 30, 30]);
        check_percentiles(&(1..=100).rev().collect::<Vec<u64>>(), [100, 50, 90, 99, 100]);
        check_percentiles(&(1..=1000).collect::<Vec<u64>>(), [1000, 500, 900, 990, 1000]);
    }

    #[test]
    fn times_are_shown_by_transition() {
        let passage = |from: Option<&str>, to: Option<&str>, by: &str| MeasuredTransition {
            resource: "lamp".into(),
            from: from.map(str::to_string),
            to: to.map(str::to_string),
            by: vec![by.into()],
        };
        let settling = TransitionTimes(BTreeMap::from([
            (passage(None, Some("BRIGHT"), "light.bright"), vec![20, 1500]),
            (passage(Some("BRIGHT"), Some("DIM"), "dim.bright"), vec![61_007]),
            (passage(Some("DIM"), None, "remove.gone"), vec![0]),
        ]));
        insta::assert_snapshot!(render_settle_times(&compute_settle_times(&settling)));
        assert_eq!(render_settle_times(&[]), "");
    }
}

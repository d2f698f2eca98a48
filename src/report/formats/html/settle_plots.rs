//! Times to settle against the promised bound, as coordinates.

use crate::report::stored_run::StoredRun;
use serde::Serialize;

/// Most transitions that are shown.
const PLOTS_MAX: usize = 60;
/// Width of a plot.
const WIDTH: u64 = 200;

/// The times of one transition.
#[derive(Debug, Serialize)]
pub(super) struct SettlePlot {
    transition: String,
    by: String,
    count: u64,
    p50: String,
    p90: String,
    most: String,
    /// The bound in words; empty if the report does not have it.
    bound: String,
    is_late: bool,
    /// Coordinates between 0 and the width of the plot.
    p50_x: u64,
    p90_x: u64,
    most_x: u64,
    bound_x: Option<u64>,
}

/// The plots of a campaign, in the order of `run.json`.
pub(super) fn make_plots(run: &StoredRun) -> Vec<SettlePlot> {
    let report = &run.report;
    let rows = run.facts.iter().flat_map(|facts| &facts.settled).take(PLOTS_MAX);
    rows.map(|row| {
        let kind = report.resources.iter().find(|kind| kind.name == row.resource);
        let bound = kind.map(|kind| kind.settles_ms.saturating_mul(u64::from(report.settle_percent)) / 100);
        let scale = row.most_ms.max(bound.unwrap_or(0)).max(1);
        let place = |ms: u64| u64::try_from(u128::from(ms) * u128::from(WIDTH) / u128::from(scale)).unwrap_or(WIDTH);
        let (from, to) = (row.from.as_deref().unwrap_or("new"), row.to.as_deref().unwrap_or("gone"));
        SettlePlot {
            transition: format!("{}: {from} → {to}", row.resource),
            by: row.by.join(", "),
            count: row.count,
            p50: format_ms(row.p50_ms),
            p90: format_ms(row.p90_ms),
            most: format_ms(row.most_ms),
            bound: bound.map(format_ms).unwrap_or_default(),
            is_late: bound.is_some_and(|bound| row.most_ms > bound),
            p50_x: place(row.p50_ms),
            p90_x: place(row.p90_ms),
            most_x: place(row.most_ms),
            bound_x: bound.map(place),
        }
    })
    .collect()
}

/// A time in the unit that suits it.
pub(super) fn format_ms(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min", (ms + 30_000) / 60_000),
    }
}

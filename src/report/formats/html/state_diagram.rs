//! The states of a resource kind with the observed transitions.

use crate::diagram::{GONE, NEW, StateArrow, StateDrawing, draw_states};
use crate::oracle::Verdict;
use crate::report::rows::ResourceKindRow;
use crate::report::settle_times::SettleTimesRow;
use crate::report::stored_run::StoredRun;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Most diagrams of a campaign.
const KINDS_MAX: usize = 20;

/// The states of one resource kind.
#[derive(Debug, Serialize)]
pub(super) struct StateDiagram {
    id: String,
    kind: String,
    drawing: StateDrawing,
    /// States that no transition of the run reached.
    unseen: Vec<String>,
    rows: Vec<TransitionRow>,
}

/// A transition as a row of the table beside the diagram.
#[derive(Debug, Serialize)]
struct TransitionRow {
    from: String,
    to: String,
    by: String,
    count: u64,
    /// Clauses among `by` that are contradicted.
    broken: String,
}

/// The diagrams of a campaign: one for each resource kind with states.
pub(super) fn make_diagrams(campaign: &str, run: &StoredRun) -> Vec<StateDiagram> {
    let broken: BTreeSet<&str> =
        run.report.clauses.iter().filter(|row| row.verdict == Verdict::Fail).map(|row| row.id.as_str()).collect();
    let settled: Vec<&SettleTimesRow> = run.facts.iter().flat_map(|facts| &facts.settled).collect();
    let kinds = run.report.resources.iter().filter(|kind| !kind.states.is_empty()).take(KINDS_MAX);
    kinds
        .enumerate()
        .map(|(index, kind)| {
            let rows: Vec<&SettleTimesRow> = settled.iter().copied().filter(|row| row.resource == kind.name).collect();
            make_diagram(format!("{campaign}-states-{}", index + 1), kind, &rows, &broken)
        })
        .collect()
}

fn make_diagram(
    id: String,
    kind: &ResourceKindRow,
    settled: &[&SettleTimesRow],
    broken: &BTreeSet<&str>,
) -> StateDiagram {
    let arrows = count_arrows(settled, broken);
    let is_seen = |state: &&String| arrows.iter().any(|arrow| arrow.from == **state || arrow.to == **state);
    StateDiagram {
        id,
        kind: kind.name.clone(),
        drawing: draw_states(&arrows, 1.0),
        unseen: kind.states.iter().filter(|state| !is_seen(state)).cloned().collect(),
        rows: settled.iter().map(|row| make_row(row, broken)).collect(),
    }
}

/// One arrow for all transitions from one state to another.
fn count_arrows(settled: &[&SettleTimesRow], broken: &BTreeSet<&str>) -> Vec<StateArrow> {
    let mut counts: BTreeMap<(String, String), (u64, bool)> = BTreeMap::new();
    for row in settled {
        let entry = counts.entry((name_start(row), name_end(row))).or_default();
        entry.0 += row.count;
        entry.1 |= row.by.iter().any(|clause| broken.contains(clause.as_str()));
    }
    let arrow = |((from, to), (count, is_broken)): ((String, String), (u64, bool))| {
        let label = if is_broken { format!("{count}× broken") } else { format!("{count}×") };
        StateArrow { from, to, title: label.clone(), label, weight: count, is_broken }
    };
    counts.into_iter().map(arrow).collect()
}

fn name_start(row: &SettleTimesRow) -> String {
    row.from.clone().unwrap_or_else(|| NEW.to_string())
}

fn name_end(row: &SettleTimesRow) -> String {
    row.to.clone().unwrap_or_else(|| GONE.to_string())
}

fn make_row(row: &SettleTimesRow, broken: &BTreeSet<&str>) -> TransitionRow {
    let bad: Vec<&str> = row.by.iter().map(String::as_str).filter(|clause| broken.contains(clause)).collect();
    TransitionRow {
        from: name_start(row),
        to: name_end(row),
        by: row.by.join(", "),
        count: row.count,
        broken: bad.join(", "),
    }
}

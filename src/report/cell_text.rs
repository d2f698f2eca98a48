//! The cells of a report as text for a terminal.

use super::cell_rows::CellsRow;
use super::compile::Report;
use super::phrases::wrap_names;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many cells are covered, and the others by reason.
pub(super) fn write_cells(out: &mut String, report: &Report) {
    let Some(cells) = &report.cells else { return };
    let CellsRow { total, covered, requests_least, operations } = cells;
    let _ = writeln!(out, "\nCells: {covered} of {total} covered; all take at least {requests_least} requests");
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in operations {
        for cell in &row.uncovered {
            by_reason.entry(&cell.reason).or_default().push(format!("{} {}", row.operation, cell.cell));
        }
    }
    for (reason, names) in by_reason {
        let _ = writeln!(out, "  {reason} ({})", names.len());
        out.push_str(&wrap_names(&names.iter().map(String::as_str).collect::<Vec<_>>(), "    "));
    }
}

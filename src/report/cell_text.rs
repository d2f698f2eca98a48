//! The cells of a report as text for a terminal.

use super::cell_rows::CellsRow;
use super::compile::Report;
use super::phrases::wrap_names;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Most cells without an exchange whose names are written. A short run leaves a hundred.
const NAMED_MAX: usize = 12;

/// How many cells are covered, and how many are not for each reason; their names too if they are few.
pub(super) fn write_cells(out: &mut String, report: &Report) {
    let Some(cells) = &report.cells else { return };
    let CellsRow { total, covered, operations, .. } = cells;
    let are_named = total - covered <= NAMED_MAX;
    let place = if are_named { "" } else { "; report.json names the others" };
    let _ = writeln!(out, "\nCells: {covered} of {total} kinds of calls were sent{place}");
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in operations {
        for cell in &row.uncovered {
            by_reason.entry(&cell.reason).or_default().push(format!("{} {}", row.operation, cell.cell));
        }
    }
    for (reason, names) in by_reason {
        let _ = writeln!(out, "  {reason} ({})", names.len());
        if are_named {
            out.push_str(&wrap_names(&names.iter().map(String::as_str).collect::<Vec<_>>(), "    "));
        }
    }
}

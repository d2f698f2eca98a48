//! The cells, prepared for the template.

use crate::report::cell_rows::{CellsRow, OperationCellsRow};
use serde::Serialize;

/// The cells by operation.
#[derive(Debug, Serialize)]
pub(super) struct CellsPart {
    covered: usize,
    total: usize,
    rows: Vec<CellsOfOperation>,
}

#[derive(Debug, Serialize)]
struct CellsOfOperation {
    operation: String,
    covered: usize,
    total: usize,
    /// The cells without an exchange, each with the reason.
    uncovered: Vec<String>,
}

pub(super) fn make_cells(cells: &CellsRow) -> CellsPart {
    let row = |row: &OperationCellsRow| CellsOfOperation {
        operation: row.operation.clone(),
        covered: row.covered.len(),
        total: row.covered.len() + row.uncovered.len(),
        uncovered: row.uncovered.iter().map(|cell| format!("{}: {}", cell.cell, cell.reason)).collect(),
    };
    CellsPart { covered: cells.covered, total: cells.total, rows: cells.operations.iter().map(row).collect() }
}

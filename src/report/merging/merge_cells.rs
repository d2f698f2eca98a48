//! Cells of several shards.

use crate::report::cell_rows::{CellsRow, CoveredCellRow, OperationCellsRow, UncoveredCellRow};
use crate::report::compile::Report;
use std::collections::BTreeMap;

/// The cells of all shards: a cell is covered if some shard covers it. `None` without cells.
pub(super) fn merge_cells(shards: &[Report]) -> Option<CellsRow> {
    let rows: Vec<&CellsRow> = shards.iter().filter_map(|report| report.cells.as_ref()).collect();
    let mut merged = CellsRow { operations: Vec::new(), ..(*rows.first()?).clone() };
    let mut names: Vec<&str> =
        rows.iter().flat_map(|row| &row.operations).map(|operation| operation.operation.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let of_name = rows.iter().flat_map(|row| &row.operations).filter(|operation| operation.operation == name);
        merged.operations.push(merge_operation(name, &of_name.collect::<Vec<_>>()));
    }
    merged.covered = merged.operations.iter().map(|operation| operation.covered.len()).sum();
    merged.total = merged.covered + merged.operations.iter().map(|operation| operation.uncovered.len()).sum::<usize>();
    Some(merged)
}

/// The cells of one operation, sorted by name. Of the first exchanges, the one of the earliest plan stays.
fn merge_operation(operation: &str, rows: &[&OperationCellsRow]) -> OperationCellsRow {
    let mut covered: BTreeMap<&str, CoveredCellRow> = BTreeMap::new();
    for cell in rows.iter().flat_map(|row| &row.covered) {
        let known = covered.entry(&cell.cell).or_insert_with(|| CoveredCellRow { exchanges: 0, ..cell.clone() });
        known.exchanges += cell.exchanges;
        (known.plan, known.exchange) = (known.plan, known.exchange).min((cell.plan, cell.exchange));
    }
    let open = rows.iter().flat_map(|row| &row.uncovered).filter(|cell| !covered.contains_key(cell.cell.as_str()));
    let uncovered: BTreeMap<&str, UncoveredCellRow> = open.map(|cell| (cell.cell.as_str(), cell.clone())).collect();
    OperationCellsRow {
        operation: operation.to_string(),
        covered: covered.into_values().collect(),
        uncovered: uncovered.into_values().collect(),
    }
}

//! The cells of a campaign, in the form of `report.json`.

use crate::campaign::{CellResult, Conclusion};
use serde::{Deserialize, Serialize};

/// The cells of all operations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CellsRow {
    /// Number of cells, and the fewest requests that could fill all of them: a request fills at most one.
    pub total: usize,
    /// Number of cells that an exchange filled.
    pub covered: usize,
    /// The cells by operation, in the order of ids.
    pub operations: Vec<OperationCellsRow>,
}

/// The cells of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OperationCellsRow {
    /// Id of the operation.
    pub operation: String,
    /// The cells that an exchange filled.
    pub covered: Vec<CoveredCellRow>,
    /// The cells that no exchange filled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncovered: Vec<UncoveredCellRow>,
}

/// A cell with an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CoveredCellRow {
    /// What the call is: `valid at server ACTIVE`, `by none`, `absent server` or `invalid maxLength`.
    pub cell: String,
    /// Number of exchanges.
    pub exchanges: u64,
    /// Number of the plan with the first exchange.
    pub plan: u64,
    /// Number of the first exchange within the plan's history, from 0.
    pub exchange: u64,
}

/// A cell without an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UncoveredCellRow {
    /// As in [`CoveredCellRow`].
    pub cell: String,
    /// Why no exchange filled the cell.
    pub reason: String,
}

/// The cells of a campaign; `None` if the suite has none.
pub(super) fn compile_cells(conclusion: &Conclusion) -> Option<CellsRow> {
    let mut operations: Vec<OperationCellsRow> = Vec::new();
    for CellResult { cell, filled } in &conclusion.cells {
        if operations.last().is_none_or(|last| last.operation != cell.operation) {
            let operation = cell.operation.clone();
            operations.push(OperationCellsRow { operation, covered: Vec::new(), uncovered: Vec::new() });
        }
        let row = operations.last_mut()?;
        let cell = cell.kind.to_string();
        match filled {
            Ok(count) => {
                let (plan, exchange) = count.first;
                row.covered.push(CoveredCellRow { cell, exchanges: count.count, plan, exchange });
            }
            Err(reason) => row.uncovered.push(UncoveredCellRow { cell, reason: reason.clone() }),
        }
    }
    let total = conclusion.cells.len();
    let covered = conclusion.cells.iter().filter(|result| result.filled.is_ok()).count();
    (total > 0).then_some(CellsRow { total, covered, operations })
}

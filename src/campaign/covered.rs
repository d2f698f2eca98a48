//! Whether a campaign has shown what its requests are for, so that it may end before they are spent.

use crate::model::{CallCell, ClauseTally, Model, OperationModel};
use crate::oracle::ClauseSelection;
use crate::plan::{CellTable, EXCHANGES_PER_CELL};

/// Requests without a further exchange in a cell that needs one, after which the rest of the cells cannot be filled at
/// the endpoint, as far as the campaign can tell.
const IDLE_REQUESTS_MAX: u64 = 300;

/// The exchanges in cells of the selected operations, as the plans of a campaign end.
#[derive(Debug, Default)]
pub(super) struct CoverageProgress {
    /// Exchanges that cells needed and got.
    filled: u64,
    /// Requests of the campaign when `filled` grew last.
    since: u64,
}

impl CoverageProgress {
    /// Takes in the exchanges after some requests. Returns whether each cell of the selected operations has its
    /// exchanges, or no cell got one for many requests.
    pub fn update(&mut self, cells: &[CallCell], tally: &ClauseTally, requests: u64) -> bool {
        let count = |cell| tally.cells.get(cell).map_or(0, |filled| filled.count.min(EXCHANGES_PER_CELL));
        let filled = cells.iter().map(count).sum();
        if filled > self.filled {
            (self.filled, self.since) = (filled, requests);
        }
        filled == cells.len() as u64 * EXCHANGES_PER_CELL || requests - self.since >= IDLE_REQUESTS_MAX
    }
}

/// The cells of the operations with a selected clause.
pub(super) fn list_selected_cells(model: &Model, table: &CellTable, selection: &ClauseSelection) -> Vec<CallCell> {
    let is_selected = |operation: &OperationModel| {
        let generated = operation.reply.iter().chain([&operation.no_server_error]);
        operation.clauses.iter().chain(generated).any(|clause| selection.contains(*clause))
    };
    let of_selected = |cell: &&CallCell| model.operations.get(&cell.operation).is_some_and(is_selected);
    table.cells.iter().filter(of_selected).cloned().collect()
}

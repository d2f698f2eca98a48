//! Which cells a campaign filled, and why the others are empty.

use crate::model::{CallCell, CellCount, CellKind, ClauseId, ClauseTally, Model};
use crate::plan::{CellTable, SuiteHints};
use std::collections::{BTreeMap, BTreeSet};

/// A cell at the end of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellResult {
    /// The cell.
    pub cell: CallCell,
    /// The exchanges that filled the cell, or why there are none.
    pub filled: Result<CellCount, String>,
}

/// The cells of a table, in order. Without changes, a campaign sends reads only.
#[must_use]
pub fn list_cell_results(model: &Model, table: &CellTable, tally: &ClauseTally, has_changes: bool) -> Vec<CellResult> {
    let fill = |cell: &CallCell| {
        let filled = tally.cells.get(cell).copied();
        filled.ok_or_else(|| explain_empty(model, cell, tally, has_changes))
    };
    table.cells.iter().map(|cell| CellResult { cell: cell.clone(), filled: fill(cell) }).collect()
}

fn explain_empty(model: &Model, cell: &CallCell, tally: &ClauseTally, has_changes: bool) -> String {
    let changes = model.operations.get(&cell.operation).is_some_and(|operation| operation.changes);
    if !has_changes && (changes || matches!(cell.kind, CellKind::Valid(Some(_)))) {
        return "changes are not allowed".to_string();
    }
    if let CellKind::Valid(Some(_)) = &cell.kind
        && !tally.cells.keys().any(|filled| filled.kind == cell.kind)
    {
        return "no call found a resource in this state".to_string();
    }
    let of_operation = |filled: &&CallCell| filled.operation == cell.operation;
    if !tally.cells.keys().any(|filled| of_operation(&filled) && matches!(filled.kind, CellKind::Valid(_))) {
        return "no valid call of the operation was sent, from which this call differs in one place".to_string();
    }
    "no such call was sent".to_string()
}

/// By clause against server errors: the kinds of calls of its operation that were not sent. Only callers that the campaign
/// used at some operation are required, so that a record tells the same as the run. Where the endpoint answered no changing
/// call of the owner, such as in a run with reads only, nothing is required.
#[must_use]
pub fn list_unsent_calls(model: &Model, hints: &SuiteHints, tally: &ClauseTally) -> BTreeMap<ClauseId, Vec<String>> {
    if !tally.answers.keys().any(|operation| model.operations[operation].changes) {
        return BTreeMap::new();
    }
    let table = CellTable::new(model, hints, &list_callers(tally));
    let unsent = table.list_unsent(&tally.cells).into_iter();
    unsent.map(|(operation, kinds)| (model.operations[operation].no_server_error, kinds)).collect()
}

/// The callers of the exchanges, besides the owner.
pub(super) fn list_callers(tally: &ClauseTally) -> BTreeSet<String> {
    let callers = tally.cells.keys().filter_map(|cell| match &cell.kind {
        CellKind::Caller(caller) => Some(caller.clone()),
        _ => None,
    });
    callers.collect()
}

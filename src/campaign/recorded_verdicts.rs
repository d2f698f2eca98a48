//! The verdicts and the cells of recorded exchanges.
//!
//! The exchanges are judged as in a run, but nothing is known of the campaign that sent them. The module does not know
//! where the records came from.

use super::cell_results::{CellResult, list_callers, list_cell_results, list_unsent_calls};
use super::race_tally::is_about_overlap;
use crate::model::{ClauseId, Model};
use crate::oracle::{
    ClauseDecidability, ClauseResult, ClauseSelection, JudgedRecords, VerdictSettings, decide_verdicts,
};
use crate::plan::{CellTable, SuiteHints};
use crate::schema::CompiledCatalog;

/// The verdict of each clause, and the cells at a target with the callers of the records. Clauses that no exchange
/// decides count as reachable, except clauses about races in records without overlapping calls.
#[must_use]
pub fn decide_recorded_verdicts(
    model: &Model,
    schemas: &CompiledCatalog,
    judged: &JudgedRecords,
) -> (Vec<ClauseResult>, Vec<CellResult>) {
    let hints = SuiteHints::new(model, schemas);
    let standing = |clause: ClauseId| match judged.races.is_empty() && is_about_overlap(model, clause) {
        true => ClauseDecidability::Unreachable("no calls of the history overlap".to_string()),
        false => ClauseDecidability::Reachable,
    };
    let missing = list_unsent_calls(model, &hints, &judged.tally);
    let settings = VerdictSettings {
        selection: &ClauseSelection::default(),
        standing: &standing,
        unsent: &|clause| missing.get(&clause).cloned().unwrap_or_default(),
        stopped: None,
    };
    let rows = decide_verdicts(model, &judged.tally, &judged.findings, &settings);
    let table = CellTable::new(model, &hints, &list_callers(&judged.tally));
    (rows, list_cell_results(model, &table, &judged.tally, true))
}

//! Calls that fill open cells, the cheapest first.
//!
//! In each state of the resources, calls that change nothing come first: other callers, absent resources, invalid input,
//! valid calls that must be refused. Then come changes, and deletions last, because a new resource costs most.

use super::cell_calls::{CellCost, find_cell_call, list_settled};
use super::context::ChoiceContext;
use super::request_ledger::StepPurpose;
use super::state::GuidedChooser;
use crate::model::{CallCell, ClauseId};
use crate::plan::hints::has_effect;
use crate::plan::planning_context::{CandidateCall, NamedResource};
use crate::plan::state_path::find_state_path;

impl GuidedChooser {
    /// A call for an open cell, or the first call of a path to a state with such a call.
    pub(super) fn fill_cell(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
        let mut later: Vec<(CellCost, String)> = Vec::new();
        let mut operations = self.cells.list_operations(view.input.steps.len());
        while !operations.is_empty() {
            let index = view.rng.draw_below(operations.len() as u64) as usize;
            let (operation, known) = operations.swap_remove(index);
            if let Some(cost) = known.filter(|cost| *cost > CellCost::Request) {
                later.push((cost, operation));
                continue;
            }
            match self.search_operation(view, &operation) {
                Some((CellCost::Request, call, cell)) => return Some(self.send_for_cell(call, cell)),
                Some((cost, ..)) => later.push((cost, operation)),
                None => {}
            }
        }
        later.sort_by_key(|(cost, _)| *cost);
        for (_, operation) in later {
            if let Some((_, call, cell)) = self.search_operation(view, &operation) {
                return Some(self.send_for_cell(call, cell));
            }
        }
        self.seek_cell(view)
    }

    fn send_for_cell(&mut self, call: CandidateCall, cell: CallCell) -> CandidateCall {
        self.cells.note_sent(cell);
        call
    }

    /// The cheapest call of an operation for a cell of the operation.
    fn search_operation(
        &mut self,
        view: &mut ChoiceContext<'_, '_>,
        operation: &str,
    ) -> Option<(CellCost, CandidateCall, CallCell)> {
        let kinds = self.cells.find_open(operation)?.clone();
        // A place may become free while the states stay as they are.
        if view.exceeds_live_limit(operation) {
            return None;
        }
        let found = find_cell_call(view, operation, &kinds);
        self.cells.note_result(operation, found.as_ref().map(|(cost, ..)| *cost), view.input.steps.len());
        found
    }

    /// The first call of a path to a state in which a cell can be filled.
    fn seek_cell(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
        let now = view.input.steps.len();
        if !self.path.is_empty() || now < self.cells.path_pause.until {
            return None;
        }
        self.path_purpose = StepPurpose::Cell;
        let found = self.seek_state(view).or_else(|| self.seek_operation(view));
        if found.is_none() {
            self.cells.path_pause = self.cells.path_pause.extend(now);
        }
        found
    }

    /// The first call of a path to a resource in a state with an open cell.
    fn seek_state(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
        let wanted = self.cells.list_wanted_states();
        let mut targets: Vec<&NamedResource> = list_settled(view.planning).collect();
        if wanted.is_empty() || targets.is_empty() {
            return None;
        }
        while !targets.is_empty() {
            let target = targets.swap_remove(view.rng.draw_below(targets.len() as u64) as usize);
            if let Some(path) = find_state_path(view.planning, &wanted, target, view.rng) {
                self.path = path.into();
                return self.follow_path(view);
            }
        }
        wanted.into_iter().for_each(|state| self.cells.note_path_miss(state));
        None
    }

    /// The first call of a path to an accepted call of an operation with open cells.
    fn seek_operation(&mut self, view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
        let operations = self.cells.list_wanted_operations();
        let operation = view.rng.pick_element(&operations)?.clone();
        let model = view.input.model;
        let accepts = |clause: &&ClauseId| model.find_suite_clause(**clause).is_some_and(has_effect);
        let clause = model.operations[&operation].clauses.iter().find(accepts).copied();
        let found = clause.and_then(|clause| self.start_path(view, clause));
        if found.is_none() {
            self.cells.note_path_miss(operation);
        }
        found
    }
}

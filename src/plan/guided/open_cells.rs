//! The cells of the operations that no exchange has filled.

use super::cell_calls::{CellCost, list_settled, name_wanted_state};
use super::context::ChoiceContext;
use super::search_pause::SearchPause;
use crate::model::{CallCell, CellKind};
use crate::plan::cell_table::CellTable;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Sent calls for one cell that did not fill the cell, for example because no response came.
const SENT_MAX: u32 = 3;

/// Searches without a result for one operation in one scene, over a campaign.
const MISSES_MAX: usize = 6;

/// Searches without a result for a path to one state or one operation, over a campaign.
const PATH_MISSES_MAX: u32 = 4;

/// The cells without an exchange, and the searches for calls that fill them.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenCells {
    table: Option<Arc<CellTable>>,
    /// By operation: the cells without an exchange. No set is empty.
    open: BTreeMap<String, BTreeSet<CellKind>>,
    /// Number of filled cells when `open` was computed.
    filled: usize,
    /// Calls that were sent for a cell.
    sent: BTreeMap<CallCell, u32>,
    /// The states of the resources, see [`describe_scene`].
    scene: String,
    /// By scene and operation: the searches so far.
    searches: BTreeMap<String, BTreeMap<String, SearchCounts>>,
    /// By state or operation: searches for a path without a result.
    path_misses: BTreeMap<String, u32>,
    /// The pause after searches for a path without a result.
    pub path_pause: SearchPause,
}

/// The searches for calls of one operation in one scene.
#[derive(Debug, Clone, Copy, Default)]
struct SearchCounts {
    /// The pause after searches without a result.
    pause: SearchPause,
    /// The cost of the last result.
    cost: Option<CellCost>,
}

impl OpenCells {
    /// Prepares for another plan.
    pub fn begin_plan(&mut self) {
        // Steps count anew; the searches without a result stay.
        self.searches.values_mut().flat_map(BTreeMap::values_mut).for_each(|counts| counts.pause.until = 0);
        self.path_pause = SearchPause::default();
    }

    /// Takes in the exchanges and the states of the resources. Returns whether there are cells without an exchange.
    pub fn update(&mut self, view: &ChoiceContext<'_, '_>) -> bool {
        let (model, hints) = (view.input.model, view.planning.hints);
        let filled = &view.input.coverage.cells;
        let fresh = self.table.is_none();
        let table =
            self.table.get_or_insert_with(|| Arc::new(CellTable::new(model, hints, &view.input.limits.callers)));
        if fresh || self.filled != filled.len() {
            self.filled = filled.len();
            self.open.clear();
            let is_open =
                |cell: &&CallCell| !filled.contains(*cell) && self.sent.get(*cell).is_none_or(|sent| *sent < SENT_MAX);
            for cell in table.cells.iter().filter(is_open) {
                self.open.entry(cell.operation.clone()).or_default().insert(cell.kind.clone());
            }
        }
        if !self.open.is_empty() {
            self.scene = describe_scene(view);
        }
        !self.open.is_empty()
    }

    /// The cells of an operation without an exchange.
    pub fn find_open(&self, operation: &str) -> Option<&BTreeSet<CellKind>> {
        self.open.get(operation)
    }

    /// Operations whose cells may be filled in the present scene, with the cost of the last result. Each operation is
    /// searched at once in a new scene, and again after growing pauses.
    pub fn list_operations(&self, now: usize) -> Vec<(String, Option<CellCost>)> {
        let known = self.searches.get(&self.scene);
        let counts = |operation: &String| known.and_then(|known| known.get(operation)).copied().unwrap_or_default();
        let open = self.open.keys().map(|operation| (operation, counts(operation)));
        let due = open.filter(|(_, counts)| counts.pause.misses < MISSES_MAX && now >= counts.pause.until);
        due.map(|(operation, counts)| (operation.clone(), counts.cost)).collect()
    }

    /// Notes the cost of the call that a search found.
    pub fn note_result(&mut self, operation: &str, cost: Option<CellCost>, now: usize) {
        let in_scene = self.searches.entry(self.scene.clone()).or_default();
        let counts = in_scene.entry(operation.to_string()).or_default();
        counts.cost = cost;
        if cost.is_none() {
            counts.pause = counts.pause.extend(now);
        }
    }

    /// Notes that a call is sent for a cell.
    pub fn note_sent(&mut self, cell: CallCell) {
        let sent = self.sent.entry(cell.clone()).or_default();
        *sent += 1;
        if *sent >= SENT_MAX
            && let Some(open) = self.open.get_mut(&cell.operation)
        {
            open.remove(&cell.kind);
            self.open.retain(|_, open| !open.is_empty());
        }
    }

    /// The states with cells without an exchange, as kind and state, to which a path may lead.
    pub fn list_wanted_states(&self) -> BTreeSet<String> {
        let states = self.open.values().flatten().filter_map(name_wanted_state);
        states.filter(|state| self.may_seek(state)).collect()
    }

    /// The operations with cells without an exchange, to whose accepted call a path may lead.
    pub fn list_wanted_operations(&self) -> Vec<String> {
        self.open.keys().filter(|operation| self.may_seek(operation)).cloned().collect()
    }

    fn may_seek(&self, goal: &str) -> bool {
        self.path_misses.get(goal).is_none_or(|misses| *misses < PATH_MISSES_MAX)
    }

    /// Notes that a search found no path to a state or an operation.
    pub fn note_path_miss(&mut self, goal: String) {
        *self.path_misses.entry(goal).or_default() += 1;
    }
}

/// The states of the settled resources, and whether there is room for another one.
fn describe_scene(view: &ChoiceContext<'_, '_>) -> String {
    let mut states: Vec<String> =
        list_settled(view.planning).filter_map(|actor| view.planning.name_resource_state(&actor.id)).collect();
    states.sort_unstable();
    states.dedup();
    states.push((view.planning.count_live() >= view.input.limits.live_max).to_string());
    states.join(", ")
}

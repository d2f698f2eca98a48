//! The cells of the operations that few exchanges have filled.
//!
//! In the first round a cell is open until an exchange fills it, in the second until two do, and so on. A round ends when
//! no cell is open, or after many choices that filled none: some cells cannot be filled at an endpoint.

use super::cell_calls::{CellCost, list_settled, name_wanted_state};
use super::context::ChoiceContext;
use super::search_pause::SearchPause;
use crate::model::{CallCell, CellKind};
use crate::plan::cell_table::{CellTable, EXCHANGES_PER_CELL};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Sent calls for one cell that did not fill the cell, for example because no response came.
const SENT_MAX: u32 = 3;

/// Choices without a filled cell that end a round.
const IDLE_CHOICES_MAX: u32 = 150;

/// Searches without a result for one operation in one scene, over a campaign.
const MISSES_MAX: usize = 6;

/// Searches without a result for a path to one state or one operation, over a campaign.
const PATH_MISSES_MAX: u32 = 4;

/// The open cells, and the searches for calls that fill them.
#[derive(Debug, Clone, Default)]
pub(super) struct OpenCells {
    table: Option<Arc<CellTable>>,
    /// By operation: the open cells. No set is empty.
    open: BTreeMap<String, BTreeSet<CellKind>>,
    /// The number of earlier rounds.
    rounds_done: u64,
    /// Number of exchanges that filled a cell, when `open` was computed.
    filled: u64,
    /// Choices since the last exchange that filled an open cell.
    idle: u32,
    /// Calls of the round that were sent for a cell.
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

    /// Takes in the exchanges and the states of the resources. Returns the round; `None` if no cell is open.
    pub fn update(&mut self, view: &ChoiceContext<'_, '_>) -> Option<u64> {
        let (model, hints) = (view.input.model, view.planning.hints);
        let counts = &view.input.coverage.cells;
        let fresh = self.table.is_none();
        let table =
            self.table.get_or_insert_with(|| Arc::new(CellTable::new(model, hints, &view.input.limits.callers)));
        let table = Arc::clone(table);
        let filled = counts.values().sum();
        self.idle += 1;
        if fresh || self.filled != filled {
            self.filled = filled;
            let before = self.count_open();
            self.list_open(&table, counts);
            if self.count_open() < before {
                self.idle = 0;
            }
        }
        while self.rounds_done < EXCHANGES_PER_CELL && (self.open.is_empty() || self.idle > IDLE_CHOICES_MAX) {
            self.rounds_done += 1;
            self.idle = 0;
            self.sent.clear();
            self.searches.clear();
            self.path_misses.clear();
            self.list_open(&table, counts);
        }
        if self.open.is_empty() {
            return None;
        }
        self.scene = describe_scene(view);
        Some(self.rounds_done + 1)
    }

    fn count_open(&self) -> usize {
        self.open.values().map(BTreeSet::len).sum()
    }

    fn list_open(&mut self, table: &CellTable, counts: &BTreeMap<CallCell, u64>) {
        self.open.clear();
        if self.rounds_done >= EXCHANGES_PER_CELL {
            return;
        }
        let is_open = |cell: &&CallCell| {
            counts.get(*cell).is_none_or(|count| *count <= self.rounds_done)
                && self.sent.get(*cell).is_none_or(|sent| *sent < SENT_MAX)
        };
        for cell in table.cells.iter().filter(is_open) {
            self.open.entry(cell.operation.clone()).or_default().insert(cell.kind.clone());
        }
    }

    /// The open cells of an operation.
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

    /// The states with open cells, as kind and state, to which a path may lead.
    pub fn list_wanted_states(&self) -> BTreeSet<String> {
        let states = self.open.values().flatten().filter_map(name_wanted_state);
        states.filter(|state| self.may_seek(state)).collect()
    }

    /// The operations with open cells, to whose accepted call a path may lead.
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

//! Requests by purpose. Shares apply to requests and not to steps: a change costs several requests, a refusal
//! costs one.

use crate::plan::chooser_input::ChooserInput;
use crate::schema::SeededRng;
use std::collections::BTreeMap;

/// The purpose of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StepPurpose {
    /// A clause that promises the effect of a change.
    Effect,
    /// A clause that refuses the call.
    Refusal,
    /// A clause about every operation.
    General,
    /// A body that differs in one place from an accepted body.
    Body,
    Read,
    /// An accepted change, with any clause.
    Change,
    Anything,
    /// Creates and deletes, decided by the population target.
    Population,
    /// Calls on resources in a transition, after a step without waiting.
    Transition,
    /// Reads of a resource that has to settle before further calls.
    Settle,
    /// Lists in pages, with a limit of their own.
    Pages,
    /// Open cells.
    Cell,
}

/// Shares of the requests for each drawn purpose, in percent.
pub(super) const SHARES: [(u32, StepPurpose); 7] = [
    (42, StepPurpose::Effect),
    (13, StepPurpose::Refusal),
    (12, StepPurpose::General),
    (17, StepPurpose::Body),
    (8, StepPurpose::Read),
    (6, StepPurpose::Change),
    (2, StepPurpose::Anything),
];

/// The shares while cells without an exchange are open. Cells take the place of most refusals, bodies and general
/// clauses, which ask for the same kinds of calls in no order; the shares of changes stay as they are, because faults
/// that need a history are found by changes alone.
pub(super) const SHARES_WITH_CELLS: [(u32, StepPurpose); 8] = [
    (42, StepPurpose::Effect),
    (8, StepPurpose::Refusal),
    (5, StepPurpose::General),
    (5, StepPurpose::Body),
    (8, StepPurpose::Read),
    (6, StepPurpose::Change),
    (2, StepPurpose::Anything),
    (150, StepPurpose::Cell),
];

/// The share of cells beside [`SHARES`], once each cell has an exchange where that is possible.
pub(super) const SHARE_OF_LATER_CELLS: (u32, StepPurpose) = (50, StepPurpose::Cell);

/// A purpose with this many requests above its share is not drawn.
const SLACK: i64 = 4;

/// Requests by purpose.
#[derive(Debug, Clone, Default)]
pub(super) struct RequestLedger {
    spent: BTreeMap<StepPurpose, u64>,
    /// The purpose of the last step.
    last: Option<StepPurpose>,
    /// Requests of the plan that are assigned to a purpose.
    assigned: u64,
    /// Changing calls since the last read of their resources.
    unread_changes: u32,
}

impl RequestLedger {
    /// Prepares the ledger for another plan.
    pub fn begin_plan(&mut self) {
        (self.last, self.assigned, self.unread_changes) = (None, 0, 0);
    }

    /// Assigns the requests since the last choice to the purpose of that choice.
    pub fn note_requests(&mut self, situation: &ChooserInput<'_>) {
        let cost = situation.requests.saturating_sub(self.assigned);
        self.assigned = situation.requests;
        if let Some(purpose) = self.last.take() {
            *self.spent.entry(purpose).or_default() += cost;
        }
        let changes =
            situation.steps.last().is_some_and(|step| situation.model.operations[&step.call.operation].changes);
        // More than one request: the runner polled after the call.
        self.unread_changes = if changes && cost <= 1 { self.unread_changes + 1 } else { 0 };
    }

    pub fn set_purpose(&mut self, purpose: StepPurpose) {
        self.last = Some(purpose);
    }

    /// Number of successive changing calls without a read.
    pub fn unread_changes(&self) -> u32 {
        self.unread_changes
    }

    /// Draws a purpose by the shares, among the purposes within their shares.
    pub fn draw_purpose(&self, shares: &[(u32, StepPurpose)], rng: &mut SeededRng) -> Option<StepPurpose> {
        let spent = |purpose: StepPurpose| self.spent.get(&purpose).copied().unwrap_or(0);
        let total: u64 = shares.iter().map(|(_, purpose)| spent(*purpose)).sum();
        let all: u64 = shares.iter().map(|(share, _)| u64::from(*share)).sum();
        let behind = |(share, purpose): &&(u32, StepPurpose)| {
            let due = (total * u64::from(*share) / all.max(1)) as i64;
            spent(*purpose) as i64 <= due + SLACK
        };
        let open: Vec<(u32, StepPurpose)> = shares.iter().filter(behind).copied().collect();
        rng.pick_weighted(&open).copied()
    }
}

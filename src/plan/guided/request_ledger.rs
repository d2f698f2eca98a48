//! Requests by purpose. Shares apply to requests and not to steps: a change costs several requests, a refusal
//! costs one.

use crate::plan::chooser_input::Situation;
use crate::schema::Rng;
use std::collections::BTreeMap;

/// The purpose of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
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
    Move,
    Anything,
    /// Creates and deletes, decided by the population target.
    Life,
    /// Calls on resources in a transition, after a step without waiting.
    Motion,
    /// Reads of a resource that has to settle before further calls.
    Rest,
    /// Lists in pages, with a limit of their own.
    Pages,
}

/// Shares of the requests for each drawn purpose, in percent.
pub(super) const SHARES: [(u32, Purpose); 7] = [
    (42, Purpose::Effect),
    (13, Purpose::Refusal),
    (12, Purpose::General),
    (17, Purpose::Body),
    (8, Purpose::Read),
    (6, Purpose::Move),
    (2, Purpose::Anything),
];

/// A purpose with this many requests above its share is not drawn.
const SLACK: i64 = 4;

/// Requests by purpose.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    spent: BTreeMap<Purpose, u64>,
    /// The purpose of the last step.
    last: Option<Purpose>,
    /// Requests of the plan that are assigned to a purpose.
    seen: u64,
    /// Changing calls since the last read of their resources.
    unseen: u32,
}

impl Ledger {
    /// Prepares the ledger for another plan.
    pub fn turn_over(&mut self) {
        (self.last, self.seen, self.unseen) = (None, 0, 0);
    }

    /// Assigns the requests since the last choice to the purpose of that choice.
    pub fn note(&mut self, situation: &Situation<'_>) {
        let cost = situation.requests.saturating_sub(self.seen);
        self.seen = situation.requests;
        if let Some(purpose) = self.last.take() {
            *self.spent.entry(purpose).or_default() += cost;
        }
        let changes = situation.steps.last().is_some_and(|step| situation.model.operations[&step.operation].changes);
        // More than one request: the runner polled after the call.
        self.unseen = if changes && cost <= 1 { self.unseen + 1 } else { 0 };
    }

    pub fn begin(&mut self, purpose: Purpose) {
        self.last = Some(purpose);
    }

    /// Number of successive changing calls without a read.
    pub fn unseen(&self) -> u32 {
        self.unseen
    }

    /// Draws a purpose by the shares, among the purposes within their shares.
    pub fn draw(&self, shares: &[(u32, Purpose)], rng: &mut Rng) -> Option<Purpose> {
        let spent = |purpose: Purpose| self.spent.get(&purpose).copied().unwrap_or(0);
        let total: u64 = shares.iter().map(|(_, purpose)| spent(*purpose)).sum();
        let all: u64 = shares.iter().map(|(share, _)| u64::from(*share)).sum();
        let behind = |(share, purpose): &&(u32, Purpose)| {
            let due = (total * u64::from(*share) / all.max(1)) as i64;
            spent(*purpose) as i64 <= due + SLACK
        };
        let open: Vec<(u32, Purpose)> = shares.iter().filter(behind).copied().collect();
        rng.weighted(&open).copied()
    }
}

//! What requests are for, so that shares hold in requests: a change costs several, a refusal one.

use super::super::situation::Situation;
use crate::schema::Rng;
use std::collections::BTreeMap;

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// A clause that promises what a change does.
    Effect,
    /// A clause of the call that refuses it.
    Refusal,
    /// A clause about every call.
    General,
    /// A body that deviates in one place.
    Body,
    Read,
    /// An accepted change, whatever promises it.
    Move,
    Anything,
    /// Creating and deleting, which is decided by what there is.
    Life,
    /// Calls on what is in motion, which follow from steps that did not wait.
    Motion,
    /// Looks at what has to come to rest before anything else can be done with it.
    Rest,
    /// Lists read page by page, which have a bound of their own.
    Pages,
}

/// Shares of the requests of what is drawn, in percent.
pub(super) const SHARES: [(u32, Purpose); 7] = [
    (42, Purpose::Effect),
    (13, Purpose::Refusal),
    (12, Purpose::General),
    (17, Purpose::Body),
    (8, Purpose::Read),
    (6, Purpose::Move),
    (2, Purpose::Anything),
];

/// A purpose that is this many requests ahead of its share waits.
const SLACK: i64 = 4;

/// Requests by purpose.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    spent: BTreeMap<Purpose, u64>,
    /// The purpose of the last step.
    last: Option<Purpose>,
    /// Requests of this plan that are accounted for.
    seen: u64,
    /// Changing calls since their things were last looked at.
    unseen: u32,
}

impl Ledger {
    /// Another plan begins.
    pub fn turn_over(&mut self) {
        (self.last, self.seen, self.unseen) = (None, 0, 0);
    }

    /// Puts the requests since the last choice down to its purpose.
    pub fn note(&mut self, situation: &Situation<'_>) {
        let cost = situation.requests.saturating_sub(self.seen);
        self.seen = situation.requests;
        if let Some(purpose) = self.last.take() {
            *self.spent.entry(purpose).or_default() += cost;
        }
        let changes = situation.steps.last().is_some_and(|step| situation.model.operations[&step.operation].changes);
        // More than one request: the runner has looked after the call.
        self.unseen = if changes && cost <= 1 { self.unseen + 1 } else { 0 };
    }

    pub fn begin(&mut self, purpose: Purpose) {
        self.last = Some(purpose);
    }

    /// Changing calls in a row after which nothing was looked at.
    pub fn unseen(&self) -> u32 {
        self.unseen
    }

    /// Draws by the shares what is not ahead of its own.
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

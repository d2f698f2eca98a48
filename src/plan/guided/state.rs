//! The state of the guided chooser over all plans of a campaign.

use super::list_pages::Pages;
use super::population_target::Rooms;
use super::request_ledger::{Ledger, Purpose};
use crate::model::ClauseId;
use crate::plan::hints::Hints;
use crate::plan::path_search::Leg;
use crate::schema::Deviation;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// The default chooser of a campaign. One value serves all plans of the campaign in succession.
#[derive(Debug, Clone)]
pub struct Guided {
    pub(super) hints: Arc<Hints>,
    pub(super) seed: u64,
    pub(super) plan: u64,
    /// The remaining calls of a path to a clause, and their purpose.
    pub(super) intent: VecDeque<Leg>,
    pub(super) intent_for: Purpose,
    /// Searches without a result, by clause and, for a clause about every operation, by operation.
    pub(super) barred: BTreeMap<Key, Barred>,
    /// Body cases that were sent.
    pub(super) sent: Sent,
    /// Successive reads of undetermined resources.
    pub(super) waits: u32,
    /// Handles with at least one such read.
    pub(super) waited: BTreeSet<String>,
    /// Requests by purpose.
    pub(super) ledger: Ledger,
    /// The population target.
    pub(super) rooms: Rooms,
    pub(super) pages: Pages,
}

pub(super) type Key = (ClauseId, Option<String>);

/// The pause after a search without a result; the pause grows with each such search.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Barred {
    /// The first step after the pause.
    pub(super) until: usize,
    pub(super) misses: usize,
}

impl Barred {
    pub(super) fn again(self, now: usize) -> Barred {
        Barred { until: now + (2 << self.misses.min(5)), misses: self.misses + 1 }
    }
}

impl Guided {
    /// A chooser for the plan `plan`, with the random numbers of `seed`.
    #[must_use]
    pub fn new(hints: Arc<Hints>, seed: u64, plan: u64) -> Guided {
        Guided {
            hints,
            seed,
            plan,
            intent: VecDeque::new(),
            intent_for: Purpose::Effect,
            barred: BTreeMap::new(),
            sent: Sent::default(),
            waits: 0,
            waited: BTreeSet::new(),
            ledger: Ledger::default(),
            rooms: Rooms::default(),
            pages: Pages::default(),
        }
    }

    /// Starts another plan of the campaign. Body cases are not sent twice.
    pub fn begin(&mut self, plan: u64) {
        let (sent, mut ledger) = (std::mem::take(&mut self.sent), std::mem::take(&mut self.ledger));
        ledger.turn_over();
        let pages = std::mem::take(&mut self.pages);
        *self = Guided { sent, ledger, pages, ..Guided::new(Arc::clone(&self.hints), self.seed, plan) };
    }
}

/// Body cases that were sent, and the number of remaining cases.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// By operation: pointer and kind of each case.
    pub(super) cases: BTreeMap<String, BTreeSet<(String, String)>>,
    /// By operation: the remaining and the total number of cases at the last count.
    pub(super) left: BTreeMap<String, (usize, usize)>,
}

impl Sent {
    pub(super) fn holds(&self, operation: &str, case: &Deviation) -> bool {
        // The lookup is rare enough for a new key each time.
        let key = (case.pointer.clone(), case.kind.clone());
        self.cases.get(operation).is_some_and(|sent| sent.contains(&key))
    }

    pub(super) fn at(&self, operation: &str, pointer: &str) -> u32 {
        let sent = self.cases.get(operation).into_iter().flatten();
        sent.filter(|(known, _)| known == pointer).count() as u32
    }

    /// The weight of an operation. Operations with a small tested share come first, regardless of the number of
    /// cases.
    pub(super) fn weight(&self, operation: &str) -> u32 {
        match self.left.get(operation) {
            None => 40,
            Some((0, _)) => 0,
            Some((left, all)) => 1 + (20 * left / (*all).max(1)) as u32 + left.isqrt() as u32,
        }
    }
}

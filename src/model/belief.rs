//! The belief: the set of all possible states, as a product of factors.

use super::clause_info::ClauseId;
use super::compile::Model;
use super::factor::{Factor, Promise};
use super::possible_state::Held;
use super::resource_state::{Id, Life};
use super::tally::Tally;
use super::transition::closure;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Limits of one belief.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Highest number of possible states in one factor. Above the limit, the resources of the call become
    /// undetermined.
    pub worlds_max: usize,
    /// Factor for the settling times of the suite, in percent.
    pub settle_percent: u32,
    /// Whether `observe` records an [`Insight`] for `explain`.
    pub insight: bool,
}

/// The set of all possible states, as a product of factors.
#[derive(Debug, Clone)]
pub struct Belief {
    pub(super) model: Arc<Model>,
    pub(super) bounds: Bounds,
    /// Sorted by the first id.
    pub(super) factors: Vec<Factor>,
    pub(super) seq: u32,
    /// Resource kinds with a lost create: a resource with an unknown id may exist.
    pub(super) strangers: Vec<usize>,
    pub(super) reported: BTreeSet<ClauseId>,
    pub(super) open: BTreeMap<Promise, Owed>,
    /// Number of the exchange after the last accepted change; then, by resource, the exchange of the last
    /// observation.
    pub(super) changed: u64,
    pub(super) seen: BTreeMap<Id, u64>,
    /// Counts for each clause.
    pub tally: Tally,
    /// Resources with a deferred id, by stand-in id; then the real ids, by stand-in id.
    pub(super) untold: BTreeMap<Id, Teller>,
    pub(super) told: BTreeMap<Id, Id>,
    /// Whether one factor holds all resources: slow, and the reference for the factored belief.
    pub(super) whole: bool,
}

/// The state of one obligation.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Owed {
    pub left: usize,
    pub tainted: bool,
    pub exception: bool,
}

impl Belief {
    /// A belief without resources.
    #[must_use]
    pub fn new(model: Arc<Model>, bounds: Bounds) -> Belief {
        Belief {
            model,
            bounds,
            factors: Vec::new(),
            seq: 0,
            strangers: Vec::new(),
            reported: BTreeSet::new(),
            open: BTreeMap::new(),
            changed: 0,
            seen: BTreeMap::new(),
            tally: Tally::default(),
            untold: BTreeMap::new(),
            told: BTreeMap::new(),
            whole: false,
        }
    }

    /// A belief with all resources in one factor. Tests compare the factored belief with an unfactored one.
    #[must_use]
    pub fn unfactored(model: Arc<Model>, bounds: Bounds) -> Belief {
        Belief { whole: true, ..Belief::new(model, bounds) }
    }

    /// The distinct states of a resource after all events and transitions that may have happened without a
    /// call.
    #[must_use]
    pub fn possibilities_now(&self, id: &Id) -> Vec<Arc<Held>> {
        let Some(factor) = self.factors.iter().find(|factor| factor.ids.contains(id)) else { return Vec::new() };
        match closure(&self.model, &factor.worlds, self.bounds.worlds_max) {
            Ok(Some(worlds)) => Factor { worlds, ..factor.clone() }.possibilities(id),
            _ => factor.possibilities(id),
        }
    }

    /// The model of the belief.
    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// All factors, sorted by the first id.
    #[must_use]
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// The distinct states of a resource; empty for an unknown resource.
    #[must_use]
    pub fn possibilities(&self, id: &Id) -> Vec<Arc<Held>> {
        self.factors
            .iter()
            .find(|factor| factor.ids.contains(id))
            .map(|factor| factor.possibilities(id))
            .unwrap_or_default()
    }

    /// Whether the resource is settled and determined, or gone, in every possible state.
    #[must_use]
    pub fn at_rest(&self, id: &Id) -> bool {
        self.possibilities(id).iter().all(|held| held.thing.at_rest() || held.thing.life == Life::Gone)
    }

    /// Whether some possible state has no transition of the resource.
    #[must_use]
    pub fn may_rest(&self, id: &Id) -> bool {
        self.possibilities(id).iter().any(|held| held.thing.motion.is_none())
    }

    /// Number of the last exchange that observed the resource as settled or gone.
    #[must_use]
    pub fn seen_at(&self, id: &Id) -> Option<u64> {
        self.seen.get(id).copied()
    }

    /// Every resource of the plan, in order.
    pub fn ids(&self) -> impl Iterator<Item = &Id> {
        self.factors.iter().flat_map(|factor| &factor.ids)
    }
}

/// The resource whose views show a deferred id.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    pub id: Id,
    /// The operation that created both resources, and the index of the entry in `about` of the resource with
    /// the deferred id.
    pub entry: (String, usize),
}

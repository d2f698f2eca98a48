//! The belief: the set of all possible states, as a product of factors.

use super::call_memory::CallMemory;
use super::clause_tally::ClauseTally;
use super::compile::Model;
use super::effect_field::EffectField;
use super::evaluation_log::EvaluationLog;
use super::factor::{Factor, PromiseSource};
use super::possible_state::PossibleResource;
use super::resource_state::{Existence, ResourceId};
use super::transition::close_states;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Limits of one belief.
#[derive(Debug, Clone, Copy)]
pub struct BeliefLimits {
    /// Highest number of possible states in one factor. Above the limit, the resources of the call become
    /// undetermined.
    pub states_max: usize,
    /// Factor for the settling times of the suite, in percent.
    pub settle_percent: u32,
    /// Whether `observe` records a [`BeliefChange`](super::BeliefChange) for `explain`.
    pub insight: bool,
}

/// The set of all possible states, as a product of factors.
#[derive(Debug, Clone)]
pub struct Belief {
    pub(super) model: Arc<Model>,
    pub(super) bounds: BeliefLimits,
    /// Sorted by the first id.
    pub(super) factors: Vec<Factor>,
    pub(super) seq: u32,
    /// Resource kinds with a lost create: a resource with an unknown id may exist.
    pub(super) unknown_kinds: Vec<usize>,
    /// Whether calls may name resources that existed before the record.
    pub(super) expects_earlier: bool,
    pub(super) obligations: BTreeMap<PromiseSource, Obligation>,
    /// Number of the exchange after the last accepted change; then, by resource, the exchange of the last
    /// observation.
    pub(super) changed: u64,
    pub(super) last_observed: BTreeMap<ResourceId, u64>,
    /// Counts for each clause.
    pub tally: ClauseTally,
    /// Resources with a deferred id, by stand-in id; then the real ids, by stand-in id.
    pub(super) deferred: BTreeMap<ResourceId, IdSource>,
    pub(super) resolved_ids: BTreeMap<ResourceId, ResourceId>,
    /// What explains a later deviation.
    pub(super) call_memory: CallMemory,
    /// Whether one factor holds all resources: slow, and the reference for the factored belief.
    pub(super) unfactored: bool,
}

/// The state of one obligation.
#[derive(Debug, Clone, Default)]
pub(super) struct Obligation {
    pub remaining: usize,
    pub unclear: bool,
    pub exception: bool,
    /// The fields with a promised value that differs from the value before the call.
    pub telling: BTreeSet<EffectField>,
}

impl Belief {
    /// A belief without resources.
    #[must_use]
    pub fn new(model: Arc<Model>, bounds: BeliefLimits) -> Belief {
        Belief {
            model,
            bounds,
            factors: Vec::new(),
            seq: 0,
            unknown_kinds: Vec::new(),
            expects_earlier: false,
            obligations: BTreeMap::new(),
            changed: 0,
            last_observed: BTreeMap::new(),
            tally: ClauseTally::default(),
            deferred: BTreeMap::new(),
            resolved_ids: BTreeMap::new(),
            call_memory: CallMemory::default(),
            unfactored: false,
        }
    }

    /// A belief with all resources in one factor. Tests compare the factored belief with an unfactored one.
    #[must_use]
    pub fn new_unfactored(model: Arc<Model>, bounds: BeliefLimits) -> Belief {
        Belief { unfactored: true, ..Belief::new(model, bounds) }
    }

    /// The distinct states of a resource after all events and transitions that may have happened without a
    /// call.
    #[must_use]
    pub fn list_current_states(&self, id: &ResourceId) -> Vec<Arc<PossibleResource>> {
        let Some(factor) = self.factors.iter().find(|factor| factor.ids.contains(id)) else { return Vec::new() };
        match close_states(&self.model, &factor.states, self.bounds.states_max, &EvaluationLog::discarding()) {
            Some(worlds) => Factor { states: worlds, ..factor.clone() }.list_states(id),
            None => factor.list_states(id),
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
    pub fn list_states(&self, id: &ResourceId) -> Vec<Arc<PossibleResource>> {
        self.factors
            .iter()
            .find(|factor| factor.ids.contains(id))
            .map(|factor| factor.list_states(id))
            .unwrap_or_default()
    }

    /// The state of a resource in each possible state of its factor, with repetitions; empty for an unknown
    /// resource.
    pub fn iter_resource(&self, id: &ResourceId) -> impl Iterator<Item = &Arc<PossibleResource>> {
        let factor = self.factors.iter().find(|factor| factor.ids.binary_search(id).is_ok());
        factor.into_iter().flat_map(|factor| factor.iter_resource(id))
    }

    /// Whether the resource is settled and determined, or gone, in every possible state.
    #[must_use]
    pub fn is_settled(&self, id: &ResourceId) -> bool {
        self.iter_resource(id).all(|held| held.state.is_settled() || held.state.existence == Existence::Gone)
    }

    /// Whether some possible state has no transition of the resource.
    #[must_use]
    pub fn may_be_settled(&self, id: &ResourceId) -> bool {
        self.iter_resource(id).any(|held| held.state.transition.is_none())
    }

    /// Number of the last exchange that observed the resource as settled or gone.
    #[must_use]
    pub fn last_observed(&self, id: &ResourceId) -> Option<u64> {
        self.last_observed.get(id).copied()
    }

    /// Every resource of the plan, in order.
    pub fn ids(&self) -> impl Iterator<Item = &ResourceId> {
        self.factors.iter().flat_map(|factor| &factor.ids)
    }
}

/// The resource whose views show a deferred id.
#[derive(Debug, Clone)]
pub(super) struct IdSource {
    pub id: ResourceId,
    /// The operation that created both resources, and the index of the entry in `about` of the resource with
    /// the deferred id.
    pub entry: (String, usize),
}

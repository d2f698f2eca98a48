//! Factors: sets of possible states over the same resources. A call joins factors; afterwards they are split.

use super::clause_info::ClauseId;
use super::possible_state::{PossibleResource, PossibleState};
use super::resource_state::ResourceId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The possible states of some resources, and the obligations about the resources.
#[derive(Debug, Clone, Default)]
pub struct Factor {
    /// Sorted.
    pub ids: Vec<ResourceId>,
    /// Sorted, without duplicates. Never empty between two observations.
    pub states: Vec<PossibleState>,
    /// Promised fields that no observation confirmed, the latest promise last. An overtaken promise stays: the
    /// earlier clause may be the cause of a wrong value.
    pub promises: BTreeMap<PromiseSubject, Vec<PromiseSource>>,
    /// The last exchange that ruled out states: often the true place of a later deviation.
    pub narrowed_by: Option<BeliefNarrowing>,
}

/// The subject of a promise: a field or the end of a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PromiseSubject {
    /// The value of a field: the resource, and the index of the field in the resource kind.
    Field(ResourceId, u16),
    /// The resource is gone.
    Absence(ResourceId),
}

impl PromiseSubject {
    /// The resource of the promise.
    #[must_use]
    pub fn id(&self) -> &ResourceId {
        match self {
            PromiseSubject::Field(id, _) | PromiseSubject::Absence(id) => id,
        }
    }
}

/// The clause and the exchange of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PromiseSource {
    /// The clause that made the promise.
    pub clause: ClauseId,
    /// Number of the exchange to which the clause applied.
    pub exchange: u64,
}

/// An exchange that ruled out states, and the contradicted clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeliefNarrowing {
    /// Number of the exchange within the plan's history, from 0.
    pub exchange: u64,
    /// The clauses that the removed states contradicted.
    pub clauses: Vec<ClauseId>,
}

impl Factor {
    /// One resource in one state.
    #[must_use]
    pub fn from_resource(held: Arc<PossibleResource>) -> Factor {
        Factor { ids: vec![held.id.clone()], states: vec![vec![held]], ..Factor::default() }
    }

    /// The product of factors; `None` for more than `most` possible states.
    #[must_use]
    pub fn join_factors(factors: Vec<Factor>, most: usize) -> Option<Factor> {
        let mut joined = Factor { states: vec![Vec::new()], ..Factor::default() };
        for factor in factors {
            if joined.states.len() * factor.states.len() > most {
                return None;
            }
            let product = joined
                .states
                .iter()
                .flat_map(|left| factor.states.iter().map(move |right| [left.as_slice(), right].concat()));
            joined.states = product.collect();
            joined.ids.extend(factor.ids);
            joined.promises.extend(factor.promises);
            if joined.narrowed_by.as_ref().map(|s| s.exchange) < factor.narrowed_by.as_ref().map(|s| s.exchange) {
                joined.narrowed_by = factor.narrowed_by;
            }
        }
        joined.ids.sort();
        for world in &mut joined.states {
            world.sort_by(|a, b| a.id.cmp(&b.id));
        }
        joined.states.sort();
        Some(joined)
    }

    /// Splits off each independent resource as a factor of its own. A resource is independent if the set is the
    /// product of the states of the resource and the states of the rest, and if no transition waits for the
    /// resource: `order` couples resources without narrowing the set.
    #[must_use]
    pub fn split_factor(self) -> Vec<Factor> {
        let mut parts = Vec::new();
        let mut rest = self;
        let mut index = 0;
        while rest.ids.len() > 1 && index < rest.ids.len() {
            if let Some((one, others)) = rest.split_resource(index) {
                parts.push(one);
                rest = others;
            } else {
                index += 1;
            }
        }
        parts.push(rest);
        parts
    }

    fn split_resource(&self, index: usize) -> Option<(Factor, Factor)> {
        let id = &self.ids[index];
        let awaited = |held: &Arc<PossibleResource>| {
            held.state
                .transition
                .as_ref()
                .is_some_and(|m| m.after.contains(id) || (held.id == *id && !m.after.is_empty()))
        };
        if self.states.iter().flatten().any(awaited) {
            return None;
        }
        let own: BTreeSet<&Arc<PossibleResource>> = self.states.iter().map(|world| &world[index]).collect();
        let rest = |world: &PossibleState| -> PossibleState {
            world.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, held)| held.clone()).collect()
        };
        let others: BTreeSet<PossibleState> = self.states.iter().map(rest).collect();
        if own.len() * others.len() != self.states.len() {
            return None;
        }
        let mine = |promised: &PromiseSubject| promised.id() == id;
        let (kept, left) = self.promises.clone().into_iter().partition(|(promised, _)| mine(promised));
        let one = Factor {
            ids: vec![id.clone()],
            states: own.into_iter().map(|held| vec![held.clone()]).collect(),
            promises: kept,
            narrowed_by: self.narrowed_by.clone(),
        };
        let ids = self.ids.iter().filter(|known| *known != id).cloned().collect();
        Some((
            one,
            Factor { ids, states: others.into_iter().collect(), promises: left, narrowed_by: self.narrowed_by.clone() },
        ))
    }

    /// The distinct states of one resource.
    #[must_use]
    pub fn list_states(&self, id: &ResourceId) -> Vec<Arc<PossibleResource>> {
        let Ok(index) = self.ids.binary_search(id) else { return Vec::new() };
        if let [only] = self.states.as_slice() {
            return vec![only[index].clone()];
        }
        let distinct: BTreeSet<&Arc<PossibleResource>> = self.states.iter().map(|world| &world[index]).collect();
        distinct.into_iter().cloned().collect()
    }

    /// The state of one resource in each possible state; empty for a resource of another factor.
    pub fn iter_resource(&self, id: &ResourceId) -> impl Iterator<Item = &Arc<PossibleResource>> {
        let index = self.ids.binary_search(id).ok();
        index.into_iter().flat_map(|index| self.states.iter().map(move |world| &world[index]))
    }
}

//! Factors: sets of possible states over the same resources. A call joins factors; afterwards they are split.

use super::clause_info::ClauseId;
use super::possible_state::{Held, World};
use super::resource_state::Id;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The possible states of some resources, and the obligations about the resources.
#[derive(Debug, Clone, Default)]
pub struct Factor {
    /// Sorted.
    pub ids: Vec<Id>,
    /// Sorted, without duplicates. Never empty between two observations.
    pub worlds: Vec<World>,
    /// Promised fields that no observation confirmed, the latest promise last. An overtaken promise stays: the
    /// earlier clause may be the cause of a wrong value.
    pub promises: BTreeMap<Promised, Vec<Promise>>,
    /// The last exchange that ruled out states: often the true place of a later deviation.
    pub shrunk: Option<Shrunk>,
}

/// The subject of a promise: a field or the end of a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promised {
    Field(Id, u16),
    /// The resource is gone.
    End(Id),
}

impl Promised {
    #[must_use]
    pub fn id(&self) -> &Id {
        match self {
            Promised::Field(id, _) | Promised::End(id) => id,
        }
    }
}

/// The clause and the exchange of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Promise {
    pub clause: ClauseId,
    pub exchange: u64,
}

/// An exchange that ruled out states, and the contradicted clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    pub exchange: u64,
    pub clauses: Vec<ClauseId>,
}

impl Factor {
    /// One resource in one state.
    #[must_use]
    pub fn single(held: Arc<Held>) -> Factor {
        Factor { ids: vec![held.id.clone()], worlds: vec![vec![held]], ..Factor::default() }
    }

    /// The product of factors; `None` for more than `most` possible states.
    #[must_use]
    pub fn join(factors: Vec<Factor>, most: usize) -> Option<Factor> {
        let mut joined = Factor { worlds: vec![Vec::new()], ..Factor::default() };
        for factor in factors {
            if joined.worlds.len() * factor.worlds.len() > most {
                return None;
            }
            let product = joined
                .worlds
                .iter()
                .flat_map(|left| factor.worlds.iter().map(move |right| [left.as_slice(), right].concat()));
            joined.worlds = product.collect();
            joined.ids.extend(factor.ids);
            joined.promises.extend(factor.promises);
            if joined.shrunk.as_ref().map(|s| s.exchange) < factor.shrunk.as_ref().map(|s| s.exchange) {
                joined.shrunk = factor.shrunk;
            }
        }
        joined.ids.sort();
        for world in &mut joined.worlds {
            world.sort_by(|a, b| a.id.cmp(&b.id));
        }
        joined.worlds.sort();
        Some(joined)
    }

    /// Splits off each independent resource as a factor of its own. A resource is independent if the set is the
    /// product of the states of the resource and the states of the rest, and if no transition waits for the
    /// resource: `order` couples resources without narrowing the set.
    #[must_use]
    pub fn split(self) -> Vec<Factor> {
        let mut parts = Vec::new();
        let mut rest = self;
        let mut index = 0;
        while rest.ids.len() > 1 && index < rest.ids.len() {
            if let Some((one, others)) = rest.without(index) {
                parts.push(one);
                rest = others;
            } else {
                index += 1;
            }
        }
        parts.push(rest);
        parts
    }

    fn without(&self, index: usize) -> Option<(Factor, Factor)> {
        let id = &self.ids[index];
        let awaited = |held: &Arc<Held>| {
            held.thing.motion.as_ref().is_some_and(|m| m.after.contains(id) || (held.id == *id && !m.after.is_empty()))
        };
        if self.worlds.iter().flatten().any(awaited) {
            return None;
        }
        let own: BTreeSet<&Arc<Held>> = self.worlds.iter().map(|world| &world[index]).collect();
        let rest = |world: &World| -> World {
            world.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, held)| held.clone()).collect()
        };
        let others: BTreeSet<World> = self.worlds.iter().map(rest).collect();
        if own.len() * others.len() != self.worlds.len() {
            return None;
        }
        let mine = |promised: &Promised| promised.id() == id;
        let (kept, left) = self.promises.clone().into_iter().partition(|(promised, _)| mine(promised));
        let one = Factor {
            ids: vec![id.clone()],
            worlds: own.into_iter().map(|held| vec![held.clone()]).collect(),
            promises: kept,
            shrunk: self.shrunk.clone(),
        };
        let ids = self.ids.iter().filter(|known| *known != id).cloned().collect();
        Some((one, Factor { ids, worlds: others.into_iter().collect(), promises: left, shrunk: self.shrunk.clone() }))
    }

    /// The distinct states of one resource.
    #[must_use]
    pub fn possibilities(&self, id: &Id) -> Vec<Arc<Held>> {
        let Ok(index) = self.ids.binary_search(id) else { return Vec::new() };
        let distinct: BTreeSet<&Arc<Held>> = self.worlds.iter().map(|world| &world[index]).collect();
        distinct.into_iter().cloned().collect()
    }
}

//! Factors: sets of worlds over the same things, joined by a call and split afterwards.

use super::compile::ClauseId;
use super::thing::{Id, Thing};
use crate::expr::Val;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A thing in a world, with the record that expressions read. Shared between worlds.
#[derive(Debug)]
pub struct Held {
    pub id: Id,
    pub thing: Thing,
    /// Follows from the rest, so it takes no part in comparisons.
    pub record: Val,
}

impl PartialEq for Held {
    fn eq(&self, other: &Held) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Held {}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Held) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Held {
    fn cmp(&self, other: &Held) -> Ordering {
        if std::ptr::eq(self, other) {
            return Ordering::Equal;
        }
        self.id.cmp(&other.id).then_with(|| self.thing.cmp(&other.thing))
    }
}

/// Things in order of their ids.
pub type World = Vec<Arc<Held>>;

/// The worlds still possible over some things, and what is owed to them.
#[derive(Debug, Clone, Default)]
pub struct Factor {
    /// In order, as in each world.
    pub ids: Vec<Id>,
    /// In order, without repetition. Never empty between two observations.
    pub worlds: Vec<World>,
    /// Fields that clauses have promised and no view has confirmed yet, the latest promise last.
    /// One that was overtaken stays: what comes out wrong may be its doing.
    pub promises: BTreeMap<Promised, Vec<Promise>>,
    /// Where it last became smaller: often the true place of a later deviation.
    pub shrunk: Option<Shrunk>,
}

/// What a promise is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promised {
    Field(Id, u16),
    /// That it is gone.
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

/// Who promised it, and in which call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Promise {
    pub clause: ClauseId,
    pub exchange: u64,
}

/// A step at which worlds were ruled out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    pub exchange: u64,
    pub clauses: Vec<ClauseId>,
}

impl Factor {
    /// One thing in one world.
    #[must_use]
    pub fn single(held: Arc<Held>) -> Factor {
        Factor { ids: vec![held.id.clone()], worlds: vec![vec![held]], ..Factor::default() }
    }

    /// The product; `None` beyond `most` worlds.
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

    /// Things that are independent of the rest become factors of their own. A thing is
    /// independent if the set is the product of its own possibilities and the rest's,
    /// and nothing in it waits for it (`order` couples without narrowing the set).
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

    /// Every thing that a world of it holds, each distinct possibility once.
    #[must_use]
    pub fn possibilities(&self, id: &Id) -> Vec<Arc<Held>> {
        let Ok(index) = self.ids.binary_search(id) else { return Vec::new() };
        let distinct: BTreeSet<&Arc<Held>> = self.worlds.iter().map(|world| &world[index]).collect();
        distinct.into_iter().cloned().collect()
    }
}

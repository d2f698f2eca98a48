//! How long things took to come to rest.

use crate::history::{Cause, Exchange};
use crate::model::{Belief, Id, Life, Model, Thing};
use std::collections::{BTreeMap, BTreeSet};

/// A way from rest to rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passage {
    pub resource: String,
    /// The state before; none for a thing that came to life, or whose state is not known.
    pub from: Option<String>,
    /// The state at rest; none for a thing that is gone.
    pub to: Option<String>,
    /// The clauses that set it in motion.
    pub by: Vec<String>,
}

/// Milliseconds from the reply that accepted the call to the reply that showed rest, by passage.
/// It is an upper bound: a thing that came to rest between two looks is seen at the second.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settling(pub BTreeMap<Passage, Vec<u64>>);

impl Settling {
    pub fn merge(&mut self, other: Settling) {
        for (passage, times) in other.0 {
            self.0.entry(passage).or_default().extend(times);
        }
    }
}

/// Watches the things of one plan.
#[derive(Debug, Default)]
pub struct Stopwatch {
    moving: BTreeMap<Id, Moving>,
    /// The state in which a thing was last seen at rest.
    rested: BTreeMap<Id, Option<String>>,
    pub settling: Settling,
}

#[derive(Debug)]
struct Moving {
    from: Option<String>,
    by: Vec<String>,
    since_ms: u64,
    /// Another call came in between: what took how long can no longer be told.
    mixed: bool,
}

impl Stopwatch {
    /// Looks at what an exchange has done to the things that it touched, and at those in motion.
    pub fn look(&mut self, model: &Model, belief: &Belief, exchange: &Exchange, touched: &BTreeSet<Id>) {
        let acts = exchange.cause != Cause::Poll && model.operations[&exchange.operation].changes;
        let ids: BTreeSet<Id> = self.moving.keys().chain(touched).cloned().collect();
        for id in ids {
            let possible = belief.possibilities(&id);
            let Some(first) = possible.first() else { continue };
            let rests = belief.at_rest(&id);
            let state = state(model, &id, &first.thing);
            match self.moving.get_mut(&id) {
                Some(_) if rests => self.arrive(model, id, state, exchange.received_ms),
                Some(moving) => {
                    let foggy = possible.iter().any(|held| held.thing.fog.is_some());
                    moving.mixed |= foggy || (acts && touched.contains(&id));
                }
                None if rests => {
                    self.rested.insert(id, state);
                }
                None => {
                    let Some(held) = possible.iter().find(|held| held.thing.motion.is_some()) else { continue };
                    let via = held.thing.via.iter().flat_map(|via| via.0.iter());
                    let by: Vec<String> = via.map(|(clause, _)| model.info(*clause).id.clone()).collect();
                    let from = self.rested.get(&id).cloned().flatten();
                    // What an event or a lost call began has no known beginning.
                    let mixed = !acts || by.is_empty() || possible.iter().any(|held| held.thing.fog.is_some());
                    self.moving.insert(id, Moving { from, by, since_ms: exchange.received_ms, mixed });
                }
            }
        }
    }

    fn arrive(&mut self, model: &Model, id: Id, to: Option<String>, now_ms: u64) {
        let Some(moving) = self.moving.remove(&id) else { return };
        if !moving.mixed {
            let resource = model.resource(&id).name.clone();
            let passage = Passage { resource, from: moving.from, to: to.clone(), by: moving.by };
            self.settling.0.entry(passage).or_default().push(now_ms.saturating_sub(moving.since_ms));
        }
        self.rested.insert(id, to);
    }
}

/// The state as text; none for what is gone or has no state.
fn state(model: &Model, id: &Id, thing: &Thing) -> Option<String> {
    let resource = model.resource(id);
    let state = resource.state.as_deref()?;
    let index = resource.fields.iter().position(|field| field.name == state)?;
    if thing.life == Life::Gone {
        return None;
    }
    match thing.fields[index].to_json()? {
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

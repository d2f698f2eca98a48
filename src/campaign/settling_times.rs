//! Measured times of transitions.

use crate::history::{Cause, Exchange};
use crate::model::{Belief, Id, Life, Model, Thing};
use std::collections::{BTreeMap, BTreeSet};

/// A transition from one stable state to the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passage {
    /// The resource kind.
    pub resource: String,
    /// The state before; `None` for a create, or if the state is undetermined.
    pub from: Option<String>,
    /// The state after; `None` if the resource is gone.
    pub to: Option<String>,
    /// Ids of the clauses that started the transition.
    pub by: Vec<String>,
}

/// Milliseconds from the response that accepted the call to the response that showed the settled resource, by
/// transition. An upper bound: a resource that settles between two polls is seen at the second poll.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settling(pub BTreeMap<Passage, Vec<u64>>);

impl Settling {
    /// Adds the times of another plan.
    pub fn merge(&mut self, other: Settling) {
        for (passage, times) in other.0 {
            self.0.entry(passage).or_default().extend(times);
        }
    }
}

/// Measures the transitions of one plan.
#[derive(Debug, Default)]
pub(super) struct Stopwatch {
    /// Transitions under way.
    moving: BTreeMap<Id, Moving>,
    /// The last stable state of each resource.
    rested: BTreeMap<Id, Option<String>>,
    /// The finished transitions.
    pub settling: Settling,
}

/// A transition under way.
#[derive(Debug)]
struct Moving {
    from: Option<String>,
    by: Vec<String>,
    since_ms: u64,
    /// Whether the start or the cause is unknown, so that the time is not counted.
    mixed: bool,
}

impl Stopwatch {
    /// Takes in an exchange: starts transitions of the resources in `touched`, and ends finished ones.
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
                    let undetermined = possible.iter().any(|held| held.thing.fog.is_some());
                    moving.mixed |= undetermined || (acts && touched.contains(&id));
                }
                None if rests => {
                    self.rested.insert(id, state);
                }
                None => {
                    let Some(held) = possible.iter().find(|held| held.thing.motion.is_some()) else { continue };
                    let via = held.thing.via.iter().flat_map(|via| via.0.iter());
                    let by: Vec<String> = via.map(|(clause, _)| model.info(*clause).id.clone()).collect();
                    let from = self.rested.get(&id).cloned().flatten();
                    // The start of a transition by an event or a lost call is unknown.
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

/// The state as text; `None` if the resource is gone or has no state field.
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

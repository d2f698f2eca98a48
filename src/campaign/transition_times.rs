//! Measured times of transitions.

use crate::history::{CallCause, Exchange};
use crate::model::{Belief, Existence, Model, ResourceId, ResourceState};
use std::collections::{BTreeMap, BTreeSet};

/// A transition from one stable state to the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MeasuredTransition {
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
pub struct TransitionTimes(pub BTreeMap<MeasuredTransition, Vec<u64>>);

impl TransitionTimes {
    /// Adds the times of another plan.
    pub fn merge(&mut self, other: TransitionTimes) {
        for (passage, times) in other.0 {
            self.0.entry(passage).or_default().extend(times);
        }
    }
}

/// Measures transitions in one plan.
#[derive(Debug, Default)]
pub(super) struct TransitionTimer {
    /// Transitions under way.
    moving: BTreeMap<ResourceId, PendingTransition>,
    /// The last stable state of each resource.
    rested: BTreeMap<ResourceId, Option<String>>,
    /// The finished transitions.
    pub finished: TransitionTimes,
}

/// A transition under way.
#[derive(Debug)]
struct PendingTransition {
    from: Option<String>,
    by: Vec<String>,
    since_ms: u64,
    /// Whether start or cause is unknown. Then the time is not counted.
    mixed: bool,
}

impl TransitionTimer {
    /// Takes in an exchange: starts transitions of the resources in `touched`, and ends finished ones.
    pub fn take_exchange(
        &mut self,
        model: &Model,
        belief: &Belief,
        exchange: &Exchange,
        touched: &BTreeSet<ResourceId>,
    ) {
        let acts = exchange.cause != CallCause::Poll && model.operations[&exchange.call.operation].changes;
        let ids: BTreeSet<ResourceId> = self.moving.keys().chain(touched).cloned().collect();
        for id in ids {
            let possible = belief.list_states(&id);
            let Some(first) = possible.first() else { continue };
            let rests = belief.is_settled(&id);
            let state = read_state(model, &id, &first.state);
            match self.moving.get_mut(&id) {
                Some(_) if rests => self.end_transition(model, id, state, exchange.received_ms),
                Some(moving) => {
                    let undetermined = possible.iter().any(|held| held.state.undetermined_since.is_some());
                    moving.mixed |= undetermined || (acts && touched.contains(&id));
                }
                None if rests => {
                    self.rested.insert(id, state);
                }
                None => {
                    let Some(held) = possible.iter().find(|held| held.state.transition.is_some()) else { continue };
                    let via = held.state.origin.iter().flat_map(|via| via.0.iter());
                    let by: Vec<String> = via.map(|(clause, _)| model.clause_info(*clause).id.clone()).collect();
                    let from = self.rested.get(&id).cloned().flatten();
                    // The start of a transition by an event or a lost call is unknown.
                    let mixed =
                        !acts || by.is_empty() || possible.iter().any(|held| held.state.undetermined_since.is_some());
                    self.moving.insert(id, PendingTransition { from, by, since_ms: exchange.received_ms, mixed });
                }
            }
        }
    }

    fn end_transition(&mut self, model: &Model, id: ResourceId, to: Option<String>, now_ms: u64) {
        let Some(moving) = self.moving.remove(&id) else { return };
        if !moving.mixed {
            let resource = model.resource_kind(&id).name.clone();
            let passage = MeasuredTransition { resource, from: moving.from, to: to.clone(), by: moving.by };
            self.finished.0.entry(passage).or_default().push(now_ms.saturating_sub(moving.since_ms));
        }
        self.rested.insert(id, to);
    }
}

/// The state as text; `None` if the resource is gone or has no state field.
fn read_state(model: &Model, id: &ResourceId, thing: &ResourceState) -> Option<String> {
    let resource = model.resource_kind(id);
    let state = resource.state.as_deref()?;
    let index = resource.fields.iter().position(|field| field.name == state)?;
    if thing.existence == Existence::Gone {
        return None;
    }
    match thing.fields[index].to_json()? {
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

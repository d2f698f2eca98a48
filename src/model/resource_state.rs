//! One resource in one possible state.

use super::clause_info::ClauseId;
use crate::expr::ExprValue;
use std::sync::Arc;

/// Identity of a resource in the belief.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId {
    /// Index of the resource kind.
    pub kind: u16,
    /// The id from the endpoint, or a stand-in id.
    pub id: Arc<str>,
}

/// The owner of a resource. Two identities are enough to tell own from foreign resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceOwner {
    /// The main identity of the run.
    Owner,
    /// The second identity.
    Other,
}

impl ResourceOwner {
    /// The owner behind a caller. `expired` and `forged` stand for the owner: a check of the token is a
    /// question of status 401, and not of ownership.
    #[must_use]
    pub fn from_caller(caller: &str) -> Option<ResourceOwner> {
        match caller {
            "owner" | "expired" | "forged" => Some(ResourceOwner::Owner),
            "other" => Some(ResourceOwner::Other),
            _ => None,
        }
    }
}

/// The sequence number of a resource of which nobody knows whether it is older than others.
pub const UNKNOWN_SEQ: u32 = u32::MAX;

/// Whether a resource exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Existence {
    /// The resource exists.
    Present,
    /// The resource is in deletion: a response shows any value, or no resource.
    Deleting,
    /// The resource does not exist.
    Gone,
}

/// The state of one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceState {
    /// Index of the resource kind.
    pub kind: u16,
    /// The owner.
    pub owner: ResourceOwner,
    /// Sequence number of the create within the plan, or `UNKNOWN_SEQ`.
    pub seq: u32,
    /// Whether the resource exists.
    pub existence: Existence,
    /// Whether the id is a stand-in for a deferred id.
    pub id_deferred: bool,
    /// Observed fields in the order of the resource kind; `Unknown` if undetermined.
    pub fields: Vec<ExprValue>,
    /// Values of the suite's `remembers`, in order.
    pub memory: Vec<ExprValue>,
    /// The transition under way.
    pub transition: Option<Transition>,
    /// Time in ms since which the resource is undetermined.
    pub undetermined_since: Option<u64>,
    /// The outcomes that led to the state, until an observation shows the resource as settled.
    pub origin: Option<StateOrigin>,
}

/// The outcomes of clauses behind a state; 0 is the main outcome.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateOrigin(pub Arc<[(ClauseId, u16)]>);

impl StateOrigin {
    /// The outcome of a clause, if the clause contributed to the state.
    #[must_use]
    pub fn find_outcome(&self, clause: ClauseId) -> Option<u16> {
        self.0.iter().find(|(known, _)| *known == clause).map(|(_, way)| *way)
    }
}

/// A transition under way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transition {
    /// The remaining stages, never empty. The last entry is the final state.
    pub stages: Vec<TransitionStage>,
    /// Changed fields that may still show the old value: index and old value.
    pub pending: Vec<(u16, ExprValue)>,
    /// Time of acceptance in ms.
    pub since: u64,
    /// Resources whose transitions end before this transition.
    pub after: Vec<ResourceId>,
}

/// One stage of a transition, after evaluation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransitionStage {
    /// A value of the state field.
    State(ExprValue),
    /// Any state, or no resource.
    Anything,
    /// The resource is gone.
    Gone,
}

impl ResourceState {
    /// Whether the resource has no transition and is determined.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.transition.is_none() && self.undetermined_since.is_none()
    }

    /// The resource with every modelled value undetermined since `now`, in ms.
    #[must_use]
    pub fn make_undetermined(&self, now: u64) -> ResourceState {
        ResourceState {
            fields: vec![ExprValue::Unknown; self.fields.len()],
            memory: vec![ExprValue::Unknown; self.memory.len()],
            transition: None,
            undetermined_since: Some(now),
            origin: None,
            existence: if self.existence == Existence::Gone { Existence::Gone } else { Existence::Present },
            ..self.clone()
        }
    }
}

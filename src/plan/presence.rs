//! Whether a resource exists and whether it is settled, according to a belief.

use crate::model::{Belief, Existence, ResourceId, ResourceState, TransitionStage};

/// Existence and settledness of a resource over all possible states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourcePresence {
    /// The resource exists and is settled.
    Settled,
    /// The resource exists and may be in a transition.
    InTransition,
    /// The resource is undetermined.
    Undetermined,
    /// The resource exists and may be settled, and only the passing of its bound tells more.
    AwaitingBound,
    /// The resource is in deletion, or perhaps gone.
    Leaving,
    /// The resource does not exist.
    Gone,
}

/// Existence and settledness of a resource according to a belief.
#[must_use]
pub fn classify_presence(belief: &Belief, id: &ResourceId) -> ResourcePresence {
    let any = |test: fn(&ResourceState) -> bool| belief.iter_resource(id).any(|held| test(&held.state));
    if !any(|thing| thing.existence != Existence::Gone) {
        ResourcePresence::Gone
    } else if any(|thing| thing.existence != Existence::Present || is_leaving(thing)) {
        ResourcePresence::Leaving
    } else if any(|thing| thing.undetermined_since.is_some()) {
        ResourcePresence::Undetermined
    } else if any(|thing| thing.transition.is_some()) {
        ResourcePresence::InTransition
    } else {
        ResourcePresence::Settled
    }
}

fn is_leaving(thing: &ResourceState) -> bool {
    thing.transition.as_ref().is_some_and(|motion| {
        motion.stages.iter().any(|stage| matches!(stage, TransitionStage::Gone | TransitionStage::Anything))
    })
}

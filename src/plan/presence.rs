//! Whether a resource exists and whether it is settled, according to a belief.

use crate::model::{Belief, Id, Life};

/// Existence and settledness of a resource over all possible states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// The resource exists and is settled.
    Rest,
    /// The resource exists and may be in a transition.
    Motion,
    /// The resource is undetermined.
    Fog,
    /// The resource is in deletion, or perhaps gone.
    Leaving,
    /// The resource does not exist.
    Gone,
}

/// Existence and settledness of a resource according to a belief.
#[must_use]
pub fn presence(belief: &Belief, id: &Id) -> Presence {
    let possible = belief.possibilities(id);
    let any = |test: &dyn Fn(&crate::model::Thing) -> bool| possible.iter().any(|held| test(&held.thing));
    if possible.iter().all(|held| held.thing.life == Life::Gone) {
        Presence::Gone
    } else if any(&|thing| thing.life != Life::Alive || leaving(thing)) {
        Presence::Leaving
    } else if any(&|thing| thing.fog.is_some()) {
        Presence::Fog
    } else if any(&|thing| thing.motion.is_some()) {
        Presence::Motion
    } else {
        Presence::Rest
    }
}

fn leaving(thing: &crate::model::Thing) -> bool {
    use crate::model::Stage;
    thing
        .motion
        .as_ref()
        .is_some_and(|motion| motion.course.iter().any(|stage| matches!(stage, Stage::Gone | Stage::Anything)))
}

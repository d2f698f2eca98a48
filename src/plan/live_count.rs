//! The number of live resources, which limits the creates of a plan.

use super::hints::Hints;
use super::planning_context::{Actor, Ground, Scene};
use super::presence::{Presence, presence};
use super::step::Step;
use crate::model::{Belief, Id, Model};
use std::collections::BTreeSet;

/// Number of live resources in a planning context.
#[must_use]
pub fn live(scene: &Scene<'_>) -> usize {
    match scene.ground {
        Ground::Belief(belief) => alive(belief, scene.hints),
        Ground::World(_) => {
            let there = |actor: &&Actor| {
                actor.presence != Presence::Gone && takes_place(scene.hints, usize::from(actor.id.kind))
            };
            scene.actors.iter().filter(there).count()
        }
    }
}

/// Number of live resources in a belief. A resource with a deferred id counts while a response may still show
/// the id: a job that ended without an id created no resource.
#[must_use]
pub fn alive(belief: &Belief, hints: &Hints) -> usize {
    let never: BTreeSet<&Id> =
        belief.untold().filter(|(_, teller)| belief.at_rest(teller)).map(|(untold, _)| untold).collect();
    let there = |id: &&Id| {
        takes_place(hints, usize::from(id.kind)) && !never.contains(id) && presence(belief, id) != Presence::Gone
    };
    belief.ids().filter(there).count()
}

/// Number of live resources that a step may create. A job does not count, because a job ends without a delete.
#[must_use]
pub fn places(model: &Model, hints: &Hints, step: &Step) -> usize {
    let about = &model.operations[&step.operation].about;
    let placed = about.iter().filter(|about| takes_place(hints, about.resource));
    placed.filter(|about| step.births.contains_key(&about.name)).count()
}

/// Whether resources of a kind count as live: kinds with a deleting operation, or all kinds if no kind has such
/// an operation.
pub(super) fn takes_place(hints: &Hints, kind: usize) -> bool {
    hints.deletable.is_empty() || hints.deletable.contains(&kind)
}

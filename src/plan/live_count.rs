//! The number of live resources, which limits the creates of a plan.

use super::hints::SuiteHints;
use super::presence::{ResourcePresence, classify_presence};
use super::step::Step;
use crate::model::{Belief, Model, ResourceId};
use std::collections::BTreeSet;

/// Number of live resources in a belief. A resource with a deferred id counts while a response may still show
/// the id: a job that ended without an id created no resource.
#[must_use]
pub fn count_live_in_belief(belief: &Belief, hints: &SuiteHints) -> usize {
    let never: BTreeSet<&ResourceId> =
        belief.list_deferred().filter(|(_, teller)| belief.is_settled(teller)).map(|(untold, _)| untold).collect();
    let there = |id: &&ResourceId| {
        counts_as_live(hints, usize::from(id.kind))
            && !never.contains(id)
            && classify_presence(belief, id) != ResourcePresence::Gone
    };
    belief.ids().filter(there).count()
}

/// Number of live resources that a step may create. A job does not count, because a job ends without a delete.
#[must_use]
pub fn count_created(model: &Model, hints: &SuiteHints, step: &Step) -> usize {
    let about = &model.operations[&step.call.operation].about;
    let placed = about.iter().filter(|about| counts_as_live(hints, about.resource));
    placed.filter(|about| step.births.contains_key(&about.name)).count()
}

/// Whether resources of a kind count as live: kinds with a deleting operation, or all kinds if no kind has such
/// an operation.
#[must_use]
pub fn counts_as_live(hints: &SuiteHints, kind: usize) -> bool {
    hints.deletable.is_empty() || hints.deletable.contains(&kind)
}

//! The context in which the effects of an accepted call are evaluated.

use super::applicability::Combination;
use super::call_view::Asked;
use super::compile::Model;
use super::possible_state::Held;
use super::resource_state::Id;
use super::roots::world_root;
use crate::expr::Val;
use std::sync::Arc;

/// Created resources: index into the operation's `about`, and ids.
pub type Born = [(usize, Vec<Id>)];

/// The context of a call's effects besides the possible state.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The created resources.
    pub born: &'a Born,
    /// The response body; null without a body, unknown after a lost response.
    pub reply: &'a Val,
    /// Time of the response, in ms.
    pub now: u64,
    /// Sequence number of the next created resource.
    pub seq: u32,
    /// Resource kinds with existing resources whose ids are unknown.
    pub strangers: &'a [usize],
}

pub(super) fn all_of(model: &Model, asked: &Asked, world: &[Arc<Held>], moment: &Moment<'_>) -> Val {
    let kinds = model.operations[&asked.operation].reads_all.iter().copied();
    world_root(model, kinds, world, asked.who, moment.strangers)
}

pub(super) fn targets(
    about: &[crate::suite::About],
    combination: &Combination<'_>,
    born: &Born,
    name: &str,
) -> Vec<Id> {
    let existing = combination.iter().filter(|(known, _, _)| *known == name).filter_map(|(_, id, _)| id.cloned());
    let new = born.iter().filter(|(index, _)| about[*index].name == name).flat_map(|(_, ids)| ids.iter().cloned());
    existing.chain(new).collect()
}

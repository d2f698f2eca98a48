//! The context in which the effects of an accepted call are evaluated.

use super::applicability::ResourceCombination;
use super::call_view::CallView;
use super::compile::Model;
use super::possible_state::PossibleResource;
use super::resource_state::ResourceId;
use super::roots::make_world_root;
use crate::expr::ExprValue;
use std::sync::Arc;

/// Created resources: index into the operation's `about`, and ids.
pub type CreatedIds = [(usize, Vec<ResourceId>)];

/// The context of a call's effects besides the possible state.
#[derive(Debug, Clone, Copy)]
pub struct EffectContext<'a> {
    /// The created resources.
    pub created: &'a CreatedIds,
    /// The response body; null without a body, unknown after a lost response.
    pub reply: &'a ExprValue,
    /// Time of the response, in ms.
    pub now: u64,
    /// Sequence number of the next created resource.
    pub seq: u32,
    /// Resource kinds with existing resources whose ids are unknown.
    pub unknown_kinds: &'a [usize],
}

pub(super) fn read_all_resources(
    model: &Model,
    asked: &CallView,
    world: &[Arc<PossibleResource>],
    moment: &EffectContext<'_>,
) -> ExprValue {
    let kinds = model.operations[&asked.operation].reads_all.iter().copied();
    make_world_root(model, kinds, world, asked.owner, moment.unknown_kinds)
}

pub(super) fn find_targets(
    about: &[crate::suite::AboutEntry],
    combination: &ResourceCombination<'_>,
    born: &CreatedIds,
    name: &str,
) -> Vec<ResourceId> {
    let existing = combination.iter().filter(|(known, _, _)| *known == name).filter_map(|(_, id, _)| id.cloned());
    let new = born.iter().filter(|(index, _)| about[*index].name == name).flat_map(|(_, ids)| ids.iter().cloned());
    existing.chain(new).collect()
}

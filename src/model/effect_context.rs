//! The context in which the effects of an accepted call are evaluated.

use super::applicability::{ApplicableClauses, ResourceCombination};
use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::evaluation_log::EvaluationLog;
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
    /// Accepting clauses that may apply: their effects may happen, so the affected fields become undetermined.
    pub uncertain: &'a [ClauseId],
    /// Keeps the failures of expressions.
    pub log: &'a EvaluationLog,
}

impl<'a> EffectContext<'a> {
    /// The context for clauses beside which others may apply.
    pub(super) fn with_uncertain(&self, reading: &'a ApplicableClauses) -> EffectContext<'a> {
        EffectContext { uncertain: &reading.may_accept, ..*self }
    }
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

//! The settled state that follows an accepted call, computed without an endpoint.

use super::hints::SuiteHints;
use super::planning_context::{CandidateCall, PlanningContext};
use crate::expr::ExprValue;
use crate::model::{
    EffectContext, EvaluationLog, Existence, Model, PossibleResource, PossibleState, ResourceId, ResourceState,
    advance_resource, apply_choice, evaluate_clauses, list_choices, make_possible_resource,
};
use crate::suite::IdExpression;
use std::fmt::Write;
use std::sync::Arc;

/// The state after an accepted call with its main outcome, with every transition at its end.
#[must_use]
pub fn state_after_call(
    scene: &PlanningContext<'_>,
    call: &CandidateCall,
    world: &PossibleState,
    born: &[(usize, Vec<ResourceId>)],
) -> Option<PossibleState> {
    accept_call(scene, call, world, born).map(|next| settle_state(scene.model, &next))
}

/// The state right after an accepted call with its main outcome, with transitions under way; `None` if the state does not
/// accept the call.
#[must_use]
pub fn accept_call(
    scene: &PlanningContext<'_>,
    call: &CandidateCall,
    world: &PossibleState,
    born: &[(usize, Vec<ResourceId>)],
) -> Option<PossibleState> {
    let log = EvaluationLog::discarding();
    let reading = evaluate_clauses(scene.model, &call.view, world, &[], &log);
    if !reading.demanded.is_empty() || reading.accepts.is_empty() {
        return None;
    }
    let moment = EffectContext {
        created: born,
        reply: &ExprValue::Unknown,
        now: 0,
        seq: next_sequence(world),
        unknown_kinds: &[],
        uncertain: &[],
        log: &log,
    };
    let choice = list_choices(scene.model, &call.view, world, &reading.accepts, &moment).into_iter().next()?;
    Some(apply_choice(scene.model, &call.view, world, &choice, &moment))
}

/// The state with every transition at its end.
#[must_use]
pub fn settle_state(model: &Model, world: &PossibleState) -> PossibleState {
    let end = |held: &Arc<PossibleResource>| match &held.state.transition {
        Some(motion) if !motion.stages.is_empty() => {
            let thing = advance_resource(model, &held.id, &held.state, motion.stages.len());
            make_possible_resource(model, held.id.clone(), ResourceState { origin: None, ..thing })
        }
        _ => make_possible_resource(
            model,
            held.id.clone(),
            ResourceState { origin: None, transition: None, ..held.state.clone() },
        ),
    };
    world.iter().map(end).collect()
}

/// The part of a state that guards and effects can distinguish: the resources by order in place of ids, each
/// with kind, existence and relevant fields.
#[must_use]
pub fn state_signature(model: &Model, hints: &SuiteHints, world: &PossibleState) -> String {
    let mut text = String::new();
    let place = |id: &str| world.iter().position(|held| &*held.id.id == id);
    for held in world {
        let kind = usize::from(held.id.kind);
        let resource = &model.suite.resources[kind];
        let thing = &held.state;
        let fields = resource.fields.iter().map(|field| &field.name);
        let memory = resource.remembers.iter().map(|(name, _)| name);
        let values = fields
            .zip(&thing.fields)
            .chain(memory.zip(&thing.memory))
            .filter(|(name, _)| hints.relevant.contains(&(kind, (*name).clone())));
        let moving = thing.transition.is_some();
        let fogged = thing.undetermined_since.is_some();
        let _ = write!(text, "{kind} {:?} {moving} {fogged}", thing.existence);
        for (_, value) in values {
            let _ = match value {
                ExprValue::Str(id) if place(id).is_some() => write!(text, " #{:?}", place(id)),
                value => write!(text, " {value}"),
            };
        }
        text.push('\n');
    }
    text
}

pub(super) fn next_sequence(world: &PossibleState) -> u32 {
    let youngest = world.iter().map(|held| held.state.seq).max();
    youngest.map_or(0, |seq| seq + 1)
}

/// Invented ids for the created resources of a call; `None` above `things_max` resources of a kind.
pub(super) fn invent_ids(
    scene: &PlanningContext<'_>,
    call: &CandidateCall,
    world: &PossibleState,
    things_max: usize,
) -> Option<Vec<(usize, Vec<ResourceId>)>> {
    let mut born = Vec::new();
    let about = &scene.model.operations[&call.step.call.operation].about;
    for (index, about) in about.iter().enumerate() {
        if !matches!(about.binding, IdExpression::New(_)) {
            continue;
        }
        let alive = world
            .iter()
            .filter(|held| usize::from(held.id.kind) == about.resource && held.state.existence != Existence::Gone);
        let counted = scene.hints.deletable.contains(&about.resource);
        if counted && alive.count() >= things_max {
            return None;
        }
        let number = next_sequence(world) as usize + born.len();
        let id = format!("00000000-0000-4000-8000-{number:012x}");
        let kind = about.resource as u16;
        let id = ResourceId { kind, id: Arc::from(id.as_str()) };
        born.push((index, vec![id]));
    }
    Some(born)
}

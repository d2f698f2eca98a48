//! Changes without a call: the stages of transitions, and events.

use super::clause_info::ClauseId;
use super::compile::Model;
use super::evaluation_error::SuiteEvaluationError;
use super::evaluation_log::EvaluationLog;
use super::possible_state::{
    PossibleResource, PossibleState, find_resource, make_possible_resource, replace_resources,
};
use super::resource_state::{Existence, ResourceId, ResourceState, StateOrigin, TransitionStage};
use super::roots::explain_failure;
use crate::expr::{Expr, ExprEvalError, ExprScope, ExprValue};
use crate::suite::{EffectValue, LetDefinition, StageExpression};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A resource after a number of further stages.
pub type AdvancedResource = (usize, Arc<PossibleResource>);

/// Every way in which one resource may pass one or more further stages.
#[must_use]
pub fn list_advances(model: &Model, world: &[Arc<PossibleResource>]) -> Vec<AdvancedResource> {
    let mut all = Vec::new();
    for held in world {
        let Some(motion) = &held.state.transition else { continue };
        let waits = motion
            .after
            .iter()
            .any(|id| find_resource(world, id).is_some_and(|other| other.state.transition.is_some()));
        let reach = if waits { motion.stages.len() - 1 } else { motion.stages.len() };
        for stages in 1..=reach {
            all.push((
                stages,
                make_possible_resource(model, held.id.clone(), advance_resource(model, &held.id, &held.state, stages)),
            ));
        }
    }
    all
}

/// The resource after `stages` further stages of its transition.
///
/// # Panics
/// If the resource has no transition or fewer remaining stages.
#[must_use]
pub fn advance_resource(model: &Model, id: &ResourceId, thing: &ResourceState, stages: usize) -> ResourceState {
    let resource = model.resource_kind(id);
    let mut next = thing.clone();
    let motion = next.transition.as_mut().expect("only a resource in a transition advances");
    let mut taken: Vec<TransitionStage> = motion.stages.drain(..stages).collect();
    let done = motion.stages.is_empty();
    match taken.pop().expect("at least one stage is passed") {
        TransitionStage::State(value) => {
            let state = resource.state.as_deref().unwrap_or_default();
            if let Some(index) = resource.fields.iter().position(|field| field.name == state) {
                next.fields[index] = value;
            }
        }
        TransitionStage::Anything => next.existence = Existence::Deleting,
        TransitionStage::Gone => next.existence = Existence::Gone,
    }
    if done {
        next.transition = None;
    }
    next
}

/// The possible states after one event on one resource. An event with an undetermined condition may occur.
#[must_use]
pub fn list_events(
    model: &Model,
    world: &[Arc<PossibleResource>],
    log: &EvaluationLog,
) -> Vec<(ClauseId, PossibleState)> {
    let mut all = Vec::new();
    for (index, event) in model.suite.events.iter().enumerate() {
        for held in world {
            let struck = usize::from(held.id.kind) == event.resource
                && held.state.existence == Existence::Present
                && held.state.undetermined_since.is_none();
            if !struck || !can_occur(model, index, held, log) {
                continue;
            }
            let clause = model.event_clause(index);
            let changed = BTreeMap::from([(held.id.clone(), apply_event(model, index, held, log))]);
            all.push((clause, replace_resources(model, world, changed)));
        }
    }
    all
}

fn can_occur(model: &Model, index: usize, held: &PossibleResource, log: &EvaluationLog) -> bool {
    let event = &model.suite.events[index];
    let Some(guard) = &event.when else { return true };
    let value = evaluate_alone(model, held, guard, event.place.line);
    let place = (Some(model.event_clause(index)), event.place.line);
    log.note_evaluation(place, guard, value) != ExprValue::Bool(false)
}

fn apply_event(model: &Model, index: usize, held: &PossibleResource, log: &EvaluationLog) -> ResourceState {
    let event = &model.suite.events[index];
    let resource = &model.suite.resources[event.resource];
    let mut thing = held.state.clone();
    // A field in change may have the old or the new value.
    for (field, _) in thing.transition.take().map(|motion| motion.pending).unwrap_or_default() {
        thing.fields[usize::from(field)] = ExprValue::Unknown;
    }
    for effect in &event.then {
        let line = effect.place.line;
        let evaluate = |expr: &Expr| {
            let value = evaluate_alone(model, held, expr, line);
            log.note_evaluation((Some(model.event_clause(index)), line), expr, value)
        };
        let value = match &effect.value {
            EffectValue::Expr(expr) => evaluate(expr),
            EffectValue::Anything => ExprValue::Unknown,
            EffectValue::Transition(stages) => match stages.last() {
                Some(StageExpression::State(state)) => ExprValue::Str(Arc::from(state.as_str())),
                Some(StageExpression::Expr(expr)) => evaluate(expr),
                Some(StageExpression::Gone) => {
                    thing.existence = Existence::Gone;
                    continue;
                }
                Some(StageExpression::Anything) | None => ExprValue::Unknown,
            },
        };
        if let Some(index) = resource.fields.iter().position(|field| field.name == effect.field) {
            thing.fields[index] = model.read_field_value(event.resource, index, value);
        } else if let Some(index) = resource.remembers.iter().position(|(name, _)| *name == effect.field) {
            thing.memory[index] = value;
        }
    }
    thing.origin = Some(StateOrigin(Arc::from([(model.event_clause(index), 1)])));
    thing
}

/// The scope of an event: one resource.
struct SingleResourceScope<'a> {
    model: &'a Model,
    held: &'a PossibleResource,
}

impl ExprScope for SingleResourceScope<'_> {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        if self.model.resource_kind(&self.held.id).name == name {
            return Some(self.held.record.clone());
        }
        match name {
            "pools" => return Some(self.model.pools.clone()),
            "today" => return Some(ExprValue::Str(Arc::from(self.model.today.as_str()))),
            _ => {}
        }
        match self.model.suite.lets.get(name)? {
            LetDefinition::Constant(value) => Some(value.clone()),
            LetDefinition::Expression(expr) => expr.eval(self).ok(),
        }
    }
}

/// Evaluates an expression over one resource.
///
/// # Errors
/// If the expression reads an absent value or mixes types.
pub fn evaluate_alone(
    model: &Model,
    held: &PossibleResource,
    expr: &Expr,
    line: u32,
) -> Result<ExprValue, SuiteEvaluationError> {
    let scope = SingleResourceScope { model, held };
    expr.eval(&scope).map_err(|error: ExprEvalError| {
        SuiteEvaluationError::new(model, line, expr, explain_failure(model, &scope, expr, error))
    })
}

/// The possible states, closed under events and stages; `None` for more than `most` possible states.
#[must_use]
pub fn close_states(
    model: &Model,
    worlds: &[PossibleState],
    most: usize,
    log: &EvaluationLog,
) -> Option<Vec<PossibleState>> {
    let mut seen: BTreeSet<PossibleState> = worlds.iter().cloned().collect();
    let mut open: Vec<PossibleState> = worlds.to_vec();
    while let Some(world) = open.pop() {
        let moved = list_advances(model, &world).into_iter().map(|(_, held)| replace_entry(&world, held));
        let struck = list_events(model, &world, log).into_iter().map(|(_, world)| world);
        for next in moved.chain(struck) {
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
        if seen.len() > most {
            return None;
        }
    }
    Some(seen.into_iter().collect())
}

fn replace_entry(world: &PossibleState, held: Arc<PossibleResource>) -> PossibleState {
    world.iter().map(|old| if old.id == held.id { held.clone() } else { old.clone() }).collect()
}

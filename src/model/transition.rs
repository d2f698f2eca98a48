//! Changes without a call: the stages of transitions, and events.

use super::clause_info::ClauseId;
use super::compile::Model;
use super::possible_state::{Held, World, find, hold, replaced};
use super::resource_state::{Id, Life, Step, Thing, Via};
use super::roots::Fault;
use crate::expr::{EvalError, Expr, Scope, Val};
use crate::suite::{EffectValue, Let, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A resource after a number of further stages.
pub type Advance = (usize, Arc<Held>);

/// Every way in which one resource may pass one or more further stages.
#[must_use]
pub fn advances(model: &Model, world: &[Arc<Held>]) -> Vec<Advance> {
    let mut all = Vec::new();
    for held in world {
        let Some(motion) = &held.thing.motion else { continue };
        let waits = motion.after.iter().any(|id| find(world, id).is_some_and(|other| other.thing.motion.is_some()));
        let reach = if waits { motion.course.len() - 1 } else { motion.course.len() };
        for stages in 1..=reach {
            all.push((stages, hold(model, held.id.clone(), advanced(model, &held.id, &held.thing, stages))));
        }
    }
    all
}

/// The resource after `stages` further stages of its transition.
///
/// # Panics
/// If the resource has no transition or fewer remaining stages.
#[must_use]
pub fn advanced(model: &Model, id: &Id, thing: &Thing, stages: usize) -> Thing {
    let resource = model.resource(id);
    let mut next = thing.clone();
    let motion = next.motion.as_mut().expect("only a resource in a transition advances");
    let mut taken: Vec<Step> = motion.course.drain(..stages).collect();
    let done = motion.course.is_empty();
    match taken.pop().expect("at least one stage is passed") {
        Step::State(value) => {
            let state = resource.state.as_deref().unwrap_or_default();
            if let Some(index) = resource.fields.iter().position(|field| field.name == state) {
                next.fields[index] = value;
            }
        }
        Step::Anything => next.life = Life::Dying,
        Step::Gone => next.life = Life::Gone,
    }
    if done {
        next.motion = None;
    }
    next
}

/// The possible states after one event on one resource.
///
/// # Errors
/// If the evaluation of an event's expression fails.
pub fn happenings(model: &Model, world: &[Arc<Held>]) -> Result<Vec<(ClauseId, World)>, Fault> {
    let mut all = Vec::new();
    for (index, event) in model.suite.events.iter().enumerate() {
        for held in world {
            let struck = usize::from(held.id.kind) == event.resource
                && held.thing.life == Life::Alive
                && held.thing.fog.is_none();
            if !struck || !strikes(model, index, held)? {
                continue;
            }
            let clause = model.event(index);
            let changed = BTreeMap::from([(held.id.clone(), after_event(model, index, held)?)]);
            all.push((clause, replaced(model, world, changed)));
        }
    }
    Ok(all)
}

fn strikes(model: &Model, index: usize, held: &Held) -> Result<bool, Fault> {
    let event = &model.suite.events[index];
    let Some(guard) = &event.when else { return Ok(true) };
    Ok(eval(model, held, guard, event.place.line)? != Val::Bool(false))
}

fn after_event(model: &Model, index: usize, held: &Held) -> Result<Thing, Fault> {
    let event = &model.suite.events[index];
    let resource = &model.suite.resources[event.resource];
    let mut thing = held.thing.clone();
    // A field in change may have the old or the new value.
    for (field, _) in thing.motion.take().map(|motion| motion.pending).unwrap_or_default() {
        thing.fields[usize::from(field)] = Val::Unknown;
    }
    for effect in &event.then {
        let value = match &effect.value {
            EffectValue::Expr(expr) => eval(model, held, expr, effect.place.line)?,
            EffectValue::Anything => Val::Unknown,
            EffectValue::Course(stages) => match stages.last() {
                Some(Stage::State(state)) => Val::Str(Arc::from(state.as_str())),
                Some(Stage::Expr(expr)) => eval(model, held, expr, effect.place.line)?,
                Some(Stage::Gone) => {
                    thing.life = Life::Gone;
                    continue;
                }
                Some(Stage::Anything) | None => Val::Unknown,
            },
        };
        if let Some(index) = resource.fields.iter().position(|field| field.name == effect.field) {
            thing.fields[index] = value;
        } else if let Some(index) = resource.remembers.iter().position(|(name, _)| *name == effect.field) {
            thing.memory[index] = value;
        }
    }
    thing.via = Some(Via(Arc::from([(model.event(index), 1)])));
    Ok(thing)
}

/// The scope of an event: one resource.
struct Alone<'a> {
    model: &'a Model,
    held: &'a Held,
}

impl Scope for Alone<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        if self.model.resource(&self.held.id).name == name {
            return Some(self.held.record.clone());
        }
        match self.model.suite.lets.get(name)? {
            Let::Constant(value) => Some(value.clone()),
            Let::Expression(expr) => expr.eval(self).ok(),
        }
    }
}

/// Evaluates an expression over one resource.
///
/// # Errors
/// If the expression reads an absent value or mixes types.
pub fn eval(model: &Model, held: &Held, expr: &Expr, line: u32) -> Result<Val, Fault> {
    expr.eval(&Alone { model, held }).map_err(|error: EvalError| Fault::new(model, line, expr, error.message))
}

/// The possible states, closed under events and stages; `None` for more than `most` possible states.
///
/// # Errors
/// If the evaluation of an event's expression fails.
pub fn closure(model: &Model, worlds: &[World], most: usize) -> Result<Option<Vec<World>>, Fault> {
    let mut seen: BTreeSet<World> = worlds.iter().cloned().collect();
    let mut open: Vec<World> = worlds.to_vec();
    while let Some(world) = open.pop() {
        let moved = advances(model, &world).into_iter().map(|(_, held)| with(&world, held));
        let struck = happenings(model, &world)?.into_iter().map(|(_, world)| world);
        for next in moved.chain(struck) {
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
        if seen.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(seen.into_iter().collect()))
}

fn with(world: &World, held: Arc<Held>) -> World {
    world.iter().map(|old| if old.id == held.id { held.clone() } else { old.clone() }).collect()
}

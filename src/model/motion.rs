//! What may happen by itself: courses go on, events strike.

use super::compile::{ClauseId, Model};
use super::effect::{hold, replaced};
use super::factor::{Held, World};
use super::reading::find;
use super::scope::Fault;
use super::thing::{Id, Life, Step, Thing, Via};
use crate::expr::{EvalError, Expr, Scope, Val};
use crate::suite::{EffectValue, Let, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One thing moved on, by so many stages of its course.
pub type Advance = (usize, Arc<Held>);

/// Every way in which one thing of the world may take its next stage or skip some.
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

/// The thing after `stages` more stages of its course.
///
/// # Panics
/// If it has no motion or fewer stages left: callers read the course first.
#[must_use]
pub fn advanced(model: &Model, id: &Id, thing: &Thing, stages: usize) -> Thing {
    let resource = model.resource(id);
    let mut next = thing.clone();
    let motion = next.motion.as_mut().expect("only things in motion advance");
    let mut taken: Vec<Step> = motion.course.drain(..stages).collect();
    let done = motion.course.is_empty();
    match taken.pop().expect("at least one stage is taken") {
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

/// Worlds in which an event of the suite has struck one thing.
///
/// # Errors
/// If an event's expression goes wrong.
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
    // What was still changing may stand at either value.
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

/// An event sees nothing but the thing it strikes.
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

/// Evaluates over one thing alone.
///
/// # Errors
/// If the expression reads what is not there or mixes types.
pub fn eval(model: &Model, held: &Held, expr: &Expr, line: u32) -> Result<Val, Fault> {
    expr.eval(&Alone { model, held }).map_err(|error: EvalError| Fault::new(model, line, expr, error.message))
}

/// The set closed under everything that may happen by itself; `None` beyond `most` worlds.
///
/// # Errors
/// If an event's expression goes wrong.
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

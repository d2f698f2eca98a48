//! The settled state that follows an accepted call, computed without an endpoint.

use super::hints::Hints;
use super::planning_context::{Call, Scene};
use crate::expr::Val;
use crate::model::{Held, Id, Life, Model, Moment, Thing, World, advanced, apply, choices, hold, read};
use crate::suite::Binding;
use std::fmt::Write;
use std::sync::Arc;

/// The state after an accepted call with its main outcome, with every transition at its end.
#[must_use]
pub fn after(scene: &Scene<'_>, call: &Call, world: &World, born: &[(usize, Vec<Id>)]) -> Option<World> {
    let reading = read(scene.model, &call.asked, world, &[]).ok()?;
    if !reading.demanded.is_empty() || reading.accepts.is_empty() {
        return None;
    }
    let moment = Moment { born, reply: &Val::Unknown, now: 0, seq: next_seq(world), strangers: &[] };
    let choice = choices(scene.model, &call.asked, world, &reading.accepts, &moment).ok()?.into_iter().next()?;
    let next = apply(scene.model, &call.asked, world, &choice, &moment).ok()?;
    Some(settled(scene.model, &next))
}

/// The state with every transition at its end.
#[must_use]
pub fn settled(model: &Model, world: &World) -> World {
    let end = |held: &Arc<Held>| match &held.thing.motion {
        Some(motion) if !motion.course.is_empty() => {
            let thing = advanced(model, &held.id, &held.thing, motion.course.len());
            hold(model, held.id.clone(), Thing { via: None, ..thing })
        }
        _ => hold(model, held.id.clone(), Thing { via: None, motion: None, ..held.thing.clone() }),
    };
    world.iter().map(end).collect()
}

/// The part of a state that guards and effects can distinguish: the resources by order in place of ids, each
/// with kind, existence and relevant fields.
#[must_use]
pub fn signature(model: &Model, hints: &Hints, world: &World) -> String {
    let mut text = String::new();
    let place = |id: &str| world.iter().position(|held| &*held.id.id == id);
    for held in world {
        let kind = usize::from(held.id.kind);
        let resource = &model.suite.resources[kind];
        let thing = &held.thing;
        let fields = resource.fields.iter().map(|field| &field.name);
        let memory = resource.remembers.iter().map(|(name, _)| name);
        let values = fields
            .zip(&thing.fields)
            .chain(memory.zip(&thing.memory))
            .filter(|(name, _)| hints.relevant.contains(&(kind, (*name).clone())));
        let moving = thing.motion.is_some();
        let fogged = thing.fog.is_some();
        let _ = write!(text, "{kind} {:?} {moving} {fogged}", thing.life);
        for (_, value) in values {
            let _ = match value {
                Val::Str(id) if place(id).is_some() => write!(text, " #{:?}", place(id)),
                value => write!(text, " {value}"),
            };
        }
        text.push('\n');
    }
    text
}

pub(super) fn next_seq(world: &World) -> u32 {
    let youngest = world.iter().map(|held| held.thing.seq).max();
    youngest.map_or(0, |seq| seq + 1)
}

/// Invented ids for the created resources of a call; `None` above `things_max` resources of a kind.
pub(super) fn births(
    scene: &Scene<'_>,
    call: &Call,
    world: &World,
    things_max: usize,
) -> Option<Vec<(usize, Vec<Id>)>> {
    let mut born = Vec::new();
    let about = &scene.model.operations[&call.step.operation].about;
    for (index, about) in about.iter().enumerate() {
        if !matches!(about.binding, Binding::New(_)) {
            continue;
        }
        let alive =
            world.iter().filter(|held| usize::from(held.id.kind) == about.resource && held.thing.life != Life::Gone);
        let counted = scene.hints.deletable.contains(&about.resource);
        if counted && alive.count() >= things_max {
            return None;
        }
        let number = next_seq(world) as usize + born.len();
        let id = format!("00000000-0000-4000-8000-{number:012x}");
        let kind = about.resource as u16;
        let id = Id { kind, id: Arc::from(id.as_str()) };
        born.push((index, vec![id]));
    }
    Some(born)
}

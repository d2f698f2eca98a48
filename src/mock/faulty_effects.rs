//! The effects of a call, with the fault of a mutant.

use super::mutant::{Kind, Mutant, UNNAMED_THINGS, kind_of};
use crate::expr::Val;
use crate::model::{Asked, Held, Id, Life, Model, Stage, Thing, World, advanced, find, replaced, state_of};
use crate::schema::Rng;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Changes the resources `after` a correct call to the resources after the call of the mutant.
#[must_use]
pub(super) fn bent(model: &Model, call: &Asked, before: &World, after: World, fault: &Mutant) -> World {
    let named = |id: &Id| call.existing.iter().any(|(_, ids)| ids.iter().flatten().any(|known| known == id));
    // A promise about unnamed resources is broken for resources outside the call only.
    let meant = |held: &Held| match &fault.kind {
        Kind::Skips(field) | Kind::Alters(field) | Kind::Touches(field) => {
            !field.starts_with(UNNAMED_THINGS) || !named(&held.id)
        }
        _ => true,
    };
    let touched: Vec<Arc<Held>> = after
        .iter()
        .filter(|held| held.thing.via.as_ref().is_some_and(|via| via.of(fault.clause).is_some()) && meant(held))
        .cloned()
        .collect();
    let changed = match &fault.kind {
        Kind::NoEffect => {
            touched.iter().filter_map(|held| Some((held.id.clone(), find(before, &held.id)?.thing.clone()))).collect()
        }
        Kind::HitsAnother => hit_another(before, &after, &touched),
        kind => touched
            .iter()
            .filter_map(|held| Some((held.id.clone(), bend_resource(model, before, held, kind)?)))
            .collect(),
    };
    replaced(model, &after, changed)
}

/// The resource after the faulty effect; none if the fault does not concern the resource.
fn bend_resource(model: &Model, before: &World, held: &Held, kind: &Kind) -> Option<Thing> {
    let mut thing = held.thing.clone();
    let resource = model.resource(&held.id);
    let field_of = |named: &str| {
        let (target, field) = named.split_once('.')?;
        if kind_of(model, target) != Some(usize::from(held.id.kind)) {
            return None;
        }
        resource.fields.iter().position(|known| known.name == field)
    };
    let old = find(before, &held.id).map(|held| &held.thing);
    match kind {
        Kind::Skips(named) => {
            if let Some(index) = field_of(named) {
                if Some(index) == state_of(model, usize::from(held.id.kind)) {
                    let old = old?;
                    (thing.life, thing.motion) = (old.life, old.motion.clone());
                }
                thing.fields[index] = old.map_or(Val::Unknown, |old| old.fields[index].clone());
                if let Some(motion) = &mut thing.motion {
                    motion.pending.retain(|(field, _)| usize::from(*field) != index);
                }
            } else {
                let (target, name) = named.split_once('.')?;
                kind_of(model, target).filter(|kind| *kind == usize::from(held.id.kind))?;
                let index = resource.remembers.iter().position(|(known, _)| known == name)?;
                thing.memory[index] = old.map_or(resource.remembers[index].1.clone(), |old| old.memory[index].clone());
            }
        }
        Kind::Alters(named) | Kind::Touches(named) => {
            let index = field_of(named)?;
            thing.fields[index] = choose_distinct(model, before, &held.id, index, &thing.fields[index]);
            if let Some(motion) = &mut thing.motion {
                motion.pending.retain(|(field, _)| usize::from(*field) != index);
            }
        }
        Kind::Stuck(kind) if *kind == usize::from(held.id.kind) => {
            let motion = thing.motion.as_mut()?;
            let first = motion.course.first()?.clone();
            thing.motion = None;
            // The resource stays in the first stage. If the first stage is the end, the resource keeps its state.
            if let (Stage::State(value), Some(index)) = (&first, state_of(model, usize::from(held.id.kind)))
                && held.thing.motion.as_ref().is_some_and(|motion| motion.course.len() > 1)
            {
                thing.fields[index] = value.clone();
            }
        }
        Kind::EndsIn(kind, state) if *kind == usize::from(held.id.kind) => {
            let end = Stage::State(Val::Str(Arc::from(state.as_str())));
            match &mut thing.motion {
                Some(motion) => *motion.course.last_mut()? = end,
                None => {
                    let index = state_of(model, usize::from(held.id.kind))?;
                    thing.fields[index] = Val::Str(Arc::from(state.as_str()));
                }
            }
        }
        Kind::OutOfOrder(kind) if *kind == usize::from(held.id.kind) => {
            let stages = thing.motion.as_ref()?.course.len();
            thing = advanced(model, &held.id, &thing, stages);
        }
        _ => return None,
    }
    Some(thing)
}

/// A different value for a field: preferably plausible, from a pool or from a second resource.
fn choose_distinct(model: &Model, before: &World, id: &Id, index: usize, value: &Val) -> Val {
    let others =
        before.iter().filter(|held| held.id.kind == id.kind && held.id != *id).map(|held| &held.thing.fields[index]);
    let pools = model.suite.pools.values().filter(|pool| pool.contains(value)).flatten();
    let mut candidates = pools.chain(others).filter(|candidate| *candidate != value && !candidate.has_unknown());
    candidates.next().cloned().unwrap_or_else(|| alter_value(value))
}

/// A different value of equal type.
fn alter_value(value: &Val) -> Val {
    match value {
        Val::Str(text) => Val::Str(Arc::from(format!("{text}x").as_str())),
        Val::Int(number) => Val::Int(number.wrapping_add(1)),
        Val::Bool(value) => Val::Bool(!value),
        Val::Map(entries) if entries.is_empty() => {
            Val::Map(Arc::new(BTreeMap::from([(Arc::from("stray"), Val::Str(Arc::from("x")))])))
        }
        Val::Map(_) => Val::Map(Arc::default()),
        _ => Val::Str(Arc::from("x")),
    }
}

/// Keeps the resources of the call, and gives the new state and fields to other resources of the kind.
fn hit_another(before: &World, after: &World, touched: &[Arc<Held>]) -> BTreeMap<Id, Thing> {
    let mut changed = BTreeMap::new();
    for held in touched {
        let Some(old) = find(before, &held.id) else { continue };
        let other = after.iter().find(|other| {
            other.id.kind == held.id.kind
                && other.id != held.id
                && other.thing.life == Life::Alive
                && other.thing.motion.is_none()
        });
        let Some(other) = other else { continue };
        changed.insert(held.id.clone(), old.thing.clone());
        let hit = Thing { owner: other.thing.owner, seq: other.thing.seq, ..held.thing.clone() };
        let fields = hit.fields.iter().zip(&old.thing.fields).zip(&other.thing.fields);
        let fields = fields.map(|((new, old), own)| if new == old { own.clone() } else { new.clone() }).collect();
        changed.insert(other.id.clone(), Thing { fields, ..hit });
    }
    changed
}

/// A different value for a constant field. With `backwards`, an earlier value for a growing field.
#[must_use]
pub(super) fn other_value(value: &Val, backwards: bool, rng: &mut Rng) -> Val {
    match value {
        Val::Str(text) if backwards => {
            let earlier: String = text.chars().map(|c| if c.is_ascii_digit() && c > '0' { '0' } else { c }).collect();
            Val::Str(Arc::from(earlier.as_str()))
        }
        Val::Int(number) if backwards => Val::Int(number.wrapping_sub(1)),
        Val::Str(text) => Val::Str(Arc::from(format!("{text}{}", rng.below(10)).as_str())),
        other => alter_value(other),
    }
}

//! The comparison of one observation with one possible state of the resource.

use super::clause_info::{ClauseId, Generated};
use super::compile::Model;
use super::observation::Sight;
use super::possible_state::Held;
use super::resource_state::{Life, Step, Thing};
use super::roots::{EntryScope, Fault};
use super::transition::eval;
use crate::expr::Val;
use crate::suite::{FieldClass, UNNAMED};

/// The reason why a possible state does not match an observation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// A field has another value: the index of the field.
    Field(u16),
    /// The resource should be gone.
    End,
    /// A generated clause rules out the state.
    Clause(ClauseId),
}

/// The state of a resource after an observation, if the possible state permits the observation. `now` is in ms.
///
/// # Errors
/// The inner error says why the possible state is ruled out. The outer error is a faulty suite.
pub fn meet(
    model: &Model,
    held: &Held,
    sight: &Sight,
    now: u64,
    settle_percent: u32,
) -> Result<Result<Thing, Misfit>, Fault> {
    let thing = &held.thing;
    let resource = &model.suite.resources[usize::from(held.id.kind)];
    let bound = resource.settles_ms.saturating_mul(u64::from(settle_percent)) / 100;
    let overdue = thing.motion.as_ref().is_some_and(|motion| now > motion.since.saturating_add(bound));
    match thing.life {
        Life::Gone => return Ok(Err(Misfit::End)),
        Life::Dying if overdue => return Ok(Err(Misfit::End)),
        Life::Dying => return Ok(Ok(thing.clone())),
        Life::Alive => {}
    }
    if let Some(since) = thing.fog {
        return Ok(Ok(lift(model, held, sight, now >= since.saturating_add(bound))));
    }
    let mut next = thing.clone();
    for (index, shown) in sight.fields.iter().enumerate() {
        let Some(shown) = shown else { continue };
        if let Err(misfit) = meet_field(model, held, &mut next, index, shown) {
            return Ok(Err(misfit));
        }
    }
    if overdue && next.motion.is_some() {
        return Ok(Err(Misfit::Clause(model.generated(&Generated::Settles(usize::from(held.id.kind))))));
    }
    if sight.full {
        for (index, shows) in resource.shows.iter().enumerate() {
            if shown_otherwise(model, held, sight, shows)? {
                return Ok(Err(Misfit::Clause(model.generated(&Generated::Shows(usize::from(held.id.kind), index)))));
            }
        }
    }
    Ok(Ok(next))
}

fn shown_otherwise(model: &Model, held: &Held, sight: &Sight, shows: &crate::suite::Shows) -> Result<bool, Fault> {
    let among = eval(model, held, &shows.among, shows.place.line)?;
    let Val::List(permitted) = among else { return Ok(false) };
    let it = EntryScope(&sight.it);
    // An unreadable value violates the schema, and not this clause.
    let Ok(value) = shows.at.eval(&it) else { return Ok(false) };
    let equal = |candidate: &Val| candidate.cel_eq(&value);
    Ok(permitted.iter().all(|candidate| equal(candidate) == Val::Bool(false)))
}

fn meet_field(model: &Model, held: &Held, next: &mut Thing, index: usize, shown: &Val) -> Result<(), Misfit> {
    let resource = &model.suite.resources[usize::from(held.id.kind)];
    let known = next.fields[index].clone();
    let misfit = Misfit::Field(index as u16);
    if known.has_unknown() && resource.state.as_ref() == Some(&resource.fields[index].name) {
        // An unnamed state may be a stage of a transition, so the value is not kept.
        if names(resource, shown) {
            next.fields[index] = shown.clone();
        }
        return Ok(());
    }
    if known.has_unknown() {
        // The field changes to an unknown value, and the response may still show the old value.
        let pending = next.motion.iter_mut().find_map(|motion| {
            let at = motion.pending.iter().position(|(field, _)| usize::from(*field) == index)?;
            Some((motion, at))
        });
        if let Some((motion, at)) = pending {
            if motion.pending[at].1.cel_eq(shown) != Val::Bool(false) {
                return Ok(());
            }
            motion.pending.remove(at);
        }
        next.fields[index] = shown.clone();
        return Ok(());
    }
    let same =
        if known == Val::from(UNNAMED) { !names(resource, shown) } else { known.cel_eq(shown) == Val::Bool(true) };
    match resource.fields[index].class {
        FieldClass::Keeps if same => Ok(()),
        FieldClass::Keeps => Err(misfit),
        FieldClass::Grows if moved_back(&known, shown) => Err(misfit),
        FieldClass::Grows => {
            next.fields[index] = shown.clone();
            Ok(())
        }
        FieldClass::Modelled => {
            let pending = next.motion.as_mut().and_then(|motion| {
                let at = motion.pending.iter().position(|(field, _)| usize::from(*field) == index)?;
                Some((motion, at))
            });
            match pending {
                // After one observation of the new value, the old value is no longer permitted.
                Some((motion, at)) if same => {
                    motion.pending.remove(at);
                    Ok(())
                }
                Some((motion, at)) if motion.pending[at].1.cel_eq(shown) != Val::Bool(false) => Ok(()),
                _ if same => Ok(()),
                _ => Err(misfit),
            }
        }
    }
}

/// Whether a state is a named stable state of the resource kind.
fn names(resource: &crate::suite::Resource, shown: &Val) -> bool {
    matches!(shown, Val::Str(shown) if resource.stable.iter().any(|stable| **stable == **shown))
}

fn moved_back(known: &Val, shown: &Val) -> bool {
    match (known, shown) {
        (Val::Str(known), Val::Str(shown)) => shown < known,
        (Val::Int(known), Val::Int(shown)) => shown < known,
        (Val::Float(known), Val::Float(shown)) => shown < known,
        _ => false,
    }
}

/// Determines an undetermined resource from an observation. The observation must show a settled resource in a
/// stable state that is not about to change: the first stage of a transition would be visible at once
/// (`prompt`), or the bound has passed.
fn lift(model: &Model, held: &Held, sight: &Sight, past_bound: bool) -> Thing {
    let resource = &model.suite.resources[usize::from(held.id.kind)];
    let state = resource.state.as_ref().and_then(|state| resource.fields.iter().position(|field| field.name == *state));
    let stable = match state.map(|index| &sight.fields[index]) {
        None => true,
        _ if resource.stable.is_empty() => true,
        Some(Some(Val::Str(shown))) => resource.stable.iter().any(|stable| **stable == **shown),
        Some(_) => false,
    };
    let quiet = sight.rest != Some(false);
    let settled = past_bound || state.is_none() || (resource.prompt && sight.rest == Some(true));
    if !(sight.full && stable && quiet && settled) {
        return held.thing.clone();
    }
    let mut fields: Vec<Val> = sight.fields.iter().map(|shown| shown.clone().unwrap_or(Val::Unknown)).collect();
    // Without named states, the value of the state field decides nothing.
    if let Some(index) = state.filter(|_| resource.stable.is_empty()) {
        fields[index] = Val::from(UNNAMED);
    }
    Thing { fields, fog: None, via: None, motion: None, ..held.thing.clone() }
}

/// Whether a whole list must contain a resource; `None` if both are permitted.
#[must_use]
pub fn listed(held: &Held) -> Option<bool> {
    let leaving = held
        .thing
        .motion
        .as_ref()
        .is_some_and(|motion| motion.course.iter().any(|step| matches!(step, Step::Gone | Step::Anything)));
    match held.thing.life {
        Life::Gone => Some(false),
        Life::Dying => None,
        // The id is unknown, so any entry may be the resource.
        Life::Alive if held.thing.untold => None,
        Life::Alive if held.thing.fog.is_some() || leaving => None,
        Life::Alive => Some(true),
    }
}

//! What a reply shows of things, held against what a world says of them.

use super::asked::{Asked, Heard};
use super::compile::{ClauseId, Generated, Model};
use super::factor::Held;
use super::motion::eval;
use super::paging::is_page;
use super::scope::{Fault, Roots};
use super::thing::{Id, Life, Step, Thing};
use crate::expr::Val;
use crate::suite::{FieldClass, UNNAMED, View};

/// One thing as a reply shows it.
#[derive(Debug, Clone)]
pub struct Sight {
    pub id: Id,
    pub it: Val,
    /// By field of the resource; `None` where this view does not show it.
    pub fields: Vec<Option<Val>>,
    /// The view shows everything.
    pub full: bool,
    /// What `rest` says of it; `None` where it cannot be read here.
    pub rest: Option<bool>,
}

/// What the views of one reply show.
#[derive(Debug, Clone, Default)]
pub struct Sights {
    pub things: Vec<Sight>,
    /// Kinds of which every thing of the caller is listed, by resource index.
    pub whole: Vec<usize>,
    /// Kinds of which a part of such a list is shown.
    pub parts: Vec<usize>,
}

/// Why a world does not fit what was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// A field shows another value: its index.
    Field(u16),
    /// It should be gone.
    End,
    /// A clause of the model says no by itself.
    Clause(ClauseId),
}

/// Reads the views of an operation's reply.
///
/// # Errors
/// If a view's condition goes wrong.
pub fn sights(model: &Model, asked: &Asked, heard: &Heard) -> Result<Sights, Fault> {
    let Heard::Success(_, reply) = heard else { return Ok(Sights::default()) };
    let mut seen = Sights::default();
    for (kind, view) in &model.operations[&asked.operation].views {
        let part = is_page(model, asked, view)?;
        let roots = Roots { model, asked, things: &[], reply: Some(reply), it: None, world: None };
        if let Some(when) = &view.when
            && !part
            && roots.eval(when, view.place.line)? != Val::Bool(true)
        {
            continue;
        }
        // A reply that lacks the thing breaks its schema, which is another clause's affair.
        let Ok(shown) = view.at.eval(&roots) else { continue };
        let items = match (&shown, view.each) {
            (Val::List(items), true) => items.to_vec(),
            (Val::Map(_), false) => vec![shown.clone()],
            _ => continue,
        };
        seen.things.extend(items.iter().filter_map(|it| sight(model, asked, *kind, view, it)));
        if part {
            seen.parts.push(*kind);
        } else if view.whole {
            seen.whole.push(*kind);
        }
    }
    Ok(seen)
}

fn sight(model: &Model, asked: &Asked, kind: usize, view: &View, it: &Val) -> Option<Sight> {
    let resource = &model.suite.resources[kind];
    let roots = Roots { model, asked, things: &[], reply: None, it: Some(it), world: None };
    let Ok(Val::Str(id)) = resource.id.eval(&roots) else { return None };
    let shown = |name: &str| view.only.as_ref().is_none_or(|only| only.iter().any(|known| known == name));
    let fields =
        resource.fields.iter().map(|field| shown(&field.name).then(|| field.at.eval(&roots).unwrap_or(Val::Null)));
    let full = view.only.is_none();
    let rest = match &resource.rest {
        Some(rest) if full => match rest.eval(&roots) {
            Ok(Val::Bool(rest)) => Some(rest),
            _ => None,
        },
        _ => None,
    };
    Some(Sight { id: Id { kind: kind as u16, id }, it: it.clone(), fields: fields.collect(), full, rest })
}

/// The thing after it was seen so, if its world allows it.
///
/// # Errors
/// The inner result says why the world is ruled out; the outer is a bad suite.
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
    let it = It { it: &sight.it };
    // A reply that cannot be read there breaks its schema, not this clause.
    let Ok(value) = shows.at.eval(&it) else { return Ok(false) };
    let equal = |candidate: &Val| candidate.cel_eq(&value);
    Ok(permitted.iter().all(|candidate| equal(candidate) == Val::Bool(false)))
}

struct It<'a> {
    it: &'a Val,
}

impl crate::expr::Scope for It<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        (name == "it").then(|| self.it.clone())
    }
}

fn meet_field(model: &Model, held: &Held, next: &mut Thing, index: usize, shown: &Val) -> Result<(), Misfit> {
    let resource = &model.suite.resources[usize::from(held.id.kind)];
    let known = next.fields[index].clone();
    let misfit = Misfit::Field(index as u16);
    if known.has_unknown() && resource.state.as_ref() == Some(&resource.fields[index].name) {
        // A state that the suite does not name may be one on the way, so it is not kept.
        if names(resource, shown) {
            next.fields[index] = shown.clone();
        }
        return Ok(());
    }
    if known.has_unknown() {
        // On its way to a value that nobody knows: what is shown may still be the old one.
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
                // Once the new value was seen, only the new.
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

/// Whether a resource names a state, as one that it may stay in.
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

/// Fog lifts where the thing is seen at rest in a stable state and cannot be about to leave it:
/// a first stage would be visible at once, or the bound has passed.
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
    // Where no state has a name, which one it is decides nothing.
    if let Some(index) = state.filter(|_| resource.stable.is_empty()) {
        fields[index] = Val::from(UNNAMED);
    }
    Thing { fields, fog: None, via: None, motion: None, ..held.thing.clone() }
}

/// Whether a whole list must hold, or must not hold, a thing.
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
        // Its id is not known: it may be any of the strangers.
        Life::Alive if held.thing.untold => None,
        Life::Alive if held.thing.fog.is_some() || leaving => None,
        Life::Alive => Some(true),
    }
}

//! Resources with a deferred id: a response that shows another resource contains the id.
//!
//! A stand-in id, derived from the id of the other resource, represents the resource until then. The belief
//! treats
//! the resource like any other, but no call can name the stand-in id.

use super::belief::{Belief, Teller};
use super::call_view::Asked;
use super::compile::Model;
use super::effect_context::Born;
use super::factor::{Factor, Promised};
use super::observation::{Sight, sights};
use super::possible_state::{Held, World, hold};
use super::reply_kind::Heard;
use super::resource_state::{Id, Motion, Thing};
use super::roots::{EntryScope, Roots};
use crate::expr::{Expr, Val};
use crate::suite::{About, Binding};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Belief {
    /// The resource whose views show the id behind the stand-in `id`; `None` if `id` is a real id.
    #[must_use]
    pub fn teller(&self, id: &Id) -> Option<&Id> {
        self.untold.get(id).map(|teller| &teller.id)
    }

    /// Every stand-in id, with the resource whose views show the real id.
    pub fn untold(&self) -> impl Iterator<Item = (&Id, &Id)> {
        self.untold.iter().map(|(id, teller)| (id, &teller.id))
    }

    /// The real id behind a stand-in id, once known; otherwise `id`.
    #[must_use]
    pub fn told<'a>(&'a self, id: &'a Id) -> &'a Id {
        self.told.get(id).unwrap_or(id)
    }

    /// The pairs of stand-in id and real id in a response.
    #[must_use]
    pub fn tells(&self, asked: &Asked, heard: &Heard) -> Vec<(Id, Id)> {
        if self.untold.is_empty() {
            return Vec::new();
        }
        let Ok(seen) = sights(&self.model, asked, heard) else { return Vec::new() };
        let told = |(id, teller): (&Id, &Teller)| {
            let sight = seen.things.iter().find(|sight| sight.id == teller.id)?;
            let (_, path) = entry_of(&self.model, teller)?;
            Some((id.clone(), Id { kind: id.kind, id: spoken(&self.model, asked, sight, path)? }))
        };
        self.untold.iter().filter_map(told).collect()
    }

    /// Replaces the stand-in ids whose real ids a response contains, before the response is judged.
    pub(super) fn learn(&mut self, asked: &Asked, heard: &Heard) {
        for (stand_in, id) in self.tells(asked, heard) {
            // The id belongs to another resource: the response determines neither.
            if !self.factors.iter().any(|factor| factor.ids.contains(&id)) {
                self.rename(&stand_in, &id);
            }
        }
    }

    /// Records the deferred ids that an accepted call leaves open.
    pub(super) fn expect(&mut self, asked: &Asked, born: &Born) {
        let about = &self.model.operations[&asked.operation].about;
        for (index, ids) in born.iter().filter(|(index, _)| about[*index].told_by.is_some()) {
            let teller = about.iter().position(|other| Some(&other.name) == about[*index].told_by.as_ref());
            let tellers = born.iter().find(|(known, _)| Some(*known) == teller).map(|(_, ids)| ids.as_slice());
            for (id, teller) in ids.iter().zip(tellers.unwrap_or_default()) {
                if self.factors.iter().any(|factor| factor.ids.contains(id)) {
                    let teller = Teller { id: teller.clone(), entry: (asked.operation.clone(), *index) };
                    self.untold.insert(id.clone(), teller);
                }
            }
        }
    }

    fn rename(&mut self, from: &Id, to: &Id) {
        self.untold.remove(from);
        self.told.insert(from.clone(), to.clone());
        if let Some(seen) = self.seen.remove(from) {
            self.seen.insert(to.clone(), seen);
        }
        let model = Arc::clone(&self.model);
        for factor in &mut self.factors {
            if factor.ids.contains(from) {
                *factor = renamed(&model, factor, from, to);
            }
        }
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
    }
}

/// The deferred id of a resource called `name` in a response that shows `teller`; `None` if absent.
#[must_use]
pub fn told_in(model: &Model, teller: &Id, name: &str, reply: &Val) -> Option<Arc<str>> {
    let entries = model.operations.values().flat_map(|operation| {
        let about = &operation.about;
        about.iter().filter(move |entry| {
            about
                .iter()
                .any(|other| Some(&other.name) == entry.told_by.as_ref() && other.resource == usize::from(teller.kind))
        })
    });
    let path = entries.filter(|entry| model.suite.resources[entry.resource].name == name).find_map(path_of)?;
    match path.eval(&EntryScope(reply)) {
        Ok(Val::Str(id)) => Some(id),
        _ => None,
    }
}

fn entry_of<'m>(model: &'m Model, teller: &Teller) -> Option<(&'m About, &'m Expr)> {
    let entry = model.operations.get(&teller.entry.0)?.about.get(teller.entry.1)?;
    Some((entry, path_of(entry)?))
}

fn path_of(entry: &About) -> Option<&Expr> {
    match &entry.binding {
        Binding::New(path) if entry.told_by.is_some() => Some(path),
        _ => None,
    }
}

/// An absent value is no error: a later response may contain the id.
fn spoken(model: &Model, asked: &Asked, sight: &Sight, path: &Expr) -> Option<Arc<str>> {
    let roots = Roots { model, asked, things: &[], reply: None, it: Some(&sight.it), world: None };
    match path.eval(&roots) {
        Ok(Val::Str(id)) => Some(id),
        _ => None,
    }
}

fn renamed(model: &Model, factor: &Factor, from: &Id, to: &Id) -> Factor {
    let own = |id: &Id| if id == from { to.clone() } else { id.clone() };
    let thing = |held: &Arc<Held>| -> Arc<Held> {
        let waits = held.thing.motion.as_ref().is_some_and(|motion| motion.after.contains(from));
        if held.id != *from && !waits {
            return held.clone();
        }
        let motion = held.thing.motion.clone().map(|motion| {
            let mut after: Vec<Id> = motion.after.iter().map(own).collect();
            after.sort();
            Motion { after, ..motion }
        });
        let untold = held.thing.untold && held.id != *from;
        hold(model, own(&held.id), Thing { motion, untold, ..held.thing.clone() })
    };
    let mut worlds: Vec<World> = Vec::with_capacity(factor.worlds.len());
    for world in &factor.worlds {
        let mut world: World = world.iter().map(thing).collect();
        world.sort_by(|a, b| a.id.cmp(&b.id));
        worlds.push(world);
    }
    worlds.sort();
    let mut ids: Vec<Id> = factor.ids.iter().map(own).collect();
    ids.sort();
    let promised = |what: &Promised| match what {
        Promised::Field(id, field) => Promised::Field(own(id), *field),
        Promised::End(id) => Promised::End(own(id)),
    };
    let promises: BTreeMap<_, _> =
        factor.promises.iter().map(|(what, promises)| (promised(what), promises.clone())).collect();
    Factor { ids, worlds, promises, shrunk: factor.shrunk.clone() }
}

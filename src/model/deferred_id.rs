//! Resources with a deferred id: a response that shows another resource contains the id.
//!
//! A stand-in id, derived from the id of the other resource, represents the resource until then. The belief
//! treats
//! the resource like any other, but no call can name the stand-in id.

use super::belief::{Belief, IdSource};
use super::call_view::CallView;
use super::compile::Model;
use super::effect_context::CreatedIds;
use super::evaluation_log::EvaluationLog;
use super::factor::{Factor, PromiseSubject};
use super::observation::{Observation, read_observations};
use super::outcome_kind::OutcomeKind;
use super::possible_state::{PossibleResource, PossibleState, make_possible_resource};
use super::resource_state::{ResourceId, ResourceState, Transition};
use super::roots::{EntryScope, ExpressionRoots};
use crate::expr::{Expr, ExprValue};
use crate::history::is_sendable_id;
use crate::suite::{AboutEntry, IdExpression};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Belief {
    /// The resource whose views show the id behind the stand-in `id`; `None` if `id` is a real id.
    #[must_use]
    pub fn find_id_source(&self, id: &ResourceId) -> Option<&ResourceId> {
        self.deferred.get(id).map(|teller| &teller.id)
    }

    /// Every stand-in id, with the resource whose views show the real id.
    pub fn list_deferred(&self) -> impl Iterator<Item = (&ResourceId, &ResourceId)> {
        self.deferred.iter().map(|(id, teller)| (id, &teller.id))
    }

    /// The real id behind a stand-in id, once known; otherwise `id`.
    #[must_use]
    pub fn resolve_id<'a>(&'a self, id: &'a ResourceId) -> &'a ResourceId {
        self.resolved_ids.get(id).unwrap_or(id)
    }

    /// The pairs of stand-in id and real id in a response.
    #[must_use]
    pub fn read_deferred_ids(&self, asked: &CallView, heard: &OutcomeKind) -> Vec<(ResourceId, ResourceId)> {
        if self.deferred.is_empty() {
            return Vec::new();
        }
        // The judge reads the same views, and notes what fails.
        let seen = read_observations(&self.model, asked, heard, &EvaluationLog::discarding());
        let told = |(id, teller): (&ResourceId, &IdSource)| {
            let sight = seen.resources.iter().find(|sight| sight.id == teller.id)?;
            let (_, path) = find_entry(&self.model, teller)?;
            Some((id.clone(), ResourceId { kind: id.kind, id: read_id(&self.model, asked, sight, path)? }))
        };
        self.deferred.iter().filter_map(told).collect()
    }

    /// Replaces the stand-in ids whose real ids a response contains, before the response is judged.
    pub(super) fn learn_deferred_ids(&mut self, asked: &CallView, heard: &OutcomeKind) {
        for (stand_in, id) in self.read_deferred_ids(asked, heard) {
            // The id belongs to another resource: the response determines neither.
            if !self.factors.iter().any(|factor| factor.ids.contains(&id)) {
                self.rename_resource(&stand_in, &id);
            }
        }
    }

    /// Records the deferred ids that an accepted call leaves open.
    pub(super) fn expect_deferred_ids(&mut self, asked: &CallView, born: &CreatedIds) {
        let about = &self.model.operations[&asked.operation].about;
        for (index, ids) in born.iter().filter(|(index, _)| about[*index].told_by.is_some()) {
            let teller = about.iter().position(|other| Some(&other.name) == about[*index].told_by.as_ref());
            let tellers = born.iter().find(|(known, _)| Some(*known) == teller).map(|(_, ids)| ids.as_slice());
            for (id, teller) in ids.iter().zip(tellers.unwrap_or_default()) {
                if self.factors.iter().any(|factor| factor.ids.contains(id)) {
                    let teller = IdSource { id: teller.clone(), entry: (asked.operation.clone(), *index) };
                    self.deferred.insert(id.clone(), teller);
                }
            }
        }
    }

    fn rename_resource(&mut self, from: &ResourceId, to: &ResourceId) {
        self.deferred.remove(from);
        self.resolved_ids.insert(from.clone(), to.clone());
        if let Some(seen) = self.last_observed.remove(from) {
            self.last_observed.insert(to.clone(), seen);
        }
        let model = Arc::clone(&self.model);
        for factor in &mut self.factors {
            if factor.ids.contains(from) {
                *factor = rename_in_factor(&model, factor, from, to);
            }
        }
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
    }
}

/// The deferred id of a resource called `name` in a response that shows `teller`; `None` if absent.
#[must_use]
pub fn read_deferred_id(model: &Model, teller: &ResourceId, name: &str, reply: &ExprValue) -> Option<Arc<str>> {
    let entries = model.operations.values().flat_map(|operation| {
        let about = &operation.about;
        about.iter().filter(move |entry| {
            about
                .iter()
                .any(|other| Some(&other.name) == entry.told_by.as_ref() && other.resource == usize::from(teller.kind))
        })
    });
    let path = entries.filter(|entry| model.suite.resources[entry.resource].name == name).find_map(deferred_id_path)?;
    match path.eval(&EntryScope(reply)) {
        Ok(ExprValue::Str(id)) if is_sendable_id(&id) => Some(id),
        _ => None,
    }
}

fn find_entry<'m>(model: &'m Model, teller: &IdSource) -> Option<(&'m AboutEntry, &'m Expr)> {
    let entry = model.operations.get(&teller.entry.0)?.about.get(teller.entry.1)?;
    Some((entry, deferred_id_path(entry)?))
}

fn deferred_id_path(entry: &AboutEntry) -> Option<&Expr> {
    match &entry.binding {
        IdExpression::New(path) if entry.told_by.is_some() => Some(path),
        _ => None,
    }
}

/// An absent value is no error: a later response may contain the id.
fn read_id(model: &Model, asked: &CallView, sight: &Observation, path: &Expr) -> Option<Arc<str>> {
    let roots =
        ExpressionRoots { model, call: asked, resources: &[], reply: None, entry: Some(&sight.entry), world: None };
    match path.eval(&roots) {
        Ok(ExprValue::Str(id)) if is_sendable_id(&id) => Some(id),
        _ => None,
    }
}

pub(super) fn rename_in_factor(model: &Model, factor: &Factor, from: &ResourceId, to: &ResourceId) -> Factor {
    let own = |id: &ResourceId| if id == from { to.clone() } else { id.clone() };
    let thing = |held: &Arc<PossibleResource>| -> Arc<PossibleResource> {
        let waits = held.state.transition.as_ref().is_some_and(|motion| motion.after.contains(from));
        if held.id != *from && !waits {
            return held.clone();
        }
        let motion = held.state.transition.clone().map(|motion| {
            let mut after: Vec<ResourceId> = motion.after.iter().map(own).collect();
            after.sort();
            Transition { after, ..motion }
        });
        let untold = held.state.id_deferred && held.id != *from;
        make_possible_resource(
            model,
            own(&held.id),
            ResourceState { transition: motion, id_deferred: untold, ..held.state.clone() },
        )
    };
    let mut worlds: Vec<PossibleState> = Vec::with_capacity(factor.states.len());
    for world in &factor.states {
        let mut world: PossibleState = world.iter().map(thing).collect();
        world.sort_by(|a, b| a.id.cmp(&b.id));
        worlds.push(world);
    }
    worlds.sort();
    let mut ids: Vec<ResourceId> = factor.ids.iter().map(own).collect();
    ids.sort();
    let promised = |what: &PromiseSubject| match what {
        PromiseSubject::Field(id, field) => PromiseSubject::Field(own(id), *field),
        PromiseSubject::Absence(id) => PromiseSubject::Absence(own(id)),
    };
    let promises: BTreeMap<_, _> =
        factor.promises.iter().map(|(what, promises)| (promised(what), promises.clone())).collect();
    Factor { ids, states: worlds, promises, narrowed_by: factor.narrowed_by.clone() }
}

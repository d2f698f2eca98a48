//! The reads that show resources while the runner polls.

use crate::endpoint::Call;
use crate::model::{Belief, Held, Id, Model, OperationModel, Who, listed};
use crate::schema::Schemas;
use crate::suite::View;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Picks the reads that show resources.
pub(super) struct PollReads {
    model: Arc<Model>,
    schemas: Arc<Schemas>,
    /// Operation that lists all resources of a kind with all fields, by kind.
    lists: Vec<Option<String>>,
}

impl PollReads {
    pub fn new(model: Arc<Model>, schemas: Arc<Schemas>) -> PollReads {
        let lists = (0..model.suite.resources.len()).map(|kind| whole_list(&model, &schemas, kind)).collect();
        PollReads { model, schemas, lists }
    }

    /// Whether an operation lists all resources of a kind with all fields.
    pub fn is_list(&self, operation: &str, kind: u16) -> bool {
        self.lists[usize::from(kind)].as_deref() == Some(operation)
    }

    /// The reads that show the resources `ids` of a step, after `looks` polls of the step.
    ///
    /// Every second poll reads whole lists where possible, which also show resources that should be
    /// unchanged. The choice depends only on the step, so that a plan with fewer steps polls in the same way.
    pub fn choose(&self, belief: &Belief, ids: &[&Id], binding: &str, looks: u64) -> Vec<Call> {
        let mut calls: Vec<Call> = Vec::new();
        let heralded = if looks > 0 { heralded(belief, ids) } else { BTreeSet::new() };
        let listing = looks % 2 == 1;
        for id in ids.iter().filter(|id| !heralded.contains(**id)) {
            let list = if listing { self.list_with(belief, id, binding) } else { None };
            calls.extend(list.or_else(|| self.look_at(belief, id, binding)).filter(|call| !calls.contains(call)));
        }
        calls
    }

    /// The read that shows one resource, or, if its id is unknown, the resource that will tell the id.
    fn look_at(&self, belief: &Belief, id: &Id, binding: &str) -> Option<Call> {
        let id = belief.teller(id).unwrap_or(id);
        let shown = self.model.shown[usize::from(id.kind)].as_ref()?;
        let path = BTreeMap::from([(shown.parameter.clone(), Value::String(id.id.to_string()))]);
        Some(Call { path, ..self.read(belief, &shown.operation, id, binding)? })
    }

    /// The list with a resource; `None` if the resource may be absent from the list, because a list shows
    /// neither absence nor the stages of a deletion.
    fn list_with(&self, belief: &Belief, id: &Id, binding: &str) -> Option<Call> {
        let list = self.lists[usize::from(id.kind)].as_ref()?;
        let stays = |held: &Arc<Held>| listed(held) == Some(true);
        let is_listed = belief.possibilities(id).iter().all(stays);
        if is_listed { self.read(belief, list, id, binding) } else { None }
    }

    /// A call of a read by the owner of a resource, with the binding of the step if the read has the binding.
    fn read(&self, belief: &Belief, operation: &str, id: &Id, binding: &str) -> Option<Call> {
        let operation = self.schemas.operation(operation)?;
        let binding = operation.bindings.iter().find(|known| known.id == binding).or(operation.bindings.first())?;
        let owner = belief.possibilities(id).first()?.thing.owner;
        let caller = if owner == Who::Owner { "owner" } else { "other" };
        Some(Call {
            operation: operation.id.clone(),
            binding: binding.id.clone(),
            caller: caller.to_string(),
            ..Call::default()
        })
    }
}

/// Resources whose transition ends after that of another resource (such as a job). Reading the other
/// resource suffices until then.
fn heralded(belief: &Belief, ids: &[&Id]) -> BTreeSet<Id> {
    let possible = ids.iter().flat_map(|id| belief.possibilities(id));
    possible.filter_map(|held| held.thing.motion.clone()).flat_map(|motion| motion.after).collect()
}

/// A read whose response shows every resource of a kind with all fields, and that needs no other input than
/// the read of one resource.
fn whole_list(model: &Model, schemas: &Schemas, kind: usize) -> Option<String> {
    let shown = model.shown[kind].as_ref()?;
    let common = &schemas.operation(&shown.operation)?.path;
    let lists = |operation: &&OperationModel| {
        let whole = |(shows, view): &(usize, View)| *shows == kind && view.whole && view.only.is_none();
        operation.views.iter().any(whole) && operation.about.is_empty()
    };
    let simple = |operation: &&OperationModel| {
        schemas.operation(&operation.id).is_some_and(|operation| {
            let filled = |name: &str| name != shown.parameter && common.iter().any(|known| known.name == name);
            operation.path.iter().all(|parameter| filled(&parameter.name))
                && operation.query.iter().all(|parameter| !parameter.required)
        })
    };
    let found = model.operations.values().filter(lists).find(simple);
    found.map(|operation| operation.id.clone())
}

//! The choice of reads for polls.

use crate::history::Call;
use crate::model::{Belief, Model, OperationModel, PossibleResource, ResourceId, ResourceOwner, must_be_listed};
use crate::schema::CompiledCatalog;
use crate::suite::ResourceView;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Chooses reads.
pub(super) struct PollReadSelection {
    model: Arc<Model>,
    schemas: Arc<CompiledCatalog>,
    /// Operation that lists all resources of a kind with all fields, by kind.
    lists: Vec<Option<String>>,
}

impl PollReadSelection {
    /// The reads of a model.
    pub fn new(model: Arc<Model>, schemas: Arc<CompiledCatalog>) -> PollReadSelection {
        let lists = (0..model.suite.resources.len()).map(|kind| find_whole_list(&model, &schemas, kind)).collect();
        PollReadSelection { model, schemas, lists }
    }

    /// Whether an operation lists all resources of a kind with all fields.
    pub fn is_whole_list(&self, operation: &str, kind: u16) -> bool {
        self.lists[usize::from(kind)].as_deref() == Some(operation)
    }

    /// The reads that show the resources `ids` of a step, after `looks` polls of the step.
    ///
    /// Every second poll reads whole lists where possible, because lists also show resources that should be
    /// unchanged. The choice depends only on the step, so removing other steps does not change the polls.
    pub fn choose_reads(&self, belief: &Belief, ids: &[&ResourceId], binding: &str, looks: u64) -> Vec<Call> {
        let mut calls: Vec<Call> = Vec::new();
        let heralded = if looks > 0 { find_subsequent_transitions(belief, ids) } else { BTreeSet::new() };
        let listing = looks % 2 == 1;
        for id in ids.iter().filter(|id| !heralded.contains(**id)) {
            let list = if listing { self.make_list_read(belief, id, binding) } else { None };
            calls.extend(
                list.or_else(|| self.make_resource_read(belief, id, binding)).filter(|call| !calls.contains(call)),
            );
        }
        calls
    }

    /// The read of one resource or, if the id is unknown, of the resource whose response will tell the id.
    fn make_resource_read(&self, belief: &Belief, id: &ResourceId, binding: &str) -> Option<Call> {
        let id = belief.find_id_source(id).unwrap_or(id);
        let shown = self.model.reads[usize::from(id.kind)].as_ref()?;
        let path = BTreeMap::from([(shown.parameter.clone(), Value::String(id.id.to_string()))]);
        Some(Call { path, ..self.make_read_call(belief, &shown.operation, id, binding)? })
    }

    /// The list with a resource; `None` if the resource may be absent from the list, because a list shows
    /// neither absence nor the stages of a deletion.
    fn make_list_read(&self, belief: &Belief, id: &ResourceId, binding: &str) -> Option<Call> {
        let list = self.lists[usize::from(id.kind)].as_ref()?;
        let stays = |held: &Arc<PossibleResource>| must_be_listed(held) == Some(true);
        let is_listed = belief.list_states(id).iter().all(stays);
        if is_listed { self.make_read_call(belief, list, id, binding) } else { None }
    }

    /// A call of a read by the owner of a resource, with the binding of the step if the read has the binding.
    fn make_read_call(&self, belief: &Belief, operation: &str, id: &ResourceId, binding: &str) -> Option<Call> {
        let operation = self.schemas.find_operation(operation)?;
        let binding = operation.choose_binding(binding)?;
        let owner = belief.list_states(id).first()?.state.owner;
        let caller = if owner == ResourceOwner::Owner { "owner" } else { "other" };
        Some(Call {
            operation: operation.id.clone(),
            binding: binding.id.clone(),
            caller: caller.to_string(),
            ..Call::default()
        })
    }
}

/// Resources whose transition ends after the transition of a resource in `ids`, such as a job. Until the job
/// ends, reads of the job suffice.
fn find_subsequent_transitions(belief: &Belief, ids: &[&ResourceId]) -> BTreeSet<ResourceId> {
    let possible = ids.iter().flat_map(|id| belief.list_states(id));
    possible.filter_map(|held| held.state.transition.clone()).flat_map(|motion| motion.after).collect()
}

/// A read whose response shows every resource of a kind with all fields, with no more inputs than the read of
/// one resource.
fn find_whole_list(model: &Model, schemas: &CompiledCatalog, kind: usize) -> Option<String> {
    let shown = model.reads[kind].as_ref()?;
    let common = &schemas.find_operation(&shown.operation)?.path;
    let lists = |operation: &&OperationModel| {
        let whole = |(shows, view): &(usize, ResourceView)| *shows == kind && view.whole && view.only.is_none();
        operation.views.iter().any(whole) && operation.about.is_empty()
    };
    let simple = |operation: &&OperationModel| {
        schemas.find_operation(&operation.id).is_some_and(|operation| {
            let filled = |name: &str| name != shown.parameter && common.iter().any(|known| known.name == name);
            operation.path.iter().all(|parameter| filled(&parameter.name))
                && operation.query.iter().all(|parameter| !parameter.required)
        })
    };
    let found = model.operations.values().filter(lists).find(simple);
    found.map(|operation| operation.id.clone())
}

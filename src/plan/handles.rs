//! The resources of one plan by handle.

use super::step::{Step, read_handle};
use crate::model::{Model, ResourceOwner};
use crate::suite::IdExpression;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The outcome of a step, as far as a chooser distinguishes outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// The call was accepted.
    Accepted,
    /// The call was refused.
    Refused,
    /// Lost, throttled or a server error: the endpoint may or may not have carried out the call.
    Open,
}

/// A resource of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedResource {
    /// Index of the resource kind.
    pub kind: usize,
    /// `None` until a response contains the id, and forever after a refused create.
    pub id: Option<Arc<str>>,
    /// The owner.
    pub owner: ResourceOwner,
    /// Accepted changes of the resource, in order.
    pub accepted: Vec<String>,
}

/// The resources of one plan, by handle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandleTable(BTreeMap<String, PlannedResource>);

impl HandleTable {
    /// Records an executed step: the handles of the step, the ids of the created resources (by handle), and the
    /// accepted change of each named resource.
    pub fn note_step(&mut self, model: &Model, step: &Step, born: &BTreeMap<String, String>, ending: StepOutcome) {
        let operation = &model.operations[&step.call.operation];
        for (about, names) in &step.births {
            let Some(about) =
                operation.about.iter().find(|a| a.name == *about && matches!(a.binding, IdExpression::New(_)))
            else {
                continue;
            };
            for name in names {
                let owner = ResourceOwner::from_caller(&step.call.caller).unwrap_or(ResourceOwner::Owner);
                let fresh = PlannedResource { kind: about.resource, id: None, owner, accepted: Vec::new() };
                self.0.entry(name.clone()).or_insert(fresh);
            }
        }
        for (name, id) in born {
            self.bind_id(name, id);
        }
        if operation.changes && ending == StepOutcome::Accepted {
            for name in named_handles(step) {
                if let Some(handle) = self.0.get_mut(name) {
                    handle.accepted.push(step.call.operation.clone());
                }
            }
        }
    }

    /// Sets the id of a handle, unless the handle has an id.
    pub fn bind_id(&mut self, name: &str, id: &str) {
        if let Some(handle) = self.0.get_mut(name) {
            handle.id.get_or_insert_with(|| Arc::from(id));
        }
    }

    /// The resource with a handle.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&PlannedResource> {
        self.0.get(name)
    }

    /// All resources, sorted by handle.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &PlannedResource)> {
        self.0.iter()
    }

    /// All known ids, by handle.
    #[must_use]
    pub fn known_ids(&self) -> BTreeMap<String, String> {
        self.0.iter().filter_map(|(name, handle)| Some((name.clone(), handle.id.as_ref()?.to_string()))).collect()
    }

    /// An unused handle, given the handles in `steps`.
    #[must_use]
    pub fn make_handle(&self, resource: &str, steps: &[Step], nth: usize) -> String {
        let prefix = format!("{resource}-");
        let used = steps.iter().flat_map(|step| step.births.values().flatten()).chain(self.0.keys());
        let numbers = used.filter_map(|name| name.strip_prefix(&prefix)?.parse::<usize>().ok());
        format!("{prefix}{}", numbers.max().unwrap_or(0) + 1 + nth)
    }
}

/// The handles in the inputs of a step.
#[must_use]
pub fn named_handles(step: &Step) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for value in step.call.path.values().chain(step.call.query.values()).chain(&step.call.body) {
        collect_handles(value, &mut found);
    }
    found
}

fn collect_handles<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    if let Some(name) = read_handle(value) {
        found.insert(name);
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_handles(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect_handles(field, found)),
        _ => {}
    }
}

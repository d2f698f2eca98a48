//! The resources of one plan by handle.

use super::step::{Step, handle_name};
use crate::model::{Model, Who};
use crate::suite::Binding;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The outcome of a step, as far as a chooser distinguishes outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The call was accepted.
    Accepted,
    /// The call was refused.
    Refused,
    /// Lost, throttled or a server error: the endpoint may or may not have carried out the call.
    Open,
}

/// A resource of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// Index of the resource kind.
    pub kind: usize,
    /// `None` until a response contains the id, and forever after a refused create.
    pub id: Option<Arc<str>>,
    /// The owner.
    pub owner: Who,
    /// Accepted changes of the resource, in order.
    pub accepted: Vec<String>,
}

/// The resources of one plan, by handle.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handles(BTreeMap<String, Handle>);

impl Handles {
    /// Records an executed step: the handles of the step, the ids of the created resources (by handle), and the
    /// accepted change of each named resource.
    pub fn note(&mut self, model: &Model, step: &Step, born: &BTreeMap<String, String>, ending: Ending) {
        let operation = &model.operations[&step.operation];
        for (about, names) in &step.births {
            let Some(about) = operation.about.iter().find(|a| a.name == *about && matches!(a.binding, Binding::New(_)))
            else {
                continue;
            };
            for name in names {
                let owner = Who::of(&step.caller).unwrap_or(Who::Owner);
                let fresh = Handle { kind: about.resource, id: None, owner, accepted: Vec::new() };
                self.0.entry(name.clone()).or_insert(fresh);
            }
        }
        for (name, id) in born {
            self.bind(name, id);
        }
        if operation.changes && ending == Ending::Accepted {
            for name in named(step) {
                if let Some(handle) = self.0.get_mut(name) {
                    handle.accepted.push(step.operation.clone());
                }
            }
        }
    }

    /// Sets the id of a handle, unless the handle has an id.
    pub fn bind(&mut self, name: &str, id: &str) {
        if let Some(handle) = self.0.get_mut(name) {
            handle.id.get_or_insert_with(|| Arc::from(id));
        }
    }

    /// The resource with a handle.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Handle> {
        self.0.get(name)
    }

    /// All resources, sorted by handle.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Handle)> {
        self.0.iter()
    }

    /// All known ids, by handle.
    #[must_use]
    pub fn ids(&self) -> BTreeMap<String, String> {
        self.0.iter().filter_map(|(name, handle)| Some((name.clone(), handle.id.as_ref()?.to_string()))).collect()
    }

    /// An unused handle, given the handles in `steps`.
    #[must_use]
    pub fn fresh(&self, resource: &str, steps: &[Step], nth: usize) -> String {
        let prefix = format!("{resource}-");
        let used = steps.iter().flat_map(|step| step.births.values().flatten()).chain(self.0.keys());
        let numbers = used.filter_map(|name| name.strip_prefix(&prefix)?.parse::<usize>().ok());
        format!("{prefix}{}", numbers.max().unwrap_or(0) + 1 + nth)
    }
}

/// The handles in the inputs of a step.
#[must_use]
pub fn named(step: &Step) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for value in step.path.values().chain(step.query.values()).chain(&step.body) {
        collect(value, &mut found);
    }
    found
}

fn collect<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    if let Some(name) = handle_name(value) {
        found.insert(name);
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        _ => {}
    }
}

//! What a chooser looks at: the belief, the things of this plan, what was covered.

use super::coverage::Coverage;
use super::step::{Step, handle_name};
use crate::model::{Belief, Id, Life, Model, Who};
use crate::schema::Schemas;
use crate::suite::Binding;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// All that the next step may depend on.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    pub model: &'a Model,
    pub schemas: &'a Schemas,
    pub belief: &'a Belief,
    pub handles: &'a Handles,
    /// The steps so far, in order.
    pub steps: &'a [Step],
    /// Requests of this plan so far, polls and repeats included.
    pub requests: u64,
    /// By operation: the page of a list that it showed last.
    pub pages: &'a BTreeMap<String, LastPage>,
    /// Of all plans of the campaign so far, this one included.
    pub coverage: &'a Coverage,
    pub limits: &'a Limits,
}

/// A page of a list, as far as choosing goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastPage {
    /// The step that asked for it.
    pub step: usize,
    /// What asks for the page that follows, by query parameter; empty where nothing tells, and after an empty page.
    pub next: BTreeMap<String, Value>,
}

/// Ceilings of one plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Steps in the plan.
    pub steps_max: usize,
    /// Things alive at once that a call of the suite can delete.
    pub live_max: usize,
    /// Path parameters that the identity fills in (a project id).
    pub filled: BTreeSet<String>,
    /// Callers that the profile has: `owner`, and of `other`, `expired`, `forged` and `none` those there are.
    pub callers: BTreeSet<String>,
}

/// What became of a step, as far as choosing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Accepted,
    Refused,
    /// Lost, throttled, an error of the server: it may or may not have happened.
    Open,
}

/// A thing of this plan by the name that its steps give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// Index into the suite's resources.
    pub kind: usize,
    /// None until a reply gave it, and for ever if the create was refused.
    pub id: Option<Arc<str>>,
    pub owner: Who,
    /// Changing operations accepted on it, in order.
    pub accepted: Vec<String>,
}

/// The handles of one plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handles(BTreeMap<String, Handle>);

impl Handles {
    /// Takes in a step that was carried out: the handles that it brings, the ids that they
    /// got (by handle), and what it has done to those it names.
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

    /// Gives a handle its id; a second one is ignored.
    pub fn bind(&mut self, name: &str, id: &str) {
        if let Some(handle) = self.0.get_mut(name) {
            handle.id.get_or_insert_with(|| Arc::from(id));
        }
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Handle> {
        self.0.get(name)
    }

    /// In the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Handle)> {
        self.0.iter()
    }

    /// The ids known so far, by handle.
    #[must_use]
    pub fn ids(&self) -> BTreeMap<String, String> {
        self.0.iter().filter_map(|(name, handle)| Some((name.clone(), handle.id.as_ref()?.to_string()))).collect()
    }

    /// A name that no step of this plan has used, given the births of the steps so far.
    #[must_use]
    pub fn fresh(&self, resource: &str, steps: &[Step], nth: usize) -> String {
        let prefix = format!("{resource}-");
        let used = steps.iter().flat_map(|step| step.births.values().flatten()).chain(self.0.keys());
        let numbers = used.filter_map(|name| name.strip_prefix(&prefix)?.parse::<usize>().ok());
        format!("{prefix}{}", numbers.max().unwrap_or(0) + 1 + nth)
    }
}

/// The handles that a step names, each once, in order.
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

/// How a thing stands in all that is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// There and at rest.
    Rest,
    /// There, and it may be in motion.
    Motion,
    /// Not determined.
    Fog,
    /// On its way out, or perhaps gone.
    Leaving,
    Gone,
}

/// How a thing stands, as far as the belief knows.
#[must_use]
pub fn presence(belief: &Belief, id: &Id) -> Presence {
    let possible = belief.possibilities(id);
    let any = |test: &dyn Fn(&crate::model::Thing) -> bool| possible.iter().any(|held| test(&held.thing));
    if possible.iter().all(|held| held.thing.life == Life::Gone) {
        Presence::Gone
    } else if any(&|thing| thing.life != Life::Alive || leaving(thing)) {
        Presence::Leaving
    } else if any(&|thing| thing.fog.is_some()) {
        Presence::Fog
    } else if any(&|thing| thing.motion.is_some()) {
        Presence::Motion
    } else {
        Presence::Rest
    }
}

fn leaving(thing: &crate::model::Thing) -> bool {
    use crate::model::Stage;
    thing
        .motion
        .as_ref()
        .is_some_and(|motion| motion.course.iter().any(|stage| matches!(stage, Stage::Gone | Stage::Anything)))
}

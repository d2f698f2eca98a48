//! A possible state: one assignment of values and transitions to resources.

use super::compile::Model;
use super::resource_state::{Id, Life, Thing};
use crate::expr::Val;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A resource in a possible state, with the record that expressions read. Shared between possible states.
#[derive(Debug)]
pub struct Held {
    /// The resource.
    pub id: Id,
    /// The state of the resource.
    pub thing: Thing,
    /// Follows from the other fields, and is not compared.
    pub record: Val,
}

impl PartialEq for Held {
    fn eq(&self, other: &Held) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Held {}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Held) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Held {
    fn cmp(&self, other: &Held) -> Ordering {
        if std::ptr::eq(self, other) {
            return Ordering::Equal;
        }
        self.id.cmp(&other.id).then_with(|| self.thing.cmp(&other.thing))
    }
}

/// Resources, sorted by id.
pub type World = Vec<Arc<Held>>;

/// A resource with its record.
#[must_use]
pub fn hold(model: &Model, id: Id, thing: Thing) -> Arc<Held> {
    let record = record(model, &id, &thing);
    Arc::new(Held { id, thing, record })
}

/// The possible state with some resources replaced or added.
#[must_use]
pub fn replaced(model: &Model, world: &[Arc<Held>], changed: BTreeMap<Id, Thing>) -> World {
    let mut next: World = world.iter().filter(|held| !changed.contains_key(&held.id)).cloned().collect();
    for (id, mut thing) in changed {
        if thing.motion.as_ref().is_some_and(|motion| motion.course.is_empty()) {
            thing.motion = None;
        }
        next.push(hold(model, id, thing));
    }
    next.sort_by(|a, b| a.id.cmp(&b.id));
    next
}

/// The resource with an id.
#[must_use]
pub fn find<'a>(world: &'a [Arc<Held>], id: &Id) -> Option<&'a Arc<Held>> {
    world.binary_search_by(|held| held.id.cmp(id)).ok().map(|index| &world[index])
}

/// A resource as expressions of the owner read the resource: a record; null if gone; unknown if undetermined.
#[must_use]
pub fn record(model: &Model, id: &Id, thing: &Thing) -> Val {
    if thing.life == Life::Gone {
        return Val::Null;
    }
    if thing.fog.is_some() {
        return Val::Unknown;
    }
    let resource = model.resource(id);
    let pending =
        |index: usize| thing.motion.as_ref().is_some_and(|m| m.pending.iter().any(|(i, _)| usize::from(*i) == index));
    let mut fields: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    for (index, field) in resource.fields.iter().enumerate() {
        let hidden = thing.life == Life::Dying || pending(index);
        let value = if hidden { Val::Unknown } else { thing.fields[index].clone() };
        fields.insert(Arc::from(field.name.as_str()), value);
    }
    for ((name, _), value) in resource.remembers.iter().zip(&thing.memory) {
        fields.insert(Arc::from(name.as_str()), value.clone());
    }
    fields.insert("id".into(), Val::Str(id.id.clone()));
    fields.insert("seq".into(), Val::Int(i64::from(thing.seq)));
    fields.insert("rest".into(), Val::Bool(thing.motion.is_none()));
    Val::Map(Arc::new(fields))
}

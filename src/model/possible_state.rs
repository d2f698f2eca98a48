//! A possible state: one assignment of values and transitions to resources.

use super::clause_info::ClauseOrigin;
use super::compile::Model;
use super::resource_state::{Existence, ResourceId, ResourceState, UNKNOWN_SEQ};
use crate::expr::ExprValue;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A resource in a possible state, with the record that expressions read. Shared between possible states.
#[derive(Debug)]
pub struct PossibleResource {
    /// The resource.
    pub id: ResourceId,
    /// The state of the resource.
    pub state: ResourceState,
    /// Follows from the other fields, and is not compared.
    pub record: ExprValue,
}

impl PartialEq for PossibleResource {
    fn eq(&self, other: &PossibleResource) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for PossibleResource {}

impl PartialOrd for PossibleResource {
    fn partial_cmp(&self, other: &PossibleResource) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PossibleResource {
    fn cmp(&self, other: &PossibleResource) -> Ordering {
        if std::ptr::eq(self, other) {
            return Ordering::Equal;
        }
        self.id.cmp(&other.id).then_with(|| self.state.cmp(&other.state))
    }
}

/// Resources, sorted by id.
pub type PossibleState = Vec<Arc<PossibleResource>>;

/// A resource with its record.
#[must_use]
pub fn make_possible_resource(model: &Model, id: ResourceId, thing: ResourceState) -> Arc<PossibleResource> {
    let record = make_record(model, &id, &thing);
    Arc::new(PossibleResource { id, state: thing, record })
}

/// The possible state with some resources replaced or added.
#[must_use]
pub fn replace_resources(
    model: &Model,
    world: &[Arc<PossibleResource>],
    changed: BTreeMap<ResourceId, ResourceState>,
) -> PossibleState {
    let mut next: PossibleState = world.iter().filter(|held| !changed.contains_key(&held.id)).cloned().collect();
    for (id, mut thing) in changed {
        if thing.transition.as_ref().is_some_and(|motion| motion.stages.is_empty()) {
            thing.transition = None;
        }
        next.push(make_possible_resource(model, id, thing));
    }
    next.sort_by(|a, b| a.id.cmp(&b.id));
    next
}

/// The resource with an id.
#[must_use]
pub fn find_resource<'a>(world: &'a [Arc<PossibleResource>], id: &ResourceId) -> Option<&'a Arc<PossibleResource>> {
    world.binary_search_by(|held| held.id.cmp(id)).ok().map(|index| &world[index])
}

/// A resource as expressions of the owner read the resource: a record; null if gone; unknown if undetermined.
#[must_use]
pub fn make_record(model: &Model, id: &ResourceId, thing: &ResourceState) -> ExprValue {
    if thing.existence == Existence::Gone {
        return ExprValue::Null;
    }
    if thing.undetermined_since.is_some() {
        return ExprValue::Unknown;
    }
    let resource = model.resource_kind(id);
    let pending = |index: usize| {
        thing.transition.as_ref().is_some_and(|m| m.pending.iter().any(|(i, _)| usize::from(*i) == index))
    };
    let mut fields: BTreeMap<Arc<str>, ExprValue> = BTreeMap::new();
    for (index, field) in resource.fields.iter().enumerate() {
        let hidden = thing.existence == Existence::Deleting || pending(index);
        let value = if hidden { ExprValue::Unknown } else { thing.fields[index].clone() };
        fields.insert(Arc::from(field.name.as_str()), value);
    }
    for ((name, _), value) in resource.remembers.iter().zip(&thing.memory) {
        fields.insert(Arc::from(name.as_str()), value.clone());
    }
    fields.insert("id".into(), model.make_id_value(usize::from(id.kind), &id.id));
    let is_known = thing.seq != UNKNOWN_SEQ;
    fields.insert("seq".into(), if is_known { ExprValue::Int(i64::from(thing.seq)) } else { ExprValue::Unknown });
    fields.insert("rest".into(), ExprValue::Bool(thing.transition.is_none()));
    ExprValue::Map(Arc::new(fields))
}

/// Number of resources that an event of the endpoint brought into their present state.
#[must_use]
pub(super) fn count_events(model: &Model, world: &[Arc<PossibleResource>]) -> usize {
    let by_event = |held: &&Arc<PossibleResource>| {
        let outcomes = held.state.origin.as_ref().map(|origin| origin.0.as_ref()).unwrap_or_default();
        outcomes.iter().any(|(clause, _)| matches!(model.clause_info(*clause).origin, ClauseOrigin::Event(_)))
    };
    world.iter().filter(by_event).count()
}

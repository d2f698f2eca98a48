//! A valid call whose body is changed in one place so that a clause applies.

use super::handles::named;
use super::planning_context::{Actor, Call, Scene};
use super::step::handle;
use crate::model::{ClauseId, version_of};
use crate::schema::{Rng, deviations_at};
use serde_json::Value;
use std::collections::BTreeSet;

/// A variant of a call with one invalid place in the body, so that the clause applies.
#[must_use]
pub fn spoiled(scene: &Scene<'_>, good: &Call, clause: ClauseId, rng: &mut Rng) -> Option<Call> {
    let operation = scene.schemas.operation(&good.step.operation)?;
    let version = version_of(scene.model, &good.exchange);
    let shape = scene.schemas.request(operation, version.as_deref())?;
    let mut cases = deviations_at(shape, good.exchange.body.as_ref()?, version.as_deref());
    let names = named(&good.step);
    for _ in 0..SPOILED_MAX.min(cases.len()) {
        let case = cases.swap_remove(rng.below(cases.len() as u64) as usize);
        let mut step = good.step.clone();
        step.body = case.value.map(|value| with_handles(value, scene, &names));
        let applies = |call: &Call| scene.outlook(call).is_some_and(|outlook| outlook.applies(clause));
        if let Some(call) = scene.call(step).filter(applies) {
            return Some(call);
        }
    }
    None
}

/// Variants for one call.
const SPOILED_MAX: usize = 6;

/// The value with the ids of the handles replaced by handles.
#[must_use]
pub fn with_handles(value: Value, scene: &Scene<'_>, names: &BTreeSet<&str>) -> Value {
    match value {
        Value::String(text) => {
            let known = |actor: &&Actor| *actor.id.id == *text && names.contains(actor.name.as_str());
            match scene.actors.iter().find(known) {
                Some(actor) => handle(&actor.name),
                None => Value::String(text),
            }
        }
        Value::Array(items) => {
            let items = items.into_iter();
            Value::Array(items.map(|item| with_handles(item, scene, names)).collect())
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, field)| (name, with_handles(field, scene, names)));
            Value::Object(fields.collect())
        }
        scalar => scalar,
    }
}

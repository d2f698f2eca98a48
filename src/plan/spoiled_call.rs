//! A valid call whose body is changed in one place so that a clause applies.

use super::handles::named_handles;
use super::planning_context::{CandidateCall, NamedResource, PlanningContext};
use super::step::{make_handle, make_number_handle};
use crate::model::ClauseId;
use crate::schema::{SeededRng, list_body_edits};
use serde_json::Value;
use std::collections::BTreeSet;

/// A variant of a call with one invalid place in the body, so that the clause applies.
#[must_use]
pub fn spoil_call(
    scene: &PlanningContext<'_>,
    good: &CandidateCall,
    clause: ClauseId,
    rng: &mut SeededRng,
) -> Option<CandidateCall> {
    let operation = scene.schemas.find_operation(&good.step.call.operation)?;
    let version = good.view.get_version();
    let shape = scene.schemas.find_request_schema(operation, version)?;
    let body = good.call.body.as_ref()?;
    let mut edits = list_body_edits(shape, body, version);
    let names = named_handles(&good.step);
    for _ in 0..SPOILED_MAX.min(edits.len()) {
        let edit = edits.swap_remove(rng.draw_below(edits.len() as u64) as usize);
        let case = edit.make_variant(shape, body, version);
        let mut step = good.step.clone();
        step.call.body = case.value.map(|value| restore_handles(value, scene, &names));
        let applies =
            |call: &CandidateCall| scene.predict(call).is_some_and(|outlook| outlook.applies_everywhere(clause));
        if let Some(call) = scene.make_candidate_call(step).filter(applies) {
            return Some(call);
        }
    }
    None
}

/// Variants for one call.
const SPOILED_MAX: usize = 6;

/// The value with the ids of the handles replaced by handles.
#[must_use]
pub fn restore_handles(value: Value, scene: &PlanningContext<'_>, names: &BTreeSet<&str>) -> Value {
    match value {
        Value::String(text) => {
            let known = |actor: &&NamedResource| *actor.id.id == *text && names.contains(actor.name.as_str());
            match scene.resources.iter().find(known) {
                Some(actor) => make_handle(&actor.name),
                None => Value::String(text),
            }
        }
        Value::Number(number) => {
            let text = number.to_string();
            let known = |actor: &&NamedResource| {
                scene.model.has_number_ids(usize::from(actor.id.kind))
                    && *actor.id.id == *text
                    && names.contains(actor.name.as_str())
            };
            match scene.resources.iter().find(known) {
                Some(actor) => make_number_handle(&actor.name),
                None => Value::Number(number),
            }
        }
        Value::Array(items) => {
            let items = items.into_iter();
            Value::Array(items.map(|item| restore_handles(item, scene, names)).collect())
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, field)| (name, restore_handles(field, scene, names)));
            Value::Object(fields.collect())
        }
        scalar => scalar,
    }
}

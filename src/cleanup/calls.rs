//! Calls on one resource: the read and the deletion.

use crate::endpoint::Call;
use crate::expr::{Key, Path, assign};
use crate::history::{Cause, Exchange, Outcome};
use crate::model::{Id, Model, Who};
use crate::schema::catalog::Operation;
use crate::schema::{Draw, Rng, Schemas, draw_valid};
use serde_json::Value;
use std::collections::BTreeMap;

/// Purpose of the random stream for the rest of a body.
const PURPOSE_ENDING: u64 = 11;

/// The call that deletes a resource; `None` if the suite has no such call for the resource kind.
#[must_use]
pub fn ending(model: &Model, schemas: &Schemas, id: &Id, owner: Who) -> Option<Call> {
    let way = model.ends[usize::from(id.kind)].as_ref()?;
    call_at(schemas, schemas.operation(&way.operation)?, &way.at, id, owner)
}

/// The read that shows a resource; `None` if the suite has no such read for the resource kind.
#[must_use]
pub fn showing(model: &Model, schemas: &Schemas, id: &Id, owner: Who) -> Option<Call> {
    let way = model.shown[usize::from(id.kind)].as_ref()?;
    let keys = vec![Key::Name(way.parameter.as_str().into())];
    let at = Path { root: "path".into(), keys };
    call_at(schemas, schemas.operation(&way.operation)?, &at, id, owner)
}

/// A call of an operation with the id of one resource at a place in the path or the body.
fn call_at(schemas: &Schemas, operation: &Operation, at: &Path, id: &Id, owner: Who) -> Option<Call> {
    let mut call = Call {
        operation: operation.id.clone(),
        binding: operation.bindings.first()?.id.clone(),
        caller: if owner == Who::Owner { "owner" } else { "other" }.to_string(),
        ..Call::default()
    };
    let value = Value::String(id.id.to_string());
    if at.root.as_ref() == "path" {
        let Key::Name(parameter) = at.keys.first()? else { return None };
        call.path.insert(parameter.to_string(), value);
    }
    if let Some(shape) = schemas.request(operation, None) {
        // Mandatory fields only, and a single resource.
        let how = Draw { optional_percent: 0, ..Draw::default() };
        let mut body = draw_valid(shape, &mut Rng::new(0, 0, 0, PURPOSE_ENDING), &how).ok()?;
        if at.root.as_ref() == "body" {
            keep_one_element(&mut body, at);
            assign(&mut body, at, Value::String(id.id.to_string()));
        }
        call.body = Some(body);
    }
    Some(call)
}

/// Shortens every list on the way to a place to one element.
fn keep_one_element(body: &mut Value, at: &Path) {
    for (depth, key) in at.keys.iter().enumerate() {
        if matches!(key, Key::Index(_)) {
            let list = Path { root: at.root.clone(), keys: at.keys[..depth].to_vec() };
            if let Some(items) = body.pointer_mut(&list.pointer()).and_then(Value::as_array_mut) {
                items.truncate(1);
            }
        }
    }
}

/// The call in the form that the model reads. Only the inputs count.
pub(super) fn as_exchange(call: &Call) -> Exchange {
    Exchange {
        number: 0,
        step: 0,
        cause: Cause::Step,
        operation: call.operation.clone(),
        binding: call.binding.clone(),
        caller: call.caller.clone(),
        path: call.path.clone(),
        query: call.query.clone(),
        headers: call.headers.clone(),
        body: call.body.clone(),
        sent_ms: 0,
        received_ms: 0,
        outcome: Outcome::Unsent { cause: String::new() },
        born: BTreeMap::new(),
        input: None,
    }
}

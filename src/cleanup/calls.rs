//! Calls on one resource: the read and the deletion.

use crate::expr::{FieldPath, PathKey, assign_at_path};
use crate::history::Call;
use crate::model::{Model, ResourceId, ResourceOwner};
use crate::schema::catalog::Operation;
use crate::schema::{CompiledCatalog, DrawSettings, SeededRng, draw_valid};
use serde_json::Value;

/// Purpose of the random stream for the rest of a body.
const PURPOSE_DELETION: u64 = 11;

/// The call that deletes a resource; `None` if the suite has no deleting call for the resource kind.
#[must_use]
pub fn make_deletion_call(
    model: &Model,
    schemas: &CompiledCatalog,
    id: &ResourceId,
    owner: ResourceOwner,
) -> Option<Call> {
    let way = model.deletions[usize::from(id.kind)].as_ref()?;
    make_call(schemas, schemas.find_operation(&way.operation)?, &way.id_path, id, owner)
}

/// The read of a resource; `None` if the suite has no read for the resource kind.
#[must_use]
pub fn make_show_call(model: &Model, schemas: &CompiledCatalog, id: &ResourceId, owner: ResourceOwner) -> Option<Call> {
    let way = model.reads[usize::from(id.kind)].as_ref()?;
    let keys = vec![PathKey::Name(way.parameter.as_str().into())];
    let at = FieldPath { root: "path".into(), keys };
    make_call(schemas, schemas.find_operation(&way.operation)?, &at, id, owner)
}

/// A call of an operation with the id of one resource at a place in the path or the body.
fn make_call(
    schemas: &CompiledCatalog,
    operation: &Operation,
    at: &FieldPath,
    id: &ResourceId,
    owner: ResourceOwner,
) -> Option<Call> {
    let mut call = Call {
        operation: operation.id.clone(),
        binding: operation.bindings.first()?.id.clone(),
        caller: if owner == ResourceOwner::Owner { "owner" } else { "other" }.to_string(),
        ..Call::default()
    };
    let value = Value::String(id.id.to_string());
    if at.root.as_ref() == "path" {
        let PathKey::Name(parameter) = at.keys.first()? else { return None };
        call.path.insert(parameter.to_string(), value);
    }
    if let Some(shape) = schemas.find_request_schema(operation, None) {
        // Mandatory fields only, and a single resource.
        let how = DrawSettings { optional_percent: 0, ..DrawSettings::default() };
        let mut body = draw_valid(shape, &mut SeededRng::new(0, 0, 0, PURPOSE_DELETION), &how).ok()?;
        if at.root.as_ref() == "body" {
            keep_one_element(&mut body, at);
            assign_at_path(&mut body, at, Value::String(id.id.to_string()));
        }
        call.body = Some(body);
    }
    Some(call)
}

/// Shortens every list on the way to a place to one element.
fn keep_one_element(body: &mut Value, at: &FieldPath) {
    for (depth, key) in at.keys.iter().enumerate() {
        if matches!(key, PathKey::Index(_)) {
            let list = FieldPath { root: at.root.clone(), keys: at.keys[..depth].to_vec() };
            if let Some(items) = body.pointer_mut(&list.to_pointer()).and_then(Value::as_array_mut) {
                items.truncate(1);
            }
        }
    }
}

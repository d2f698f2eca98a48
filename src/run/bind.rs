//! Replaces handles by ids.

use crate::endpoint::Call;
use crate::plan::{Step, read_handle};
use serde_json::Value;
use std::collections::BTreeMap;

/// The call of a step, with an id for every handle in path, query and body.
///
/// # Errors
/// The name of a handle without an id.
pub fn bind_handles(step: &Step, ids: &BTreeMap<String, String>) -> Result<Call, String> {
    let all = |values: &BTreeMap<String, Value>| -> Result<BTreeMap<String, Value>, String> {
        values.iter().map(|(name, value)| Ok((name.clone(), bind_value(value, ids)?))).collect()
    };
    Ok(Call {
        operation: step.operation.clone(),
        binding: step.binding.clone(),
        caller: step.caller.clone(),
        path: all(&step.path)?,
        query: all(&step.query)?,
        headers: step.headers.clone(),
        body: step.body.as_ref().map(|body| bind_value(body, ids)).transpose()?,
    })
}

fn bind_value(value: &Value, ids: &BTreeMap<String, String>) -> Result<Value, String> {
    if let Some(name) = read_handle(value) {
        return ids.get(name).map(|id| Value::String(id.clone())).ok_or_else(|| name.to_string());
    }
    match value {
        Value::Array(items) => {
            items.iter().map(|item| bind_value(item, ids)).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| Ok((name.clone(), bind_value(field, ids)?)));
            fields.collect::<Result<_, String>>().map(Value::Object)
        }
        scalar => Ok(scalar.clone()),
    }
}

//! Replaces handles by ids.

use crate::endpoint::Call;
use crate::plan::{Step, handle_name};
use serde_json::Value;
use std::collections::BTreeMap;

/// The call of a step, with an id for every handle in path, query and body.
///
/// # Errors
/// The name of a handle without an id.
pub fn bind(step: &Step, ids: &BTreeMap<String, String>) -> Result<Call, String> {
    let all = |values: &BTreeMap<String, Value>| -> Result<BTreeMap<String, Value>, String> {
        values.iter().map(|(name, value)| Ok((name.clone(), value_of(value, ids)?))).collect()
    };
    Ok(Call {
        operation: step.operation.clone(),
        binding: step.binding.clone(),
        caller: step.caller.clone(),
        path: all(&step.path)?,
        query: all(&step.query)?,
        headers: step.headers.clone(),
        body: step.body.as_ref().map(|body| value_of(body, ids)).transpose()?,
    })
}

fn value_of(value: &Value, ids: &BTreeMap<String, String>) -> Result<Value, String> {
    if let Some(name) = handle_name(value) {
        return ids.get(name).map(|id| Value::String(id.clone())).ok_or_else(|| name.to_string());
    }
    match value {
        Value::Array(items) => items.iter().map(|item| value_of(item, ids)).collect::<Result<_, _>>().map(Value::Array),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| Ok((name.clone(), value_of(field, ids)?)));
            fields.collect::<Result<_, String>>().map(Value::Object)
        }
        scalar => Ok(scalar.clone()),
    }
}

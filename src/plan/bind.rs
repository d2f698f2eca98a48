//! Replaces handles by ids.

use super::step::{is_number_handle, read_handle};
use crate::history::Call;
use serde_json::Value;
use std::collections::BTreeMap;

/// The call of a step, with an id for every handle in path, query and body.
///
/// # Errors
/// The name of a handle for which `find_id` has no id.
pub fn bind_handles(planned: &Call, find_id: &dyn Fn(&str) -> Option<String>) -> Result<Call, String> {
    let all = |values: &BTreeMap<String, Value>| -> Result<BTreeMap<String, Value>, String> {
        values.iter().map(|(name, value)| Ok((name.clone(), bind_value(value, find_id)?))).collect()
    };
    Ok(Call {
        path: all(&planned.path)?,
        query: all(&planned.query)?,
        body: planned.body.as_ref().map(|body| bind_value(body, find_id)).transpose()?,
        operation: planned.operation.clone(),
        binding: planned.binding.clone(),
        caller: planned.caller.clone(),
        headers: planned.headers.clone(),
    })
}

fn bind_value(value: &Value, find_id: &dyn Fn(&str) -> Option<String>) -> Result<Value, String> {
    if let Some(name) = read_handle(value) {
        let id = find_id(name).ok_or_else(|| name.to_string())?;
        let number = is_number_handle(value).then(|| id.parse::<i64>().ok()).flatten();
        return Ok(number.map_or(Value::String(id), Value::from));
    }
    match value {
        Value::Array(items) => {
            items.iter().map(|item| bind_value(item, find_id)).collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| Ok((name.clone(), bind_value(field, find_id)?)));
            fields.collect::<Result<_, String>>().map(Value::Object)
        }
        scalar => Ok(scalar.clone()),
    }
}

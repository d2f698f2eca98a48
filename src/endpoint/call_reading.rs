//! Conversion of requests to calls.

use super::request::Request;
use crate::history::Call;
use crate::schema::CompiledCatalog;
use serde_json::Value;

/// Reads the call of a request.
pub(crate) fn read_call(request: &Request, schemas: &CompiledCatalog) -> Call {
    let read = |(name, text): &(String, String)| (name.clone(), read_query(schemas, &request.operation, name, text));
    Call {
        operation: request.operation.clone(),
        binding: request.binding.clone(),
        caller: request.caller.clone(),
        path: request.parameters.clone(),
        query: request.query.iter().map(read).collect(),
        headers: request.headers.iter().cloned().collect(),
        body: request.body.clone(),
    }
}

/// Reads a query value, which is text on the wire. A parameter without texts is read as JSON.
fn read_query(schemas: &CompiledCatalog, operation: &str, name: &str, text: &str) -> Value {
    let written = Value::String(text.to_string());
    let shape =
        schemas.find_operation(operation).and_then(|operation| schemas.find_parameter_schema(operation, "query", name));
    let Some(shape) = shape.filter(|shape| !shape.is_valid(&written)) else { return written };
    serde_json::from_str(text).ok().filter(|value| shape.is_valid(value)).unwrap_or(written)
}

//! Conversion of requests to the exchanges of the model.

use crate::endpoint::Request;
use crate::history::{CallCause, Exchange, Outcome};
use crate::schema::CompiledCatalog;
use serde_json::Value;
use std::collections::BTreeMap;

/// Converts a request to an exchange without an outcome.
pub(super) fn read_exchange(request: &Request, schemas: &CompiledCatalog) -> Exchange {
    let mut exchange = empty_exchange(&request.operation, &request.caller);
    exchange.binding.clone_from(&request.binding);
    exchange.path.clone_from(&request.parameters);
    let read = |(name, text): &(String, String)| (name.clone(), read_query(schemas, &request.operation, name, text));
    exchange.query = request.query.iter().map(read).collect();
    exchange.headers = request.headers.iter().cloned().collect();
    exchange.body.clone_from(&request.body);
    exchange
}

/// Reads a query value, which is text on the wire. A parameter without texts is read as JSON.
fn read_query(schemas: &CompiledCatalog, operation: &str, name: &str, text: &str) -> Value {
    let written = Value::String(text.to_string());
    let shape =
        schemas.find_operation(operation).and_then(|operation| schemas.find_parameter_schema(operation, "query", name));
    let Some(shape) = shape.filter(|shape| !shape.is_valid(&written)) else { return written };
    serde_json::from_str(text).ok().filter(|value| shape.is_valid(value)).unwrap_or(written)
}

/// An exchange without inputs and without an outcome.
pub(super) fn empty_exchange(operation: &str, caller: &str) -> Exchange {
    Exchange {
        number: 0,
        step: 0,
        cause: CallCause::Step,
        operation: operation.to_string(),
        binding: String::new(),
        caller: caller.to_string(),
        path: BTreeMap::new(),
        query: BTreeMap::new(),
        headers: BTreeMap::new(),
        body: None,
        sent_ms: 0,
        received_ms: 0,
        outcome: Outcome::Lost { cause: String::new() },
        created: BTreeMap::new(),
        input: None,
    }
}

/// Collects all texts of a body, in order. A batch names its resources in the body.
pub(super) fn collect_texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect_texts(field, found)),
        _ => {}
    }
}

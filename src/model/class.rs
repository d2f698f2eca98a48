//! What class a call's input belongs to.

use super::asked::Asked;
use super::compile::Model;
use crate::expr::Val;
use crate::history::Exchange;
use crate::schema::{Class, Schemas, classify};

/// The class of a call's input: of its body and its query.
#[must_use]
pub fn classed(model: &Model, schemas: &Schemas, exchange: &Exchange) -> Class {
    let Some(operation) = schemas.operation(&exchange.operation) else { return Class::Doubtful };
    let version = version_of(model, exchange);
    let shape = schemas.request(operation, version.as_deref());
    let mut class = classify(shape, exchange.body.as_ref(), version.as_deref()).class;
    for (name, value) in &exchange.query {
        class = class.max(match schemas.parameter(operation, "query", name) {
            Some(shape) => classify(Some(shape), Some(value), version.as_deref()).class,
            None => Class::Doubtful,
        });
    }
    if operation.query.iter().any(|parameter| parameter.required && !exchange.query.contains_key(&parameter.name)) {
        class = Class::Invalid;
    }
    class
}

/// The version that a call asks for, as the suite reads it from the headers.
#[must_use]
pub fn version_of(model: &Model, exchange: &Exchange) -> Option<String> {
    match Asked::new(model, exchange, Class::Valid).version() {
        Val::Str(version) => Some(version.to_string()),
        _ => None,
    }
}

//! The types of documented bodies.

use crate::expr::ValueType;
use crate::schema::CompiledCatalog;
use crate::schema::catalog::OperationBody;
use std::collections::BTreeMap;

/// The type of the body of an accepted call: suites read no bodies of refusals.
pub(super) fn build_reply_type(schemas: &CompiledCatalog, responses: &[OperationBody]) -> ValueType {
    let refuses = |body: &&OperationBody| !body.statuses.is_empty() && body.statuses.iter().all(|it| *it >= 300);
    let accepting: Vec<OperationBody> = responses.iter().filter(|body| !refuses(body)).cloned().collect();
    build_body_type(schemas, &accepting)
}

/// The union of the documented bodies; null without a documented body.
pub(super) fn build_body_type(schemas: &CompiledCatalog, bodies: &[OperationBody]) -> ValueType {
    let files: BTreeMap<&str, &crate::schema::CompiledSchema> = schemas.bodies().collect();
    let ty = |body: &OperationBody| match &body.schema {
        Some(name) => files.get(name.as_str()).map_or(ValueType::Any, |shape| ValueType::from_schema(&shape.schema)),
        None => ValueType::Null,
    };
    if bodies.is_empty() { ValueType::Null } else { ValueType::union(bodies.iter().map(ty)) }
}

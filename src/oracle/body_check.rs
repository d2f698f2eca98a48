//! Bodies against documented schemas: of a response, and of the input of a call.

use crate::history::{Exchange, Outcome, ReplyBody, is_secret_placeholder};
use crate::model::{InterpretedExchange, Model, SchemaDifference, read_version};
use crate::schema::catalog::OperationBody;
use crate::schema::{ClassReason, CompiledCatalog, CompiledSchema, InputClass, SchemaViolation, classify_input};
use crate::suite::{AboutEntry, IdExpression};
use serde_json::Value;

/// Statuses of refusals that a gateway before the API may send in a form of its own.
const GATEWAY_STATUSES: [u16; 4] = [401, 403, 404, 429];

/// The result of checking a response body.
#[derive(Debug)]
pub(super) enum BodyCheck {
    /// The differences from the documented schema.
    Compared(Vec<SchemaDifference>),
    /// The content is unknown, or its check was given up.
    Undecided,
}

/// The differences between the body of a response and its documented schema: of a success, and of a refusal if a page
/// describes the body. `None` if no page describes the body.
pub(super) fn check_response_body(
    model: &Model,
    schemas: &CompiledCatalog,
    interpreted: &InterpretedExchange<'_>,
) -> Option<BodyCheck> {
    let exchange = interpreted.exchange;
    let Outcome::Replied(reply) = &exchange.outcome else { return None };
    let operation = schemas.find_operation(&exchange.call.operation)?;
    if !matches!(reply.status, 200..300 | 400..500) || GATEWAY_STATUSES.contains(&reply.status) {
        return None;
    }
    let version = interpreted.call.get_version();
    let shape = schemas.find_response_schema(operation, reply.status, version)?;
    let whole = |expected: &str, got: String| SchemaDifference {
        place: String::new(),
        keyword: String::new(),
        expected: expected.to_string(),
        got,
        source: None,
    };
    let differences = match &reply.body {
        ReplyBody::Json(body) => {
            let absent = AbsenceRule { model, schemas, exchange, shape };
            let found = shape.find_violations_at_version(body, version);
            if found.iter().any(SchemaViolation::is_undecided) {
                return Some(BodyCheck::Undecided);
            }
            found
                .into_iter()
                .filter(|violation| {
                    !violation.doubtful && !is_redacted(body, &violation.pointer) && !absent.permits(violation)
                })
                .map(convert_violation)
                .collect()
        }
        ReplyBody::Empty => vec![whole("a body, as the page describes", "no body".to_string())],
        ReplyBody::Text { because, .. } => vec![whole("a body of JSON", because.clone())],
        // The content may match the schema, and may not.
        ReplyBody::TooLarge { .. } | ReplyBody::Shortened { .. } => return Some(BodyCheck::Undecided),
    };
    // A refusal with a correct body is no evidence about the body of a success.
    let has_success_body = operation.responses.iter().any(OperationBody::describes_success);
    (!differences.is_empty() || reply.status < 400 || !has_success_body).then_some(BodyCheck::Compared(differences))
}

/// The keywords that the certainly invalid input of a call breaks.
pub(super) fn list_input_differences(
    model: &Model,
    schemas: &CompiledCatalog,
    exchange: &Exchange,
) -> Vec<SchemaDifference> {
    let call = &exchange.call;
    let Some(operation) = schemas.find_operation(&call.operation) else { return Vec::new() };
    let version = read_version(model, call);
    let version = version.as_deref();
    let shape = schemas.find_request_schema(operation, version);
    let body = classify_input(shape, call.body.as_ref(), version).reasons;
    let of_body = body.into_iter().map(|reason| {
        let place = reason.pointer.clone();
        (reason, place)
    });
    let of_query = call.query.iter().flat_map(|(name, value)| {
        let shape = schemas.find_parameter_schema(operation, "query", name);
        let reasons = shape.map(|shape| classify_input(Some(shape), Some(value), version).reasons);
        reasons.unwrap_or_default().into_iter().map(move |reason| {
            let place = format!("?{name}{}", reason.pointer);
            (reason, place)
        })
    });
    let redacted = |reason: &ClassReason| call.body.as_ref().is_some_and(|body| is_redacted(body, &reason.pointer));
    let broken = of_body.filter(|(reason, _)| !redacted(reason)).chain(of_query);
    let mut found: Vec<SchemaDifference> = broken
        .filter(|(reason, _)| reason.class == InputClass::Invalid)
        .map(|(reason, place)| SchemaDifference {
            place,
            keyword: reason.kind,
            expected: reason.expected,
            got: reason.found,
            source: reason.source,
        })
        .collect();
    let missing =
        operation.query.iter().filter(|parameter| parameter.required && !call.query.contains_key(&parameter.name));
    found.extend(missing.map(|parameter| SchemaDifference {
        place: format!("?{}", parameter.name),
        keyword: "required".to_string(),
        expected: "the parameter".to_string(),
        got: "nothing".to_string(),
        source: Some(parameter.at.clone()),
    }));
    found
}

fn is_redacted(body: &Value, pointer: &str) -> bool {
    body.pointer(pointer).and_then(Value::as_str).is_some_and(is_secret_placeholder)
}

fn convert_violation(violation: SchemaViolation) -> SchemaDifference {
    SchemaDifference {
        place: violation.pointer,
        keyword: violation.keyword,
        expected: violation.expected,
        got: violation.found,
        source: violation.source,
    }
}

/// Where null stands for an absent property. Pages leave optional properties out and services write null. A mandatory
/// property may be null too, if an operation that creates such resources may leave the property out.
struct AbsenceRule<'a> {
    model: &'a Model,
    schemas: &'a CompiledCatalog,
    exchange: &'a Exchange,
    shape: &'a CompiledSchema,
}

impl AbsenceRule<'_> {
    fn permits(&self, violation: &SchemaViolation) -> bool {
        let name = violation.pointer.rsplit('/').next().unwrap_or_default();
        let shown = &self.model.operations[&self.exchange.call.operation].views;
        let makes = |about: &AboutEntry| {
            matches!(about.binding, IdExpression::New(_)) && shown.iter().any(|(kind, _)| *kind == about.resource)
        };
        let left_out = || {
            let makers = self.model.operations.values().filter(|operation| operation.about.iter().any(makes));
            let mut made = makers.filter_map(|operation| self.schemas.find_operation(&operation.id));
            made.any(|operation| self.schemas.has_optional_property(operation, name))
        };
        // The whole body is no property.
        violation.keyword == "type"
            && !violation.pointer.is_empty()
            && violation.found == "null"
            && (!self.shape.requires_property(&violation.pointer) || left_out())
    }
}

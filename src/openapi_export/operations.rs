//! One operation of the document: parameters, request and responses.

use super::naming::{choose_id, list_parameters, name_schema};
use crate::schema::catalog::{Binding, Operation, OperationBody, OperationParameter};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An operation of the catalog under one method and path.
#[derive(Debug, Clone, Copy)]
pub(super) struct SharedOperation<'a> {
    pub operation: &'a Operation,
    pub binding: &'a Binding,
}

/// Headers that OpenAPI describes in other places.
const OTHER_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// Describes the operations that share a method and a path. `used` has the ids of the document so far.
pub(super) fn describe_operation(path: &str, shared: &[SharedOperation<'_>], used: &mut Vec<String>) -> Value {
    let first = shared[0];
    let mut out = Map::new();
    out.insert("operationId".into(), choose_id(first.operation, first.binding, used).into());
    let titles: Vec<&str> = shared.iter().map(|it| it.operation.title.as_str()).collect();
    out.insert("summary".into(), titles.join("; ").into());
    if shared.iter().all(|it| it.operation.deprecated) {
        out.insert("deprecated".into(), true.into());
    }
    let parameters = describe_parameters(path, shared);
    if !parameters.is_empty() {
        out.insert("parameters".into(), parameters.into());
    }
    let bodies: Vec<&OperationBody> = shared.iter().flat_map(|it| &it.operation.requests).collect();
    if let Some(schema) = join_schemas(&bodies) {
        let required = shared.iter().all(|it| !it.operation.requests.is_empty());
        let content = json!({ "application/json": { "schema": schema } });
        out.insert("requestBody".into(), json!({ "required": required, "content": content }));
    }
    out.insert("responses".into(), describe_responses(shared));
    out.insert("x-probity-source".into(), first.operation.at.to_string().into());
    if shared.len() > 1 {
        let all = shared.iter().map(|it| {
            let action = it.operation.action.as_ref().map(|action| action.name.as_str());
            json!({ "operation": it.operation.id, "action": action, "source": it.operation.at.to_string() })
        });
        out.insert("x-probity-operations".into(), all.collect());
    }
    Value::Object(out)
}

fn describe_parameters(path: &str, shared: &[SharedOperation<'_>]) -> Vec<Value> {
    let mut found: BTreeMap<(&str, String), Value> = BTreeMap::new();
    let names = list_parameters(path);
    for it in shared {
        let own = list_parameters(&it.binding.path);
        for (name, written) in names.iter().zip(&own) {
            let known = it.operation.path.iter().find(|parameter| parameter.name == *written);
            let schema = known.map_or_else(|| json!({ "type": "string" }), |parameter| parameter.schema.clone());
            let mut parameter = json!({ "name": name, "in": "path", "required": true, "schema": schema });
            if let Some(known) = known {
                parameter["x-probity-source"] = known.at.to_string().into();
            }
            found.entry(("path", name.clone())).or_insert(parameter);
        }
        for parameter in &it.operation.query {
            let entry = describe_parameter("query", parameter, shared.len() == 1);
            found.entry(("query", parameter.name.clone())).or_insert(entry);
        }
        let headers = it.operation.headers.iter();
        for parameter in headers.filter(|it| !OTHER_HEADERS.contains(&it.name.to_lowercase().as_str())) {
            let entry = describe_parameter("header", parameter, shared.len() == 1);
            found.entry(("header", parameter.name.to_lowercase())).or_insert(entry);
        }
    }
    found.into_values().collect()
}

/// A parameter. Of several operations, none needs a parameter of another one.
fn describe_parameter(place: &str, parameter: &OperationParameter, alone: bool) -> Value {
    json!({
        "name": parameter.name,
        "in": place,
        "required": parameter.required && alone,
        "schema": parameter.schema,
        "x-probity-source": parameter.at.to_string(),
    })
}

/// One reference, or one of several; none without a schema.
fn join_schemas(bodies: &[&OperationBody]) -> Option<Value> {
    let mut references: Vec<Value> = Vec::new();
    for name in bodies.iter().filter_map(|body| body.schema.as_ref()) {
        let reference = json!({ "$ref": format!("#/components/schemas/{}", name_schema(name)) });
        if !references.contains(&reference) {
            references.push(reference);
        }
    }
    match references.len() {
        0 => None,
        1 => references.pop(),
        _ => Some(json!({ "oneOf": references })),
    }
}

fn describe_responses(shared: &[SharedOperation<'_>]) -> Value {
    let mut bodies: BTreeMap<String, Vec<&OperationBody>> = BTreeMap::new();
    let mut sources: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for it in shared {
        let mut success: Vec<u16> = Vec::new();
        for status in &it.operation.statuses {
            let code = status.code.to_string();
            bodies.entry(code.clone()).or_default();
            sources.entry(code).or_default().push(status.at.to_string());
            success.extend((status.code / 100 == 2).then_some(status.code));
        }
        for body in &it.operation.responses {
            let of_body = if body.statuses.is_empty() { &success } else { &body.statuses };
            let codes: Vec<String> = of_body.iter().map(u16::to_string).collect();
            let codes = if codes.is_empty() { vec!["2XX".to_string()] } else { codes };
            codes.into_iter().for_each(|code| bodies.entry(code).or_default().push(body));
        }
    }
    if bodies.is_empty() {
        return json!({ "default": { "description": "The pages list no status." } });
    }
    let mut out = Map::new();
    for (code, bodies) in bodies {
        let mut response = json!({ "description": format!("Documented status {code}.") });
        if let Some(schema) = join_schemas(&bodies) {
            response["content"] = json!({ "application/json": { "schema": schema } });
        }
        if let Some(mut places) = sources.remove(&code) {
            places.sort();
            places.dedup();
            response["x-probity-source"] = places.into();
        }
        out.insert(code, response);
    }
    Value::Object(out)
}

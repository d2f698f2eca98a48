//! Descriptions of version 2.0 (Swagger), in the form of version 3.0.
//!
//! The parts keep their lines. Rules of the two forms: <https://spec.openapis.org/oas/v2.0> and
//! <https://spec.openapis.org/oas/v3.0.3>.

use super::methods::METHODS;
use crate::value::{SourceValue, SourceValueKind};

/// Where version 3 has what version 2 has at the root.
const COMPONENTS: [(&str, &str); 4] = [
    ("definitions", "schemas"),
    ("parameters", "parameters"),
    ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
];
/// Keys of a parameter that describe its value.
const VALUE_KEYS: [&str; 18] = [
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
    "x-nullable",
    "x-example",
];
/// The media type of a body whose type is not stated.
const JSON: &str = "application/json";

/// The description in the form of version 3.0.
pub(super) fn convert_swagger(mut root: SourceValue) -> SourceValue {
    convert_schemas(&mut root);
    let old = root.clone();
    let mut members = Vec::new();
    let mut components = Vec::new();
    for (key, node) in old.members() {
        match COMPONENTS.iter().find(|(from, _)| from == key) {
            Some((_, to)) => components.push((to.to_string(), convert_component(&old, key, node))),
            None if key == "paths" => members.push((key.clone(), convert_paths(&old, node))),
            None if ["host", "basePath", "schemes", "consumes", "produces"].contains(&key.as_str()) => {}
            None => members.push((key.clone(), node.clone())),
        }
    }
    members.push(("servers".to_string(), make_servers(&old)));
    members.push(("components".to_string(), make_object(components, &old)));
    make_object(members, &old)
}

fn make_object(members: Vec<(String, SourceValue)>, at: &SourceValue) -> SourceValue {
    SourceValue { kind: SourceValueKind::Object(members), first: at.first, last: at.last }
}

fn make_text(text: &str, at: &SourceValue) -> SourceValue {
    SourceValue { kind: SourceValueKind::String(text.to_string()), first: at.first, last: at.last }
}

fn map_members(node: &SourceValue, convert: impl Fn(&str, &SourceValue) -> SourceValue) -> SourceValue {
    make_object(node.members().iter().map(|(key, it)| (key.clone(), convert(key, it))).collect(), node)
}

/// Renames what schemas write in another way: references to the root's parts, `x-nullable`, the type `file`, and a
/// discriminator without a map.
fn convert_schemas(node: &mut SourceValue) {
    let (first, last) = (node.first, node.last);
    match &mut node.kind {
        SourceValueKind::Array(items) => items.iter_mut().for_each(convert_schemas),
        SourceValueKind::Object(members) => {
            for (key, it) in members {
                match (&mut it.kind, key.as_str()) {
                    (SourceValueKind::String(target), "$ref") => rename_reference(target),
                    (SourceValueKind::Bool(_), "x-nullable") => *key = "nullable".to_string(),
                    (SourceValueKind::String(word), "type") if word == "file" => *word = "string".to_string(),
                    (SourceValueKind::String(name), "discriminator") => {
                        let name = SourceValue { kind: SourceValueKind::String(name.clone()), first, last };
                        it.kind = SourceValueKind::Object(vec![("propertyName".to_string(), name)]);
                    }
                    _ => convert_schemas(it),
                }
            }
        }
        _ => {}
    }
}

fn rename_reference(target: &mut String) {
    for (from, to) in COMPONENTS {
        if let Some(rest) = target.strip_prefix(&format!("#/{from}/")) {
            *target = format!("#/components/{to}/{rest}");
            return;
        }
    }
}

fn convert_component(root: &SourceValue, key: &str, node: &SourceValue) -> SourceValue {
    match key {
        "parameters" => map_members(node, |_, it| convert_parameter(it)),
        "responses" => map_members(node, |_, it| convert_response(root, root, it)),
        "securityDefinitions" => map_members(node, |_, it| convert_security(it)),
        _ => node.clone(),
    }
}

fn convert_paths(root: &SourceValue, paths: &SourceValue) -> SourceValue {
    map_members(paths, |_, item| {
        let shared = item.get("parameters").map_or(&[][..], SourceValue::items);
        let (bodies, others): (Vec<&SourceValue>, Vec<&SourceValue>) = shared.iter().partition(|it| is_body(root, it));
        let members = item.members().iter().map(|(key, it)| match key.as_str() {
            "parameters" => {
                let all = others.iter().map(|it| convert_parameter(it)).collect();
                (key.clone(), SourceValue { kind: SourceValueKind::Array(all), first: it.first, last: it.last })
            }
            key if METHODS.contains(&key) => (key.to_string(), convert_operation(root, it, &bodies)),
            key => (key.to_string(), it.clone()),
        });
        make_object(members.collect(), item)
    })
}

/// A parameter behind its reference. The references have their new form, and the root the old one.
fn find_parameter<'a>(root: &'a SourceValue, written: &'a SourceValue) -> &'a SourceValue {
    let target = written.get("$ref").and_then(SourceValue::as_text);
    let old = target.and_then(|it| it.strip_prefix("#/components/parameters/"));
    old.and_then(|name| root.resolve_reference(&format!("#/parameters/{name}"))).unwrap_or(written)
}

fn is_body(root: &SourceValue, written: &SourceValue) -> bool {
    let place = find_parameter(root, written).get("in").and_then(SourceValue::as_text);
    matches!(place, Some("body" | "formData"))
}

fn convert_operation(root: &SourceValue, operation: &SourceValue, shared: &[&SourceValue]) -> SourceValue {
    let own = operation.get("parameters").map_or(&[][..], SourceValue::items);
    let mut bodies: Vec<&SourceValue> = own.iter().filter(|it| is_body(root, it)).collect();
    if bodies.is_empty() {
        bodies = shared.to_vec();
    }
    let mut members = Vec::new();
    for (key, it) in operation.members() {
        match key.as_str() {
            "parameters" => {
                let all = own.iter().filter(|it| !is_body(root, it)).map(convert_parameter).collect();
                let list = SourceValue { kind: SourceValueKind::Array(all), first: it.first, last: it.last };
                members.push((key.clone(), list));
            }
            "responses" => {
                members.push((key.clone(), map_members(it, |_, it| convert_response(root, operation, it))));
            }
            "consumes" | "produces" | "schemes" => {}
            _ => members.push((key.clone(), it.clone())),
        }
    }
    if let Some(body) = make_request_body(root, operation, &bodies) {
        members.push(("requestBody".to_string(), body));
    }
    make_object(members, operation)
}

/// A parameter outside of bodies: what describes the value moves below `schema`.
fn convert_parameter(written: &SourceValue) -> SourceValue {
    if written.get("$ref").is_some() {
        return written.clone();
    }
    let (value, mut members): (Vec<_>, Vec<_>) =
        written.members().iter().cloned().partition(|(key, _)| VALUE_KEYS.contains(&key.as_str()));
    // `csv` and `multi` are the usual forms of version 3, where the reader expects no `style`. Any other word stays, and is
    // shown in the doubt about the parameter.
    let is_usual = |format: &SourceValue| matches!(format.as_text(), Some("csv" | "multi"));
    members.retain(|(key, format)| key != "collectionFormat" || !is_usual(format));
    for (key, _) in members.iter_mut().filter(|(key, _)| key == "collectionFormat") {
        *key = "style".to_string();
    }
    if !value.is_empty() {
        members.push(("schema".to_string(), make_object(value, written)));
    }
    make_object(members, written)
}

fn make_request_body(root: &SourceValue, operation: &SourceValue, bodies: &[&SourceValue]) -> Option<SourceValue> {
    let written = find_parameter(root, bodies.first()?);
    let is_form = written.get("in").and_then(SourceValue::as_text) == Some("formData");
    let types = list_media_types(root, operation, "consumes");
    let usual = if is_form { "application/x-www-form-urlencoded" } else { JSON };
    let types = if types.is_empty() { vec![usual.to_string()] } else { types };
    let schema = written.get("schema").filter(|_| !is_form);
    let mut members = vec![("content".to_string(), make_content(&types, schema, None, written))];
    for key in ["description", "required"] {
        members.extend(written.get(key).map(|it| (key.to_string(), it.clone())));
    }
    Some(make_object(members, written))
}

/// Media types with a schema and an example. The schema stands once, with the first JSON type, else with the first type.
fn make_content(
    types: &[String],
    schema: Option<&SourceValue>,
    example: Option<&SourceValue>,
    at: &SourceValue,
) -> SourceValue {
    let chosen = types.iter().position(|it| it.contains("json")).unwrap_or(0);
    let entries = types.iter().enumerate().map(|(index, name)| {
        let mut media = Vec::new();
        if index == chosen {
            media.extend(schema.map(|it| ("schema".to_string(), it.clone())));
            media.extend(example.map(|it| ("example".to_string(), it.clone())));
        }
        (name.clone(), make_object(media, at))
    });
    make_object(entries.collect(), at)
}

fn list_media_types(root: &SourceValue, operation: &SourceValue, key: &str) -> Vec<String> {
    let written = operation.get(key).or_else(|| root.get(key));
    let items = written.map_or(&[][..], SourceValue::items);
    items.iter().filter_map(|it| it.as_text().map(str::to_string)).collect()
}

fn convert_response(root: &SourceValue, operation: &SourceValue, written: &SourceValue) -> SourceValue {
    let mut members = Vec::new();
    for (key, it) in written.members() {
        match key.as_str() {
            "schema" => {
                let types = list_media_types(root, operation, "produces");
                let types = if types.is_empty() { vec![JSON.to_string()] } else { types };
                let examples = written.get("examples").map_or(&[][..], SourceValue::members);
                let example = examples.iter().find(|(name, _)| name.contains("json")).map(|(_, it)| it);
                members.push(("content".to_string(), make_content(&types, Some(it), example, it)));
            }
            "examples" => {}
            "headers" => members.push((key.clone(), map_members(it, |_, header| convert_parameter(header)))),
            _ => members.push((key.clone(), it.clone())),
        }
    }
    make_object(members, written)
}

fn convert_security(written: &SourceValue) -> SourceValue {
    let text = |key: &str| written.get(key).and_then(SourceValue::as_text).unwrap_or_default();
    let pair = |key: &str, value: &str| (key.to_string(), make_text(value, written));
    match text("type") {
        "basic" => make_object(vec![pair("type", "http"), pair("scheme", "basic")], written),
        "oauth2" => {
            let flow = match text("flow") {
                "application" => "clientCredentials",
                "accessCode" => "authorizationCode",
                other => other,
            };
            let urls = ["authorizationUrl", "tokenUrl", "scopes"];
            let urls = urls.iter().filter_map(|key| Some((key.to_string(), written.get(key)?.clone())));
            let flow = (flow.to_string(), make_object(urls.collect(), written));
            let flows = ("flows".to_string(), make_object(vec![flow], written));
            make_object(vec![pair("type", "oauth2"), flows], written)
        }
        _ => written.clone(),
    }
}

/// The addresses of the API; a relative one without a host.
fn make_servers(root: &SourceValue) -> SourceValue {
    let text = |key: &str| root.get(key).and_then(SourceValue::as_text).unwrap_or_default();
    let schemes = root.get("schemes").map_or(&[][..], SourceValue::items);
    let schemes: Vec<&str> = schemes.iter().filter_map(SourceValue::as_text).collect();
    // A scheme that is not stated is the one by which the description was fetched, which nobody knows.
    let schemes = if schemes.is_empty() { vec!["https"] } else { schemes };
    let path = text("basePath").trim_end_matches('/');
    let urls: Vec<String> = match text("host") {
        "" => vec![path.to_string()],
        host => schemes.iter().map(|scheme| format!("{scheme}://{host}{path}")).collect(),
    };
    let at = root.get("host").or_else(|| root.get("basePath")).unwrap_or(root);
    let servers = urls.iter().filter(|url| !url.is_empty());
    let servers = servers.map(|url| make_object(vec![("url".to_string(), make_text(url, at))], at)).collect();
    SourceValue { kind: SourceValueKind::Array(servers), first: at.first, last: at.last }
}

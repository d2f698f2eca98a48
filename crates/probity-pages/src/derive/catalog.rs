//! The catalog's values, once every doubt has its name.

use super::emit::{self, Frame};
use super::field::{Field, Need, Way};
use super::input::PageInput;
use super::operation_draft::{Made, MadeBody};
use super::survey::Survey;
use super::types::Type;
use crate::document::Link;
use crate::text::{digest, normalise};
use probity_schema::catalog::{Body, Note, Operation, Page, Parameter};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn page(input: &PageInput) -> Page {
    Page {
        id: input.entry.id.clone(),
        file: input.entry.file.clone(),
        title: input.entry.title.clone().unwrap_or_else(|| input.document.title.clone()),
        edition: input.entry.edition.clone(),
        url: input.entry.url.clone(),
        digest: digest(&normalise(input.text.lines())),
        dialect: input.document.dialect.to_string(),
    }
}

pub(super) fn build_operation(
    api: &str,
    made: Made,
    survey: &Survey,
    page_operations: &BTreeMap<usize, String>,
    ids: &[String],
    schemas: &mut BTreeMap<String, Value>,
) -> Operation {
    let nothing = BTreeMap::new();
    let frame = |way| Frame { way, doubt_ids: ids, disputes: &nothing };
    let parameters = |fields: &[Field], path: bool| -> Vec<Parameter> {
        fields
            .iter()
            .map(|it| {
                let mut schema = emit::field(it, "", frame(Way::Request), 0);
                if let Some(map) = schema.as_object_mut().filter(|_| !it.shown_values.is_empty()) {
                    map.insert("x-asks-for-version".into(), json!(it.shown_values));
                }
                Parameter { name: it.name.clone(), required: path || it.need == Need::Yes, schema, at: it.at.clone() }
            })
            .collect()
    };
    let mut microversions = Vec::new();
    for body in made.requests.iter().chain(&made.responses) {
        emit::bounds(&body.fields, "", body.way, &mut microversions);
    }
    let write = |bodies: &[MadeBody], schemas: &mut BTreeMap<String, Value>| -> Vec<Body> {
        bodies
            .iter()
            .enumerate()
            .map(|(nth, body)| {
                let file = (!body.is_empty()).then(|| file_name(&made.id, bodies, nth));
                if let Some(file) = &file {
                    let id = format!("urn:probity:{api}:{}", file.trim_end_matches(".json"));
                    let schema = if let Some(root) = &body.root {
                        emit::whole(root, &body.fields, &id, &body.at, frame(body.way))
                    } else if body.list {
                        let mut items = Field::new("*", Type::Array(Box::new(Type::Object)), body.at.clone());
                        items.children = body.fields.clone();
                        emit::list_body(&items, &id, &body.at, frame(body.way))
                    } else {
                        emit::body(&body.fields, &id, &body.at, frame(body.way))
                    };
                    schemas.insert(file.clone(), schema);
                }
                Body {
                    versions: body.versions.clone(),
                    statuses: body.statuses.clone(),
                    schema: file,
                    at: body.at.clone(),
                }
            })
            .collect()
    };
    let requests = write(&made.requests, schemas);
    let responses = write(&made.responses, schemas);
    Operation {
        path: parameters(&made.path, true),
        query: parameters(&made.query, false),
        headers: parameters(&made.headers, false),
        requests,
        responses,
        notes: made.noted.iter().map(|it| linked(&it.note, &it.links, made.page, survey, page_operations)).collect(),
        id: made.id,
        title: made.title,
        at: made.at,
        deprecated: made.deprecated,
        bindings: made.bindings,
        action: made.action,
        statuses: made.statuses,
        versions: made.versions,
        microversions,
    }
}

/// `<operation>.request.json`; a version or an ending where one name would serve several.
fn file_name(operation: &str, bodies: &[MadeBody], nth: usize) -> String {
    let body = &bodies[nth];
    let mut parts = vec![operation.to_string(), body.way.word().to_string()];
    let rivals =
        bodies.iter().enumerate().filter(|(other, it)| *other != nth && it.suffix == body.suffix && !it.is_empty());
    if rivals.count() > 0 {
        parts.push(body.versions.first().cloned().unwrap_or_else(|| nth.to_string()));
        if let Some(status) = body.statuses.first().filter(|_| body.suffix.is_empty()) {
            parts.push(status.to_string());
        }
    }
    if !body.suffix.is_empty() {
        parts.push(body.suffix.clone());
    }
    parts.push("json".into());
    parts.join(".")
}

/// A note with the operations that its links lead to.
fn linked(note: &Note, links: &[Link], page: usize, survey: &Survey, operations: &BTreeMap<usize, String>) -> Note {
    let mut note = note.clone();
    for page in survey.pages_linked(links, page) {
        if let Some(id) = operations.get(&page) {
            let list = note.tokens.entry("operations".to_string()).or_default();
            if !list.contains(id) {
                list.push(id.clone());
            }
        }
    }
    note
}

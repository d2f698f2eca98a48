//! Writes operations into the catalog after every doubt has an id.

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

/// Describes a page for the catalog.
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

/// Builds the catalog entry of an operation, and adds the schemas of the bodies to `schemas`.
pub(super) fn build_operation(
    api: &str,
    made: Made,
    survey: &Survey,
    page_operations: &BTreeMap<usize, String>,
    ids: &[String],
    schemas: &mut BTreeMap<String, Value>,
) -> Operation {
    let mut microversions = Vec::new();
    for body in made.requests.iter().chain(&made.responses) {
        emit::bounds(&body.fields, "", body.way, &mut microversions);
    }
    let mut writer = BodyWriter { api, operation: &made.id, ids, schemas };
    let requests = writer.bodies(&made.requests);
    let responses = writer.bodies(&made.responses);
    Operation {
        path: parameters(&made.path, true, ids),
        query: parameters(&made.query, false, ids),
        headers: parameters(&made.headers, false, ids),
        requests,
        responses,
        notes: made.notes.iter().map(|it| linked(&it.note, &it.links, made.page, survey, page_operations)).collect(),
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

fn frame(way: Way, ids: &[String]) -> Frame<'_> {
    static NO_DISPUTES: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    Frame { way, doubt_ids: ids, disputes: &NO_DISPUTES }
}

fn parameters(fields: &[Field], path: bool, ids: &[String]) -> Vec<Parameter> {
    let parameter = |it: &Field| {
        let mut schema = emit::field(it, "", frame(Way::Request, ids), 0);
        if let Some(map) = schema.as_object_mut().filter(|_| !it.shown_values.is_empty()) {
            map.insert("x-asks-for-version".into(), json!(it.shown_values));
        }
        Parameter { name: it.name.clone(), required: path || it.need == Need::Yes, schema, at: it.at.clone() }
    };
    fields.iter().map(parameter).collect()
}

/// Writes the schemas of the bodies of one operation.
struct BodyWriter<'a> {
    api: &'a str,
    operation: &'a str,
    /// Ids of the doubts, by index.
    ids: &'a [String],
    /// Schemas by file name.
    schemas: &'a mut BTreeMap<String, Value>,
}

impl BodyWriter<'_> {
    fn bodies(&mut self, bodies: &[MadeBody]) -> Vec<Body> {
        let mut out = Vec::new();
        for (nth, body) in bodies.iter().enumerate() {
            let file = (!body.is_empty()).then(|| file_name(self.operation, bodies, nth));
            if let Some(file) = &file {
                let schema = self.schema(body, file);
                self.schemas.insert(file.clone(), schema);
            }
            out.push(Body {
                versions: body.versions.clone(),
                statuses: body.statuses.clone(),
                schema: file,
                at: body.at.clone(),
            });
        }
        out
    }

    fn schema(&self, body: &MadeBody, file: &str) -> Value {
        let id = format!("urn:probity:{}:{}", self.api, file.trim_end_matches(".json"));
        let frame = frame(body.way, self.ids);
        if let Some(root) = &body.root {
            return emit::whole(root, &body.fields, &id, &body.at, frame);
        }
        if !body.list {
            return emit::body(&body.fields, &id, &body.at, frame);
        }
        let mut items = Field::new("*", Type::Array(Box::new(Type::Object)), body.at.clone());
        items.children = body.fields.clone();
        emit::list_body(&items, &id, &body.at, frame)
    }
}

/// Returns `<operation>.request.json`, with a version, a status or a suffix where several bodies share a name.
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

/// Returns a note together with the operations behind the links of the note.
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

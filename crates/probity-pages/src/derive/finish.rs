//! The catalog's values, once every doubt has its name.

use super::address::headers;
use super::body::MadeBody;
use super::emit::{self, Frame};
use super::field::{Field, Need, Way};
use super::layout::place;
use super::operation::Made;
use super::{PageInput, cite, survey, types};
use crate::document::Link;
use crate::text::{digest, normalise};
use probity_schema::catalog::{Body, Catalog, Citation, Doubt, FieldBound, Note, Operation, Page, Parameter, Source};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

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

/// Where the page of an operation names the header that asks for a microversion, every operation
/// with bounds has it; where a page of its own does, every operation.
pub(super) fn lend_version_header(inputs: &[PageInput], survey: &survey::Survey, made: &mut [Made]) {
    let asks = |it: &Field| it.name.ends_with("-Version") && it.name.contains("API");
    let named = made.iter().flat_map(|it| &it.headers).find(|it| asks(it)).cloned();
    let apart = || {
        let pages = inputs.iter().enumerate().filter(|(nth, _)| !made.iter().any(|it| it.page == *nth));
        let mut all = pages.flat_map(|(nth, it)| headers(survey, nth, &[], &place(&it.document), &it.entry.id));
        all.find(|it| asks(it))
    };
    let (header, every) = match named {
        Some(header) => (header, false),
        None => match apart() {
            Some(header) => (header, true),
            None => return,
        },
    };
    for one in made {
        let mut bounds: Vec<FieldBound> = Vec::new();
        for body in one.requests.iter().chain(&one.responses) {
            emit::bounds(&body.fields, "", body.way, &mut bounds);
        }
        if (every || !bounds.is_empty()) && !one.headers.iter().any(|it| it.name == header.name) {
            one.headers.push(header.clone());
        }
    }
}

/// Where one page shows the header by which a version of the API is asked for, every operation has it:
/// versions are those of the API, and other pages leave the header out.
pub(super) fn lend_version_choice(made: &mut [Made]) {
    let named = made.iter().flat_map(|it| &it.headers).find(|it| !it.shown_values.is_empty()).cloned();
    let Some(header) = named else { return };
    for one in made {
        if !one.headers.iter().any(|it| it.name.eq_ignore_ascii_case(&header.name)) {
            one.headers.push(header.clone());
        }
    }
}

pub(super) fn finish(
    api: &str,
    made: Made,
    survey: &survey::Survey,
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
                        let mut items =
                            Field::new("*", types::Type::Array(Box::new(types::Type::Object)), body.at.clone());
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
fn linked(
    note: &Note,
    links: &[Link],
    page: usize,
    survey: &survey::Survey,
    operations: &BTreeMap<usize, String>,
) -> Note {
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

/// Locks every source that is named anywhere, sorted by page and line.
pub(super) fn citations(
    inputs: &[PageInput],
    catalog: &Catalog,
    schemas: &BTreeMap<String, Value>,
    doubts: &[Doubt],
    cited: &[Source],
) -> Vec<Citation> {
    let mut sources: BTreeSet<Source> = cited.iter().cloned().collect();
    let value = serde_json::to_value(catalog).expect("a catalog is JSON: its maps have string keys");
    collect(&value, &mut sources);
    for schema in schemas.values() {
        collect(schema, &mut sources);
    }
    sources.extend(doubts.iter().flat_map(|it| &it.sides).filter_map(|it| it.at.clone()));
    sources
        .iter()
        .filter_map(|at| {
            let input = inputs.iter().find(|it| it.entry.id == at.page)?;
            cite::lock(at, &input.text, &input.document)
        })
        .collect()
}

/// Sources named by the keys that hold them.
fn collect(value: &Value, out: &mut BTreeSet<Source>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("at" | "x-source", Value::String(text)) => out.extend(text.parse::<Source>()),
                    ("x-sources", Value::Object(all)) => {
                        out.extend(all.values().filter_map(Value::as_str).filter_map(|it| it.parse::<Source>().ok()))
                    }
                    _ => collect(inner, out),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|it| collect(it, out)),
        _ => {}
    }
}

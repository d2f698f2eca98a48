//! Writes operations into the catalog after every doubt has an id.

use super::emit::{self, SchemaContext};
use super::field::{BodyDirection, DraftField, FieldNeed};
use super::input::PageInput;
use super::operation_draft::{DraftBody, DraftOperation};
use super::survey::PageSurvey;
use super::types::FieldType;
use crate::document::PageLink;
use crate::text::{digest_text, normalise_lines};
use probity_schema::catalog::{CatalogPage, Operation, OperationBody, OperationParameter, ProseNote};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Describes a page for the catalog.
pub(super) fn describe_page(input: &PageInput) -> CatalogPage {
    CatalogPage {
        id: input.entry.id.clone(),
        file: input.entry.file.clone(),
        title: input.entry.title.clone().unwrap_or_else(|| input.document.title.clone()),
        edition: input.entry.edition.clone(),
        url: input.entry.url.clone(),
        digest: digest_text(&normalise_lines(input.text.lines())),
        dialect: input.document.dialect.to_string(),
    }
}

/// Builds the catalog entry of an operation, and adds the schemas of the bodies to `schemas`.
pub(super) fn build_operation(
    api: &str,
    made: DraftOperation,
    survey: &PageSurvey,
    page_operations: &BTreeMap<usize, String>,
    ids: &[String],
    schemas: &mut BTreeMap<String, Value>,
) -> Operation {
    let mut microversions = Vec::new();
    for body in made.requests.iter().chain(&made.responses) {
        emit::collect_microversion_bounds(&body.fields, "", body.way, &mut microversions);
    }
    let mut writer = BodyWriter { api, operation: &made.id, ids, schemas };
    let requests = writer.write_bodies(&made.requests);
    let responses = writer.write_bodies(&made.responses);
    Operation {
        path: build_parameters(&made.path, true, ids),
        query: build_parameters(&made.query, false, ids),
        headers: build_parameters(&made.headers, false, ids),
        requests,
        responses,
        notes: made
            .notes
            .iter()
            .map(|it| add_linked_operations(&it.note, &it.links, made.page, survey, page_operations))
            .collect(),
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

fn make_schema_context(way: BodyDirection, ids: &[String]) -> SchemaContext<'_> {
    SchemaContext { way, doubt_ids: ids }
}

fn build_parameters(fields: &[DraftField], path: bool, ids: &[String]) -> Vec<OperationParameter> {
    let parameter = |it: &DraftField| {
        let mut schema = emit::build_field_schema(it, "", make_schema_context(BodyDirection::Request, ids), 0);
        if let Some(map) = schema.as_object_mut().filter(|_| !it.shown_values.is_empty()) {
            map.insert("x-asks-for-version".into(), json!(it.shown_values));
        }
        OperationParameter {
            name: it.name.clone(),
            required: path || it.need == FieldNeed::Yes,
            schema,
            at: it.at.clone(),
        }
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
    fn write_bodies(&mut self, bodies: &[DraftBody]) -> Vec<OperationBody> {
        let mut out = Vec::new();
        for (nth, body) in bodies.iter().enumerate() {
            let file =
                (!body.is_empty()).then(|| self.choose_free_file(choose_schema_file(self.operation, bodies, nth)));
            if let Some(file) = &file {
                let schema = self.build_schema(body, file);
                self.schemas.insert(file.clone(), schema);
            }
            out.push(OperationBody {
                versions: body.versions.clone(),
                statuses: body.statuses.clone(),
                schema: file,
                at: body.at.clone(),
            });
        }
        out
    }

    /// Numbers a name that another body has already. Signs that no file name has are left out of versions, and an id
    /// may end as another file name does.
    fn choose_free_file(&self, file: String) -> String {
        let stem = file.trim_end_matches(".json");
        let numbered = (2..).map(|count| format!("{stem}.{count}.json"));
        let mut names = std::iter::once(file.clone()).chain(numbered);
        names.find(|name| !self.schemas.contains_key(name)).expect("the numbers do not end before the schemas do")
    }

    fn build_schema(&self, body: &DraftBody, file: &str) -> Value {
        let id = format!("urn:probity:{}:{}", self.api, file.trim_end_matches(".json"));
        let frame = make_schema_context(body.way, self.ids);
        if let Some(root) = &body.root {
            return emit::build_whole_schema(root, &body.fields, &id, &body.at, frame);
        }
        if !body.list {
            return emit::build_body_schema(&body.fields, &id, &body.at, frame);
        }
        let mut items = DraftField::new("*", FieldType::Array(Box::new(FieldType::Object)), body.at.clone());
        items.children = body.fields.clone();
        emit::build_list_schema(&items, &id, &body.at, frame)
    }
}

/// Returns `<operation>.request.json`, with a version, a status or a suffix where several bodies share a name.
fn choose_schema_file(operation: &str, bodies: &[DraftBody], nth: usize) -> String {
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
    parts.iter().map(|part| keep_file_signs(part)).collect::<Vec<_>>().join(".")
}

/// Most characters of one part of a file name.
const FILE_PART_MAX: usize = 100;

/// A text of a page as part of a file name: letters, digits, `-`, `_` and `.`. Any other sign becomes `-`, since it
/// could leave the folder of the catalog, or be refused by a file system.
fn keep_file_signs(text: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    text.chars().map(keep).take(FILE_PART_MAX).collect()
}

/// Returns a note together with the operations behind the links of the note.
fn add_linked_operations(
    note: &ProseNote,
    links: &[PageLink],
    page: usize,
    survey: &PageSurvey,
    operations: &BTreeMap<usize, String>,
) -> ProseNote {
    let mut note = note.clone();
    for page in survey.find_linked_pages(links, page) {
        if let Some(id) = operations.get(&page) {
            let list = note.tokens.entry("operations".to_string()).or_default();
            if !list.contains(id) {
                list.push(id.clone());
            }
        }
    }
    note
}

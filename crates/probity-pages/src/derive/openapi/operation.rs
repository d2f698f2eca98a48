//! Builds operations from an OpenAPI description.

use super::described_operation::{DescribedOperation, find_operations, has_name, name_operation};
use super::node::{locate_node, read_prose};
use super::reader::SchemaReader;
use super::{bodies, parameters};
use crate::derive::doubts::{DraftDoubts, add_doubt, make_side};
use crate::derive::field::make_source;
use crate::derive::input::PageInput;
use crate::derive::operation_draft::DraftOperation;
use crate::derive::page_parts::{PagePart, PlacedBlock};
use crate::derive::{notes, uri};
use crate::document::{BlockText, PageBlock};
use crate::value::SourceValue;
use probity_schema::catalog::{ApiVersion, Binding};

/// Returns the operations of a page, limited to the operations that the manifest lists, if any.
pub(in crate::derive) fn make_described_operations(
    nth: usize,
    input: &PageInput,
    drafts: &mut DraftDoubts,
) -> Vec<DraftOperation> {
    let Some(root) = &input.document.described else { return Vec::new() };
    let mut out = Vec::new();
    for place in find_operations(root) {
        let name = name_operation(&place);
        let chosen = input.entry.operations.iter().find(|(written, _)| has_name(&place, written));
        if chosen.is_none() && !input.entry.operations.is_empty() {
            continue;
        }
        let id = chosen.map_or_else(|| name.clone(), |(_, id)| id.clone());
        let unit = drafts.add_unit(nth, &id);
        let start = drafts.all.len();
        let mut made = build_described_operation(nth, unit, input, root, &place, drafts);
        made.id = id;
        drafts.assign_unit(start, unit);
        out.push(made);
    }
    out
}

fn build_described_operation(
    nth: usize,
    unit: usize,
    input: &PageInput,
    root: &SourceValue,
    place: &DescribedOperation,
    drafts: &mut DraftDoubts,
) -> DraftOperation {
    let page = input.entry.id.as_str();
    let DescribedOperation { path, operation, .. } = *place;
    let line = operation.first;
    let mut uris = uri::OperationUris::default();
    uri::add_uri(&mut uris, &format!("{} {path}", place.method), make_source(page, line, line));
    if uris.bindings.is_empty() {
        // The method is not supported, or the path has spaces.
        let version = "default".to_string();
        let (method, path) = (place.method.to_uppercase(), path.to_string());
        uris.bindings.push(Binding { id: version, method, path, at: make_source(page, line, line) });
    }
    let named = operation.get("operationId").unwrap_or(operation);
    let text = |key: &str| operation.get(key).and_then(SourceValue::as_text).map(str::trim).filter(|it| !it.is_empty());
    let title = text("summary").or(text("description")).map_or_else(|| make_title(place), take_first_line);
    let versions = read_version_extensions(page, operation);
    let mut made = DraftOperation {
        page: nth,
        unit,
        id: String::new(),
        title,
        at: make_source(page, named.first, named.first),
        deprecated: operation.get("deprecated").is_some_and(SourceValue::is_true),
        bindings: uris.bindings.clone(),
        action: None,
        path: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        requests: Vec::new(),
        responses: Vec::new(),
        statuses: Vec::new(),
        versions,
        notes: read_description_notes(operation, page),
    };
    let mut reader = SchemaReader::new(root, page, &mut drafts.all);
    parameters::read_parameters(&mut reader, place, &uris, &mut made);
    bodies::read_request(&mut reader, operation, &mut made);
    bodies::read_responses(&mut reader, operation, &mut made);
    for (keyword, node) in operation.members() {
        if !OPERATION.contains(&keyword.as_str()) && !keyword.starts_with("x-") {
            let sides = vec![make_side(keyword.as_str(), Some(locate_node(page, node)))];
            add_doubt(&mut drafts.all, "unread-keyword", keyword.as_str(), sides, None, "nothing-promised");
        }
    }
    made
}

/// Known keys of an operation. Callbacks, servers and security are ignored, because the profile names endpoint and
/// credentials.
const OPERATION: [&str; 12] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];

fn make_title(place: &DescribedOperation) -> String {
    format!("{} {}", place.method.to_uppercase(), place.path)
}

fn take_first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_string()
}

/// Returns the version of the operation by the extensions of a vendor, with state and date.
fn read_version_extensions(page: &str, operation: &SourceValue) -> Vec<ApiVersion> {
    let text = |key: &str| operation.get(key).map(|it| (it, it.scalar_text()));
    let Some((version, Some(name))) = text("x-api-version") else { return Vec::new() };
    let Some((state, Some(word))) = text("x-api-status") else { return Vec::new() };
    let date = text("x-not-before").and_then(|(node, it)| Some((node, parse_date(&it?)?)));
    let lines = [Some(version), Some(state), date.as_ref().map(|(node, _)| *node)];
    let lines: Vec<&SourceValue> = lines.into_iter().flatten().collect();
    let first = lines.iter().map(|it| it.first).min().unwrap_or(1);
    let last = lines.iter().map(|it| it.last).max().unwrap_or(first);
    vec![ApiVersion {
        version: name.trim_start_matches('v').to_string(),
        state: word.to_lowercase(),
        not_before: date.map(|(_, it)| it),
        at: make_source(page, first, last),
    }]
}

/// Returns a date as `YYYY-MM-DD`, from text with or without hyphens.
fn parse_date(text: &str) -> Option<String> {
    let digits: String = text.chars().take(10).filter(char::is_ascii_digit).collect();
    (digits.len() == 8).then(|| format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}

fn read_description_notes(operation: &SourceValue, page: &str) -> Vec<notes::LinkedNote> {
    let Some(description) = operation.get("description") else { return Vec::new() };
    let blocks: Vec<PageBlock> = read_prose(description)
        .into_iter()
        .map(|line| PageBlock::Paragraph(BlockText { lines: vec![line], links: Vec::new() }))
        .collect();
    let placed: Vec<PlacedBlock> = blocks
        .iter()
        .map(|block| PlacedBlock {
            part: PagePart::Function,
            hint: None,
            abnormal: false,
            block,
            heading: "",
            labels: &[],
        })
        .collect();
    notes::read_notes(&placed, page)
}

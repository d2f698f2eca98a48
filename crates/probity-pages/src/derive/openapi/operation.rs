//! Builds operations from an OpenAPI description.

use super::node::{prose, spot};
use super::place::{Place, is, named, places};
use super::reader::Reader;
use super::{bodies, parameters};
use crate::derive::doubts::{Drafts, doubt, side};
use crate::derive::field::source;
use crate::derive::input::PageInput;
use crate::derive::operation_draft::Made;
use crate::derive::page_parts::{Part, Placed};
use crate::derive::{notes, uri};
use crate::document::{Block, Text};
use crate::value::Node;
use probity_schema::catalog::{ApiVersion, Binding};

/// Returns the operations of a page, limited to the operations that the manifest lists, if any.
pub(in crate::derive) fn make(nth: usize, input: &PageInput, drafts: &mut Drafts) -> Vec<Made> {
    let Some(root) = &input.document.described else { return Vec::new() };
    let mut out = Vec::new();
    for place in places(root) {
        let name = named(&place);
        let chosen = input.entry.operations.iter().find(|(written, _)| is(&place, written));
        if chosen.is_none() && !input.entry.operations.is_empty() {
            continue;
        }
        let id = chosen.map_or_else(|| name.clone(), |(_, id)| id.clone());
        let unit = drafts.unit(nth, &id);
        let start = drafts.all.len();
        let mut made = operation(nth, unit, input, root, &place, drafts);
        made.id = id;
        drafts.tag(start, unit);
        out.push(made);
    }
    out
}

fn operation(nth: usize, unit: usize, input: &PageInput, root: &Node, place: &Place, drafts: &mut Drafts) -> Made {
    let page = input.entry.id.as_str();
    let Place { path, operation, .. } = *place;
    let line = operation.first;
    let mut uris = uri::Uris::default();
    uri::add(&mut uris, &format!("{} {path}", place.method), source(page, line, line));
    if uris.bindings.is_empty() {
        // The method is not supported, or the path has spaces.
        let version = "default".to_string();
        let (method, path) = (place.method.to_uppercase(), path.to_string());
        uris.bindings.push(Binding { id: version, method, path, at: source(page, line, line) });
    }
    let named = operation.get("operationId").unwrap_or(operation);
    let text = |key: &str| operation.get(key).and_then(Node::text).map(str::trim).filter(|it| !it.is_empty());
    let title = text("summary").or(text("description")).map_or_else(|| named_title(place), first_line);
    let versions = versions(page, operation);
    let mut made = Made {
        page: nth,
        unit,
        id: String::new(),
        title,
        at: source(page, named.first, named.first),
        deprecated: operation.get("deprecated").is_some_and(Node::is_true),
        bindings: uris.bindings.clone(),
        action: None,
        path: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        requests: Vec::new(),
        responses: Vec::new(),
        statuses: Vec::new(),
        versions,
        notes: noted(operation, page),
    };
    let mut reader = Reader::new(root, page, &mut drafts.all);
    parameters::read(&mut reader, place, &uris, &mut made);
    bodies::request(&mut reader, operation, &mut made);
    bodies::responses(&mut reader, operation, &mut made);
    for (keyword, node) in operation.members() {
        if !OPERATION.contains(&keyword.as_str()) && !keyword.starts_with("x-") {
            let sides = vec![side(keyword.as_str(), Some(spot(page, node)))];
            doubt(&mut drafts.all, "unread-keyword", keyword.as_str(), sides, None, "nothing-promised");
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

fn named_title(place: &Place) -> String {
    format!("{} {}", place.method.to_uppercase(), place.path)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_string()
}

/// Returns the version of the operation by the extensions of a vendor, with state and date.
fn versions(page: &str, operation: &Node) -> Vec<ApiVersion> {
    let text = |key: &str| operation.get(key).map(|it| (it, it.scalar()));
    let Some((version, Some(name))) = text("x-api-version") else { return Vec::new() };
    let Some((state, Some(word))) = text("x-api-status") else { return Vec::new() };
    let date = text("x-not-before").and_then(|(node, it)| Some((node, day(&it?)?)));
    let lines = [Some(version), Some(state), date.as_ref().map(|(node, _)| *node)];
    let lines: Vec<&Node> = lines.into_iter().flatten().collect();
    let first = lines.iter().map(|it| it.first).min().unwrap_or(1);
    let last = lines.iter().map(|it| it.last).max().unwrap_or(first);
    vec![ApiVersion {
        version: name.trim_start_matches('v').to_string(),
        state: word.to_lowercase(),
        not_before: date.map(|(_, it)| it),
        at: source(page, first, last),
    }]
}

/// Returns a date as `YYYY-MM-DD`, from text with or without hyphens.
fn day(text: &str) -> Option<String> {
    let digits: String = text.chars().take(10).filter(char::is_ascii_digit).collect();
    (digits.len() == 8).then(|| format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}

fn noted(operation: &Node, page: &str) -> Vec<notes::Noted> {
    let Some(description) = operation.get("description") else { return Vec::new() };
    let blocks: Vec<Block> = prose(description)
        .into_iter()
        .map(|line| Block::Paragraph(Text { lines: vec![line], links: Vec::new() }))
        .collect();
    let placed: Vec<Placed> = blocks
        .iter()
        .map(|block| Placed { part: Part::Function, hint: None, abnormal: false, block, heading: "", labels: &[] })
        .collect();
    notes::read(&placed, page)
}

//! Bodies of the request, and of the response with each status.

use super::node::{follow_references, locate_node};
use super::reader::SchemaReader;
use super::required::compare_required_fields;
use crate::derive::doubts::{add_doubt, make_side};
use crate::derive::examples::{ExampleScope, find_objects, reconcile_fields};
use crate::derive::field::{BodyDirection, DraftField};
use crate::derive::operation_draft::{DraftBody, DraftOperation};
use crate::derive::uri::is_read_method;
use crate::value::SourceValue;
use probity_schema::catalog::{DocumentedStatus, SourceLines};
use serde_json::json;

/// Reads the request body.
pub(super) fn read_request<'a>(
    reader: &mut SchemaReader<'a, '_>,
    operation: &'a SourceValue,
    made: &mut DraftOperation,
) {
    let Some(written) = operation.get("requestBody") else { return };
    if made.bindings.first().is_some_and(|it| is_read_method(&it.method)) {
        let sides = vec![make_side("a body of a call that reads", Some(locate_node(reader.page, written)))];
        add_doubt(reader.drafts, "unread-body", "request", sides, None, "left-out");
        return;
    }
    let node = follow_references(reader.root, written);
    let at = locate_node(reader.page, node);
    let Some(mut body) = read_content(reader, BodyDirection::Request, "request", node, at) else { return };
    if !node.get("required").is_some_and(SourceValue::is_true)
        && let Some(root) = &mut body.root
    {
        root.copied_keywords.insert("x-body-optional".into(), json!(true));
    }
    body.versions = made.versions.iter().map(|it| it.version.clone()).collect();
    made.requests.push(body);
}

/// Reads the responses with their statuses.
pub(super) fn read_responses<'a>(
    reader: &mut SchemaReader<'a, '_>,
    operation: &'a SourceValue,
    made: &mut DraftOperation,
) {
    let versions: Vec<String> = made.versions.iter().map(|it| it.version.clone()).collect();
    for (code, written) in operation.get("responses").map_or(&[][..], SourceValue::members) {
        if code.starts_with("x-") {
            continue;
        }
        let node = follow_references(reader.root, written);
        let at = locate_node(reader.page, written);
        let Some(code) = read_status(reader, code, &at) else { continue };
        if let Some(code) = code {
            made.statuses.push(DocumentedStatus { code, general: false, at: at.clone() });
        }
        let failure = code.is_some_and(|it| it >= 300);
        let place = code.map_or("response".to_string(), |it| format!("response/{it}"));
        let body = match node.get("content").is_some_and(|it| !it.members().is_empty()) {
            true => read_content(reader, BodyDirection::Response, &place, node, at),
            false if failure => None,
            false => Some(DraftBody::empty(BodyDirection::Response, at)),
        };
        let Some(mut body) = body else { continue };
        body.statuses = code.into_iter().collect();
        body.versions = versions.clone();
        if let Some(code) = code.filter(|_| failure) {
            body.suffix = code.to_string();
        }
        made.responses.push(body);
    }
    let good: Vec<&DocumentedStatus> = made.statuses.iter().filter(|it| (200..300).contains(&it.code)).collect();
    if good.len() != 1 {
        let words: Vec<String> = good.iter().map(|it| it.code.to_string()).collect();
        let says = if good.is_empty() { "no success status on the page".to_string() } else { words.join(", ") };
        let sides = vec![make_side(says, good.first().map(|it| it.at.clone()))];
        add_doubt(reader.drafts, "no-success-status", "", sides, None, "any-documented-success");
    }
}

/// Returns a status. An inner `None` stands for any success; an outer `None` for a word without a promise.
fn read_status(reader: &mut SchemaReader, code: &str, at: &SourceLines) -> Option<Option<u16>> {
    if let Some(code) = code.parse::<u16>().ok().filter(|it| (100..600).contains(it)) {
        return Some(Some(code));
    }
    let sides = vec![make_side(code, Some(at.clone()))];
    let subject = format!("response/{code}");
    if code.eq_ignore_ascii_case("2XX") {
        add_doubt(reader.drafts, "status-range", subject, sides, None, "any-documented-success");
        return Some(None);
    }
    add_doubt(reader.drafts, "status-range", subject, sides, None, "nothing-promised");
    None
}

/// Returns the body under `content`: the schema of the first JSON media type.
fn read_content<'a>(
    reader: &mut SchemaReader<'a, '_>,
    way: BodyDirection,
    place: &str,
    node: &'a SourceValue,
    at: SourceLines,
) -> Option<DraftBody> {
    let all = node.get("content").map_or(&[][..], SourceValue::members);
    let json = all.iter().find(|(name, _)| is_json_media_type(name));
    let others: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).filter(|it| !is_json_media_type(it)).collect();
    let Some((name, media)) = json else {
        let sides = vec![make_side(others.join(", "), Some(at))];
        add_doubt(reader.drafts, "media-types", place, sides, None, "nothing-promised");
        return None;
    };
    if !others.is_empty() {
        let sides = vec![make_side(name.as_str(), Some(at.clone())), make_side(others.join(", "), Some(at.clone()))];
        add_doubt(reader.drafts, "media-types", place, sides, Some(0), "json-first");
    }
    let media = follow_references(reader.root, media);
    let Some(schema) = media.get("schema") else {
        let sides = vec![make_side("a body without a schema", Some(at))];
        add_doubt(reader.drafts, "response-unsaid", place, sides, None, "nothing-promised");
        return None;
    };
    let mut root = reader.read_field(way, "", schema, way.word(), 0);
    let mut fields: Vec<DraftField> = std::mem::take(&mut root.children);
    let examples = collect_examples(reader, media, schema);
    let shown: Vec<&SourceValue> = examples.iter().flat_map(|it| find_objects(it)).collect();
    if !fields.is_empty() {
        let scene = ExampleScope { page: reader.page, way, silent: false };
        reconcile_fields(&mut fields, &shown, way.word(), scene, reader.drafts, 0);
    }
    compare_required_fields(&mut fields, &shown, reader.page, way.word(), reader.drafts);
    let list = root.is_list();
    Some(DraftBody { fields, list, root: Some(Box::new(root)), ..DraftBody::empty(way, at) })
}

/// Returns the examples of a body: of the media type, else of the schema.
fn collect_examples<'a>(
    reader: &SchemaReader<'a, '_>,
    media: &'a SourceValue,
    schema: &'a SourceValue,
) -> Vec<&'a SourceValue> {
    let mut out: Vec<&SourceValue> = media.get("example").into_iter().collect();
    for (_, it) in media.get("examples").map_or(&[][..], SourceValue::members) {
        out.extend(follow_references(reader.root, it).get("value"));
    }
    if out.is_empty() {
        let schema = follow_references(reader.root, schema);
        out.extend(schema.get("example"));
        out.extend(schema.get("examples").map_or(&[][..], SourceValue::items));
    }
    out
}

fn is_json_media_type(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "text/json" | "*/*" | "application/*") || essence.ends_with("+json")
}

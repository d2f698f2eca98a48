//! Bodies of the request, and of the response with each status.

use super::node::{resolved, spot};
use super::reader::Reader;
use super::required::settle;
use crate::derive::doubts::{doubt, side};
use crate::derive::examples::{Scene, objects, reconcile};
use crate::derive::field::{Field, Way};
use crate::derive::operation_draft::{Made, MadeBody};
use crate::derive::uri::is_read;
use crate::value::Node;
use probity_schema::catalog::{Source, Status};
use serde_json::json;

/// Reads the request body.
pub(super) fn request<'a>(reader: &mut Reader<'a, '_>, operation: &'a Node, made: &mut Made) {
    let Some(written) = operation.get("requestBody") else { return };
    if made.bindings.first().is_some_and(|it| is_read(&it.method)) {
        let sides = vec![side("a body of a call that reads", Some(spot(reader.page, written)))];
        doubt(reader.drafts, "unread-body", "request", sides, None, "left-out");
        return;
    }
    let node = resolved(reader.root, written);
    let at = spot(reader.page, node);
    let Some(mut body) = content(reader, Way::Request, "request", node, at) else { return };
    if !node.get("required").is_some_and(Node::is_true)
        && let Some(root) = &mut body.root
    {
        root.copied_keywords.insert("x-body-optional".into(), json!(true));
    }
    body.versions = made.versions.iter().map(|it| it.version.clone()).collect();
    made.requests.push(body);
}

/// Reads the responses with their statuses.
pub(super) fn responses<'a>(reader: &mut Reader<'a, '_>, operation: &'a Node, made: &mut Made) {
    let versions: Vec<String> = made.versions.iter().map(|it| it.version.clone()).collect();
    for (code, written) in operation.get("responses").map_or(&[][..], Node::members) {
        if code.starts_with("x-") {
            continue;
        }
        let node = resolved(reader.root, written);
        let at = spot(reader.page, written);
        let Some(code) = status(reader, code, &at) else { continue };
        if let Some(code) = code {
            made.statuses.push(Status { code, general: false, at: at.clone() });
        }
        let failure = code.is_some_and(|it| it >= 300);
        let place = code.map_or("response".to_string(), |it| format!("response/{it}"));
        let body = match node.get("content").is_some_and(|it| !it.members().is_empty()) {
            true => content(reader, Way::Response, &place, node, at),
            false if failure => None,
            false => Some(MadeBody::empty(Way::Response, at)),
        };
        let Some(mut body) = body else { continue };
        body.statuses = code.into_iter().collect();
        body.versions = versions.clone();
        if let Some(code) = code.filter(|_| failure) {
            body.suffix = code.to_string();
        }
        made.responses.push(body);
    }
    let good: Vec<&Status> = made.statuses.iter().filter(|it| (200..300).contains(&it.code)).collect();
    if good.len() != 1 {
        let words: Vec<String> = good.iter().map(|it| it.code.to_string()).collect();
        let says = if good.is_empty() { "no success status on the page".to_string() } else { words.join(", ") };
        let sides = vec![side(says, good.first().map(|it| it.at.clone()))];
        doubt(reader.drafts, "no-success-status", "", sides, None, "any-documented-success");
    }
}

/// Returns a status. An inner `None` stands for any success; an outer `None` for a word without a promise.
fn status(reader: &mut Reader, code: &str, at: &Source) -> Option<Option<u16>> {
    if let Some(code) = code.parse::<u16>().ok().filter(|it| (100..600).contains(it)) {
        return Some(Some(code));
    }
    let sides = vec![side(code, Some(at.clone()))];
    let subject = format!("response/{code}");
    if code.eq_ignore_ascii_case("2XX") {
        doubt(reader.drafts, "status-range", subject, sides, None, "any-documented-success");
        return Some(None);
    }
    doubt(reader.drafts, "status-range", subject, sides, None, "nothing-promised");
    None
}

/// Returns the body under `content`: the schema of the first JSON media type.
fn content<'a>(reader: &mut Reader<'a, '_>, way: Way, place: &str, node: &'a Node, at: Source) -> Option<MadeBody> {
    let all = node.get("content").map_or(&[][..], Node::members);
    let json = all.iter().find(|(name, _)| is_json(name));
    let others: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).filter(|it| !is_json(it)).collect();
    let Some((name, media)) = json else {
        let sides = vec![side(others.join(", "), Some(at))];
        doubt(reader.drafts, "media-types", place, sides, None, "nothing-promised");
        return None;
    };
    if !others.is_empty() {
        let sides = vec![side(name.as_str(), Some(at.clone())), side(others.join(", "), Some(at.clone()))];
        doubt(reader.drafts, "media-types", place, sides, Some(0), "json-first");
    }
    let media = resolved(reader.root, media);
    let Some(schema) = media.get("schema") else {
        let sides = vec![side("a body without a schema", Some(at))];
        doubt(reader.drafts, "response-unsaid", place, sides, None, "nothing-promised");
        return None;
    };
    let mut root = reader.field(way, "", schema, way.word(), 0);
    let mut fields: Vec<Field> = std::mem::take(&mut root.children);
    let examples = examples(reader, media, schema);
    let shown: Vec<&Node> = examples.iter().flat_map(|it| objects(it)).collect();
    if !fields.is_empty() {
        let scene = Scene { page: reader.page, way, silent: false };
        reconcile(&mut fields, &shown, way.word(), scene, reader.drafts, 0);
    }
    settle(&mut fields, &shown, reader.page, way.word(), reader.drafts);
    let list = root.is_list();
    Some(MadeBody { fields, list, root: Some(Box::new(root)), ..MadeBody::empty(way, at) })
}

/// Returns the examples of a body: of the media type, else of the schema.
fn examples<'a>(reader: &Reader<'a, '_>, media: &'a Node, schema: &'a Node) -> Vec<&'a Node> {
    let mut out: Vec<&Node> = media.get("example").into_iter().collect();
    for (_, it) in media.get("examples").map_or(&[][..], Node::members) {
        out.extend(resolved(reader.root, it).get("value"));
    }
    if out.is_empty() {
        let schema = resolved(reader.root, schema);
        out.extend(schema.get("example"));
        out.extend(schema.get("examples").map_or(&[][..], Node::items));
    }
    out
}

fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "text/json" | "*/*" | "application/*") || essence.ends_with("+json")
}

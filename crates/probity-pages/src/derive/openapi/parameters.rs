//! Parameters of path, query and header: first of the path, then of the operation.

use super::node::{resolved, spot};
use super::place::Place;
use super::reader::Reader;
use crate::derive::doubts::{doubt, side};
use crate::derive::field::{Field, Need, Way, source};
use crate::derive::operation_draft::Made;
use crate::derive::types::Type;
use crate::derive::uri::Uris;
use crate::value::Node;

/// Headers that OpenAPI excludes from parameters.
const NOT_PARAMETERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// Reads the parameters of an operation.
pub(super) fn read<'a>(reader: &mut Reader<'a, '_>, place: &Place<'a>, uris: &Uris, made: &mut Made) {
    let mut all: Vec<(&str, &str, &'a Node)> = Vec::new();
    for holder in [place.item, place.operation] {
        for written in holder.get("parameters").map_or(&[][..], Node::items) {
            let node = resolved(reader.root, written);
            let text = |key: &str| node.get(key).and_then(Node::text);
            let (Some(name), Some(kind)) = (text("name"), text("in")) else {
                let sides = vec![side("a parameter without name or place", Some(spot(reader.page, written)))];
                doubt(reader.drafts, "unread-parameter", "parameter", sides, None, "nothing-promised");
                continue;
            };
            // A parameter of the operation replaces the path's parameter.
            all.retain(|(old, place, _)| (*old, *place) != (name, kind));
            all.push((name, kind, node));
        }
    }
    for (name, kind, node) in all {
        let list = match kind {
            "path" => &mut made.path,
            "query" => &mut made.query,
            "header" if NOT_PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) => continue,
            "header" => &mut made.headers,
            _ => {
                let sides = vec![side(format!("a parameter in {kind}"), Some(spot(reader.page, node)))];
                doubt(reader.drafts, "unread-parameter", format!("parameter/{name}"), sides, None, "nothing-promised");
                continue;
            }
        };
        if kind == "path" && !place.path.contains(&format!("{{{name}}}")) {
            let sides = vec![
                side(format!("the path parameter {name}"), Some(spot(reader.page, node))),
                side("a path without it", uris.bindings.first().map(|it| it.at.clone())),
            ];
            doubt(reader.drafts, "unread-parameter", format!("parameter/{name}"), sides, Some(1), "left-out");
            continue;
        }
        list.push(parameter(reader, name, kind, node));
    }
    for (name, at) in &uris.path {
        if !made.path.iter().any(|it| it.name == *name) {
            let mut field = Field::new(name, Type::String, at.clone());
            field.need = Need::Yes;
            made.path.push(field);
        }
    }
}

/// Returns one parameter as a field.
fn parameter<'a>(reader: &mut Reader<'a, '_>, name: &str, kind: &str, node: &'a Node) -> Field {
    let content = || node.get("content").and_then(|it| it.members().first()).and_then(|(_, it)| it.get("schema"));
    let mut field = match node.get("schema").or_else(content) {
        Some(schema) => reader.field(Way::Request, name, schema, &format!("parameter/{name}"), 0),
        None => Field::new(name, Type::Any, source(reader.page, node.first, node.last)),
    };
    field.name = name.to_string();
    field.at = spot(reader.page, node);
    field.need = if node.get("required").is_some_and(Node::is_true) { Need::Yes } else { Need::No };
    let style = node.get("style").and_then(Node::text);
    let usual = style.is_none_or(|it| it == if matches!(kind, "query") { "form" } else { "simple" });
    let several = field.is_list() || field.value_type.holds_fields() && field.value_type != Type::Any;
    if several || !usual && style.is_some_and(|it| matches!(it, "matrix" | "label")) {
        let sides = vec![side(style.unwrap_or("a value of several parts"), Some(field.at.clone()))];
        let nth = doubt(reader.drafts, "parameter-style", format!("parameter/{name}"), sides, None, "nothing-promised");
        field.doubts.push(nth);
        field.disputed.insert("type");
    }
    field
}

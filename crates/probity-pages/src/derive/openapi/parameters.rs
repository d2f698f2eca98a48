//! Parameters of path, query and header: first of the path, then of the operation.

use super::described_operation::DescribedOperation;
use super::node::{follow_references, locate_node};
use super::reader::SchemaReader;
use crate::derive::doubts::{add_doubt, make_side};
use crate::derive::field::{BodyDirection, DraftField, FieldNeed, make_source};
use crate::derive::operation_draft::DraftOperation;
use crate::derive::types::FieldType;
use crate::derive::uri::OperationUris;
use crate::value::SourceValue;

/// Headers that OpenAPI excludes from parameters.
const NOT_PARAMETERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// Reads the parameters of an operation.
pub(super) fn read_parameters<'a>(
    reader: &mut SchemaReader<'a, '_>,
    place: &DescribedOperation<'a>,
    uris: &OperationUris,
    made: &mut DraftOperation,
) {
    let mut all: Vec<(&str, &str, &'a SourceValue)> = Vec::new();
    for holder in [place.item, place.operation] {
        for written in holder.get("parameters").map_or(&[][..], SourceValue::items) {
            let node = follow_references(reader.root, written);
            let text = |key: &str| node.get(key).and_then(SourceValue::as_text);
            let (Some(name), Some(kind)) = (text("name"), text("in")) else {
                let sides =
                    vec![make_side("a parameter without name or place", Some(locate_node(reader.page, written)))];
                add_doubt(reader.drafts, "unread-parameter", "parameter", sides, None, "nothing-promised");
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
                let sides = vec![make_side(format!("a parameter in {kind}"), Some(locate_node(reader.page, node)))];
                add_doubt(
                    reader.drafts,
                    "unread-parameter",
                    format!("parameter/{name}"),
                    sides,
                    None,
                    "nothing-promised",
                );
                continue;
            }
        };
        if kind == "path" && !place.path.contains(&format!("{{{name}}}")) {
            let sides = vec![
                make_side(format!("the path parameter {name}"), Some(locate_node(reader.page, node))),
                make_side("a path without it", uris.bindings.first().map(|it| it.at.clone())),
            ];
            add_doubt(reader.drafts, "unread-parameter", format!("parameter/{name}"), sides, Some(1), "left-out");
            continue;
        }
        list.push(build_parameter(reader, name, kind, node));
    }
    for (name, at) in &uris.path {
        if !made.path.iter().any(|it| it.name == *name) {
            let mut field = DraftField::new(name, FieldType::String, at.clone());
            field.need = FieldNeed::Yes;
            made.path.push(field);
        }
    }
}

/// Returns one parameter as a field.
fn build_parameter<'a>(reader: &mut SchemaReader<'a, '_>, name: &str, kind: &str, node: &'a SourceValue) -> DraftField {
    let content = || node.get("content").and_then(|it| it.members().first()).and_then(|(_, it)| it.get("schema"));
    let mut field = match node.get("schema").or_else(content) {
        Some(schema) => reader.read_field(BodyDirection::Request, name, schema, &format!("parameter/{name}"), 0),
        None => DraftField::new(name, FieldType::Any, make_source(reader.page, node.first, node.last)),
    };
    field.name = name.to_string();
    field.at = locate_node(reader.page, node);
    field.need = if node.get("required").is_some_and(SourceValue::is_true) { FieldNeed::Yes } else { FieldNeed::No };
    let style = node.get("style").and_then(SourceValue::as_text);
    let usual = style.is_none_or(|it| it == if matches!(kind, "query") { "form" } else { "simple" });
    let several = field.is_list() || field.value_type.holds_fields() && field.value_type != FieldType::Any;
    if several || !usual && style.is_some_and(|it| matches!(it, "matrix" | "label")) {
        let sides = vec![make_side(style.unwrap_or("a value of several parts"), Some(field.at.clone()))];
        let nth =
            add_doubt(reader.drafts, "parameter-style", format!("parameter/{name}"), sides, None, "nothing-promised");
        field.doubts.push(nth);
        field.disputed.insert("type");
    }
    field
}

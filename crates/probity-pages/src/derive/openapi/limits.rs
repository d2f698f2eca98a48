//! Bounds, lists of values, formats and patterns.

use super::layers::Layers;
use super::reader::Reader;
use crate::derive::claims::{Bounds, Cited, Format};
use crate::derive::field::Field;
use crate::derive::types::Type;
use crate::value::{Kind, Node};
use probity_schema::Shape;
use serde_json::{Value, json};

/// Keywords that are copied unchanged into the schema, unless they contain a reference.
pub(super) const CARRIED: [&str; 11] = [
    "maxProperties",
    "propertyNames",
    "patternProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "minContains",
    "maxContains",
    "dependentRequired",
];

/// Reads the limits of a field from the layers.
pub(super) fn read<'a>(reader: &mut Reader<'a, '_>, layers: &Layers<'a>, field: &mut Field, pointer: &str) {
    lengths(layers, field);
    ranges(layers, field);
    for keyword in ["multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties"] {
        let Some(node) = layers.first(keyword) else { continue };
        if carries(keyword, node) {
            field.copied_keywords.insert(keyword.into(), node.value());
        } else {
            reader.note(field, "unread-keyword", &format!("{pointer}:{keyword}"), keyword, node, "nothing-promised");
        }
    }
    listed(reader, layers, field, pointer);
    shaped(reader, layers, field, pointer);
    if layers.every("deprecated").any(Node::is_true) {
        field.copied_keywords.insert("deprecated".into(), json!(true));
    }
    if let Some(node) = layers.first("default") {
        match (&node.kind, &field.value_type) {
            (Kind::String(text), Type::String) => field.claims.default = Some(cited(node, text.clone())),
            _ => {
                field.copied_keywords.insert("default".into(), node.value());
            }
        }
    }
}

/// Whether a keyword with the given value is valid in a schema of its own.
pub(super) fn carries(keyword: &str, node: &Node) -> bool {
    let mut alone = serde_json::Map::new();
    alone.insert(keyword.to_string(), node.value());
    Shape::new(Value::Object(alone), keyword).is_ok()
}

fn cited<T>(node: &Node, value: T) -> Cited<T> {
    Cited { value, first: node.first, last: node.last }
}

fn whole(node: &Node) -> Option<i64> {
    match &node.kind {
        Kind::Number(number) => number.as_i64(),
        _ => None,
    }
}

/// Returns the narrowest bound among the layers, and the node of the bound.
fn narrowest<'a>(layers: &Layers<'a>, keyword: &str, lower: bool) -> Option<(i64, &'a Node)> {
    let length = keyword.ends_with("Length");
    let all = layers.every(keyword).filter_map(|it| Some((whole(it)?, it))).filter(|(it, _)| !length || *it >= 0);
    if lower { all.max_by_key(|(it, _)| *it) } else { all.min_by_key(|(it, _)| *it) }
}

fn spanned(low: Option<(i64, &Node)>, high: Option<(i64, &Node)>) -> Option<Cited<Bounds>> {
    let nodes = low.iter().chain(&high).map(|(_, it)| *it);
    let first = nodes.clone().map(|it| it.first).min()?;
    let last = nodes.map(|it| it.last).max()?;
    Some(Cited { value: (low.map(|(it, _)| it), high.map(|(it, _)| it)), first, last: last.min(first + 11).max(first) })
}

fn lengths(layers: &Layers, field: &mut Field) {
    let (low, high) = (narrowest(layers, "minLength", true), narrowest(layers, "maxLength", false));
    field.claims.length = spanned(low, high);
}

/// Reads bounds of numbers. An exclusive bound is a truth value in OpenAPI 3.0 and a number in 3.1.
fn ranges(layers: &Layers, field: &mut Field) {
    let integer = field.value_type == Type::Integer;
    let mut ends = [None, None];
    for (nth, (keyword, exclusive, step)) in
        [("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)].into_iter().enumerate()
    {
        let bound = narrowest(layers, keyword, nth == 0);
        let strict = layers.first(exclusive);
        let out = strict.is_some_and(Node::is_true);
        match (bound, layers.first(keyword)) {
            (Some((value, node)), _) if integer => ends[nth] = Some((value + if out { step } else { 0 }, node)),
            (_, Some(node)) if matches!(node.kind, Kind::Number(_)) => {
                field.copied_keywords.insert(if out { exclusive } else { keyword }.to_string(), node.value());
            }
            _ => {}
        }
        if let Some(node) = strict.filter(|it| matches!(it.kind, Kind::Number(_))) {
            match whole(node).filter(|_| integer) {
                // With both bounds, the narrower bound holds.
                Some(value) if ends[nth].is_none_or(|(old, _): (i64, _)| (value + step - old) * step > 0) => {
                    ends[nth] = Some((value + step, node));
                }
                Some(_) => {}
                None => {
                    field.copied_keywords.insert(exclusive.to_string(), node.value());
                }
            }
        }
    }
    field.claims.range = spanned(ends[0], ends[1]);
}

fn listed<'a>(reader: &mut Reader<'a, '_>, layers: &Layers<'a>, field: &mut Field, pointer: &str) {
    let mut lists = layers.every("enum").filter(|it| !it.items().is_empty());
    if let Some(node) = lists.next() {
        if let Some(other) = lists.find(|it| values(it) != values(node)) {
            reader.note(field, "all-of-differs", &format!("{pointer}:enum"), "another list", other, "first-layer-wins");
            field.disputed.insert("enum");
        }
        let nullable = field.claims.nullable.is_some();
        let all: Vec<Value> = values(node).into_iter().filter(|it| !it.is_null()).collect();
        let texts: Option<Vec<String>> = all.iter().map(|it| it.as_str().map(str::to_string)).collect();
        match texts.filter(|all| matches!(field.value_type, Type::String | Type::Any) && !all.is_empty()) {
            Some(texts) => {
                if field.value_type == Type::Any && field.choices.is_empty() {
                    field.value_type = Type::String;
                }
                field.claims.values = Some(cited(node, texts));
            }
            None => {
                let mut all = values(node);
                if nullable && !all.contains(&Value::Null) {
                    all.push(Value::Null);
                }
                field.copied_keywords.insert("enum".into(), Value::Array(all));
            }
        }
    }
    if let Some(node) = layers.first("const") {
        field.copied_keywords.insert("const".into(), node.value());
    }
}

fn shaped<'a>(reader: &mut Reader<'a, '_>, layers: &Layers<'a>, field: &mut Field, pointer: &str) {
    for node in layers.every("pattern") {
        let Some(text) = node.text() else { continue };
        if field.claims.pattern.as_ref().is_some_and(|it| it.value == text) {
            continue;
        }
        let readable = jsonschema::draft202012::new(&json!({ "pattern": text })).is_ok();
        if !readable {
            reader.note(field, "unread-keyword", &format!("{pointer}:pattern"), "pattern", node, "nothing-promised");
        } else if field.claims.pattern.is_some() {
            reader.note(field, "all-of-differs", &format!("{pointer}:pattern"), "another", node, "first-layer-wins");
            field.disputed.insert("pattern");
        } else {
            field.claims.pattern = Some(cited(node, text.to_string()));
        }
    }
    let base64 = layers.first("contentEncoding").filter(|it| it.text() == Some("base64"));
    if let Some(node) = base64 {
        field.claims.format = Some(cited(node, Format::Base64));
    }
    let Some((node, word)) = layers.first("format").and_then(|it| Some((it, it.text()?))) else { return };
    match word {
        "uuid" => field.claims.format = Some(cited(node, Format::Uuid)),
        "date-time" => field.claims.format = Some(cited(node, Format::DateTime)),
        "ipv4" => field.claims.format = Some(cited(node, Format::Ipv4)),
        "byte" | "base64" => field.claims.format = Some(cited(node, Format::Base64)),
        "ipv6" | "date" | "time" | "uri" | "email" | "hostname" => {
            field.copied_keywords.insert("format".into(), json!(word));
        }
        // Formats of storage. No value can break them.
        "int32" | "int64" | "float" | "double" | "password" | "binary" => {}
        other => reader.note(field, "unread-keyword", &format!("{pointer}:format"), other, node, "nothing-promised"),
    }
}

/// Returns the values of a list.
fn values(node: &Node) -> Vec<Value> {
    node.items().iter().map(Node::value).collect()
}

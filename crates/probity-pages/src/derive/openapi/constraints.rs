//! Bounds, lists of values, formats and patterns.

use super::layers::SchemaLayers;
use super::reader::SchemaReader;
use crate::derive::claims::{CitedClaim, ClaimBounds, DocumentedFormat};
use crate::derive::field::DraftField;
use crate::derive::types::FieldType;
use crate::value::{SourceValue, SourceValueKind};
use probity_schema::CompiledSchema;
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
pub(super) fn read_limits<'a>(
    reader: &mut SchemaReader<'a, '_>,
    layers: &SchemaLayers<'a>,
    field: &mut DraftField,
    pointer: &str,
) {
    read_schema_lengths(layers, field);
    read_schema_ranges(layers, field);
    for keyword in ["multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties"] {
        let Some(node) = layers.find_first(keyword) else { continue };
        if is_self_contained(keyword, node) {
            field.copied_keywords.insert(keyword.into(), node.to_json());
        } else {
            reader.note_doubt(
                field,
                "unread-keyword",
                &format!("{pointer}:{keyword}"),
                keyword,
                node,
                "nothing-promised",
            );
        }
    }
    read_schema_values(reader, layers, field, pointer);
    read_formats(reader, layers, field, pointer);
    if layers.find_all("deprecated").any(SourceValue::is_true) {
        field.copied_keywords.insert("deprecated".into(), json!(true));
    }
    if let Some(node) = layers.find_first("default") {
        match (&node.kind, &field.value_type) {
            (SourceValueKind::String(text), FieldType::String) => {
                field.claims.default = Some(cite_node(node, text.clone()))
            }
            _ => {
                field.copied_keywords.insert("default".into(), node.to_json());
            }
        }
    }
}

/// Whether a keyword with the given value is valid in a schema of its own.
pub(super) fn is_self_contained(keyword: &str, node: &SourceValue) -> bool {
    let mut alone = serde_json::Map::new();
    alone.insert(keyword.to_string(), node.to_json());
    CompiledSchema::new(Value::Object(alone), keyword).is_ok()
}

fn cite_node<T>(node: &SourceValue, value: T) -> CitedClaim<T> {
    CitedClaim { value, first: node.first, last: node.last }
}

fn parse_whole_number(node: &SourceValue) -> Option<i64> {
    match &node.kind {
        SourceValueKind::Number(number) => number.as_i64(),
        _ => None,
    }
}

/// Returns the narrowest bound among the layers, and the node of the bound.
fn find_narrowest<'a>(layers: &SchemaLayers<'a>, keyword: &str, lower: bool) -> Option<(i64, &'a SourceValue)> {
    let length = keyword.ends_with("Length");
    let all = layers
        .find_all(keyword)
        .filter_map(|it| Some((parse_whole_number(it)?, it)))
        .filter(|(it, _)| !length || *it >= 0);
    if lower { all.max_by_key(|(it, _)| *it) } else { all.min_by_key(|(it, _)| *it) }
}

fn join_bounds(low: Option<(i64, &SourceValue)>, high: Option<(i64, &SourceValue)>) -> Option<CitedClaim<ClaimBounds>> {
    let nodes = low.iter().chain(&high).map(|(_, it)| *it);
    let first = nodes.clone().map(|it| it.first).min()?;
    let last = nodes.map(|it| it.last).max()?;
    Some(CitedClaim {
        value: (low.map(|(it, _)| it), high.map(|(it, _)| it)),
        first,
        last: last.min(first + 11).max(first),
    })
}

fn read_schema_lengths(layers: &SchemaLayers, field: &mut DraftField) {
    let (low, high) = (find_narrowest(layers, "minLength", true), find_narrowest(layers, "maxLength", false));
    field.claims.length = join_bounds(low, high);
}

/// Reads bounds of numbers. An exclusive bound is a truth value in OpenAPI 3.0 and a number in 3.1. An exclusive bound of
/// an integer becomes the next integer, and stays as written where there is no next integer of 64 bits.
fn read_schema_ranges(layers: &SchemaLayers, field: &mut DraftField) {
    let integer = field.value_type == FieldType::Integer;
    let mut ends = [None, None];
    for (nth, (keyword, exclusive, step)) in
        [("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)].into_iter().enumerate()
    {
        let bound = find_narrowest(layers, keyword, nth == 0);
        let strict = layers.find_first(exclusive);
        let out = strict.is_some_and(SourceValue::is_true);
        let whole = bound.filter(|_| integer);
        let inclusive = whole.and_then(|(value, node)| Some((value.checked_add(if out { step } else { 0 })?, node)));
        match (inclusive, layers.find_first(keyword)) {
            (Some(bound), _) => ends[nth] = Some(bound),
            (_, Some(node)) if matches!(node.kind, SourceValueKind::Number(_)) => {
                field.copied_keywords.insert(if out { exclusive } else { keyword }.to_string(), node.to_json());
            }
            _ => {}
        }
        if let Some(node) = strict.filter(|it| matches!(it.kind, SourceValueKind::Number(_))) {
            match parse_whole_number(node).filter(|_| integer).and_then(|value: i64| value.checked_add(step)) {
                // With both bounds, the narrower bound holds.
                Some(value) if ends[nth].is_none_or(|(old, _)| if step > 0 { value > old } else { value < old }) => {
                    ends[nth] = Some((value, node));
                }
                Some(_) => {}
                None => {
                    field.copied_keywords.insert(exclusive.to_string(), node.to_json());
                }
            }
        }
    }
    field.claims.range = join_bounds(ends[0], ends[1]);
}

fn read_schema_values<'a>(
    reader: &mut SchemaReader<'a, '_>,
    layers: &SchemaLayers<'a>,
    field: &mut DraftField,
    pointer: &str,
) {
    let mut lists = layers.find_all("enum").filter(|it| !it.items().is_empty());
    if let Some(node) = lists.next() {
        if let Some(other) = lists.find(|it| collect_values(it) != collect_values(node)) {
            reader.note_doubt(
                field,
                "all-of-differs",
                &format!("{pointer}:enum"),
                "another list",
                other,
                "first-layer-wins",
            );
            field.disputed.insert("enum");
        }
        let nullable = field.claims.nullable.is_some();
        let all: Vec<Value> = collect_values(node).into_iter().filter(|it| !it.is_null()).collect();
        let texts: Option<Vec<String>> = all.iter().map(|it| it.as_str().map(str::to_string)).collect();
        match texts.filter(|all| matches!(field.value_type, FieldType::String | FieldType::Any) && !all.is_empty()) {
            Some(texts) => {
                if field.value_type == FieldType::Any && field.choices.is_empty() {
                    field.value_type = FieldType::String;
                }
                field.claims.values = Some(cite_node(node, texts));
            }
            None => {
                let mut all = collect_values(node);
                if nullable && !all.contains(&Value::Null) {
                    all.push(Value::Null);
                }
                field.copied_keywords.insert("enum".into(), Value::Array(all));
            }
        }
    }
    if let Some(node) = layers.find_first("const") {
        field.copied_keywords.insert("const".into(), node.to_json());
    }
}

fn read_formats<'a>(
    reader: &mut SchemaReader<'a, '_>,
    layers: &SchemaLayers<'a>,
    field: &mut DraftField,
    pointer: &str,
) {
    for node in layers.find_all("pattern") {
        let Some(text) = node.as_text() else { continue };
        if field.claims.pattern.as_ref().is_some_and(|it| it.value == text) {
            continue;
        }
        let readable = jsonschema::draft202012::new(&json!({ "pattern": text })).is_ok();
        if !readable {
            reader.note_doubt(
                field,
                "unread-keyword",
                &format!("{pointer}:pattern"),
                "pattern",
                node,
                "nothing-promised",
            );
        } else if field.claims.pattern.is_some() {
            reader.note_doubt(
                field,
                "all-of-differs",
                &format!("{pointer}:pattern"),
                "another",
                node,
                "first-layer-wins",
            );
            field.disputed.insert("pattern");
        } else {
            field.claims.pattern = Some(cite_node(node, text.to_string()));
        }
    }
    let base64 = layers.find_first("contentEncoding").filter(|it| it.as_text() == Some("base64"));
    if let Some(node) = base64 {
        field.claims.format = Some(cite_node(node, DocumentedFormat::Base64));
    }
    let Some((node, word)) = layers.find_first("format").and_then(|it| Some((it, it.as_text()?))) else { return };
    match word {
        "uuid" => field.claims.format = Some(cite_node(node, DocumentedFormat::Uuid)),
        "date-time" => field.claims.format = Some(cite_node(node, DocumentedFormat::DateTime)),
        "ipv4" => field.claims.format = Some(cite_node(node, DocumentedFormat::Ipv4)),
        "byte" | "base64" => field.claims.format = Some(cite_node(node, DocumentedFormat::Base64)),
        "ipv6" | "date" | "time" | "uri" | "email" | "hostname" => {
            field.copied_keywords.insert("format".into(), json!(word));
        }
        // Formats of storage. No value can break them.
        "int32" | "int64" | "float" | "double" | "password" | "binary" => {}
        other => {
            reader.note_doubt(field, "unread-keyword", &format!("{pointer}:format"), other, node, "nothing-promised")
        }
    }
}

/// Returns the values of a list.
fn collect_values(node: &SourceValue) -> Vec<Value> {
    node.items().iter().map(SourceValue::to_json).collect()
}

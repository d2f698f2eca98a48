//! The keywords of one field.

use super::schema_context::SchemaContext;
use crate::derive::claims::{CitedClaim, ClaimBounds, DocumentedFormat};
use crate::derive::field::{BodyDirection, DraftField, FieldNeed, make_source};
use crate::derive::formats::{LOCAL_DATE_TIME_PATTERN, UUID_LIKE_PATTERN, UUID_PATTERN};
use crate::derive::types::FieldType;
use probity_schema::catalog::SourceLines;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Adds the keywords of a further type. Keywords of different types do not collide, except for two lists or two
/// objects: the first keyword stays.
pub(super) fn merge_keywords(out: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, value) in more {
        if key == "type" {
            for word in read_type_words(&value) {
                add_type(out, &word);
            }
        } else {
            out.entry(key).or_insert(value);
        }
    }
}

fn read_type_words(value: &Value) -> Vec<String> {
    match value {
        Value::String(word) => vec![word.clone()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_string).collect(),
        _ => Vec::new(),
    }
}

/// Adds a word to the `type` keyword.
fn add_type(out: &mut Map<String, Value>, word: &str) {
    let mut all = out.get("type").map(read_type_words).unwrap_or_default();
    if !all.iter().any(|it| it == word) {
        all.push(word.to_string());
    }
    let value = if all.len() == 1 { json!(all[0]) } else { json!(all) };
    // `type` stays the first keyword.
    if out.contains_key("type") {
        out["type"] = value;
    } else {
        out.shift_insert(0, "type".into(), value);
    }
}

/// Writes the keywords of text: length, pattern, character set, format.
pub(super) fn write_text_keywords(
    field: &DraftField,
    out: &mut Map<String, Value>,
    sources: &mut BTreeMap<String, SourceLines>,
) {
    let claims = &field.claims;
    let put = |out: &mut Map<String, Value>,
               sources: &mut BTreeMap<String, SourceLines>,
               key: &str,
               value: Value,
               at: (u32, u32)| {
        if !field.dropped.contains(key) {
            out.insert(key.to_string(), value);
            sources.insert(key.to_string(), make_source(&field.at.page, at.0, at.1));
        }
    };
    if let Some(it) = &claims.length {
        let (low, high) = it.value;
        if let Some(low) = low.filter(|it| *it > 0) {
            put(out, sources, "minLength", json!(low), (it.first, it.last));
        }
        if let Some(high) = high {
            put(out, sources, "maxLength", json!(high), (it.first, it.last));
        }
        if claims.bytes {
            out.insert("x-length-unit".into(), json!("bytes"));
        }
    }
    if let Some(it) = &claims.pattern {
        put(out, sources, "pattern", json!(it.value), (it.first, it.last));
    }
    if let Some(it) = &claims.charset {
        put(out, sources, "x-charset", json!(it.value), (it.first, it.last));
    }
    let Some(it) = claims.format.as_ref().filter(|_| !field.dropped.contains("format")) else {
        return;
    };
    let at = (it.first, it.last);
    match it.value {
        DocumentedFormat::Uuid => put(out, sources, "format", json!("uuid"), at),
        DocumentedFormat::Ipv4 => put(out, sources, "format", json!("ipv4"), at),
        DocumentedFormat::DateTime => put(out, sources, "format", json!("date-time"), at),
        DocumentedFormat::UuidLike => put(out, sources, "pattern", json!(UUID_LIKE_PATTERN), at),
        DocumentedFormat::LocalDateTime => put(out, sources, "pattern", json!(LOCAL_DATE_TIME_PATTERN), at),
        DocumentedFormat::Base64 => put(out, sources, "contentEncoding", json!("base64"), at),
    }
    let word = match it.value {
        DocumentedFormat::UuidLike => Some("uuid"),
        DocumentedFormat::LocalDateTime => Some("local-date-time"),
        DocumentedFormat::Base64 => Some("base64"),
        _ => None,
    };
    if let Some(word) = word {
        out.insert("x-format".into(), json!(word));
    }
}

/// Writes the bounds of numbers.
pub(super) fn write_number_bounds(
    field: &DraftField,
    out: &mut Map<String, Value>,
    sources: &mut BTreeMap<String, SourceLines>,
) {
    let Some(CitedClaim { value: (low, high), first, last }) = &field.claims.range else {
        return;
    };
    for (key, bound) in [("minimum", low), ("maximum", high)] {
        if let Some(bound) = bound.filter(|_| !field.dropped.contains(key)) {
            out.insert(key.into(), json!(bound));
            sources.insert(key.into(), make_source(&field.at.page, *first, *last));
        }
    }
}

/// Writes the lengths of keys and values of a map.
pub(super) fn write_map_lengths(
    field: &DraftField,
    out: &mut Map<String, Value>,
    sources: &mut BTreeMap<String, SourceLines>,
) {
    if let Some(it) = &field.claims.key_length {
        out.insert("propertyNames".into(), Value::Object(build_length(it.value)));
        sources.insert("propertyNames".into(), make_source(&field.at.page, it.first, it.last));
    }
    if let Some(it) = &field.claims.value_length {
        let mut inner = Map::new();
        inner.insert("type".into(), json!("string"));
        inner.extend(build_length(it.value));
        out.entry("additionalProperties").or_insert(Value::Object(inner));
        sources.insert("additionalProperties".into(), make_source(&field.at.page, it.first, it.last));
    }
}

/// Returns `minLength` and `maxLength`.
fn build_length((low, high): ClaimBounds) -> Map<String, Value> {
    let mut out = Map::new();
    if let Some(low) = low.filter(|it| *it > 0) {
        out.insert("minLength".into(), json!(low));
    }
    if let Some(high) = high {
        out.insert("maxLength".into(), json!(high));
    }
    out
}

/// Allows null, and the blank value that pages mention without a form.
pub(super) fn allow_absence(
    field: &DraftField,
    way: BodyDirection,
    out: &mut Map<String, Value>,
    sources: &mut BTreeMap<String, SourceLines>,
) {
    if !out.contains_key("type") {
        return;
    }
    // An example shows the value after the event. Before the event the value is null.
    let ahead = way == BodyDirection::Response && field.claims.ahead.is_some();
    if field.claims.nullable.is_some() || field.shown_null || ahead {
        add_type(out, "null");
    }
    let blank = field.claims.blank.as_ref().filter(|_| way == BodyDirection::Response);
    if blank.is_none() && !field.shown_blank && !ahead {
        return;
    }
    let text = read_type_words(&out["type"]).iter().any(|it| it == "string");
    if blank.is_some() {
        add_type(out, "null");
    }
    if text {
        allow_blank(out);
    } else if let Some(blank) = blank {
        add_type(out, "string");
        out.insert("maxLength".into(), json!(0));
        sources.insert("maxLength".into(), make_source(&field.at.page, blank.first, blank.last));
    }
}

/// Allows the empty string in addition to a shape.
fn allow_blank(out: &mut Map<String, Value>) {
    out.shift_remove("minLength");
    let named = out.shift_remove("format").filter(|it| it == "uuid").map(|_| UUID_PATTERN.to_string());
    let shape = named.or_else(|| out.get("pattern").and_then(Value::as_str).map(str::to_string));
    if let Some(shape) = shape {
        out.insert("pattern".into(), json!(format!("^$|{shape}")));
    }
}

/// Writes the list of values.
pub(super) fn write_values(
    field: &DraftField,
    way: BodyDirection,
    out: &mut Map<String, Value>,
    sources: &mut BTreeMap<String, SourceLines>,
) {
    let Some(listed) = &field.claims.values else {
        return;
    };
    let integer = matches!(field.value_type, FieldType::Integer);
    let read = |text: &String| match text.as_str() {
        "null" | "Null" | "NULL" => Value::Null,
        _ if integer => text.parse::<i64>().map_or_else(|_| json!(text), |it| json!(it)),
        _ => json!(text),
    };
    let mut all: Vec<Value> = listed.value.iter().map(read).collect();
    if all.contains(&Value::Null) {
        add_type(out, "null");
    }
    if way == BodyDirection::Response {
        for text in &field.shown_values {
            all.push(read(text));
        }
        if field.claims.blank.is_some() {
            all.push(json!(""));
        }
    }
    if out.get("type").is_some_and(|it| read_type_words(it).iter().any(|word| word == "null"))
        && !all.contains(&Value::Null)
    {
        all.push(Value::Null);
    }
    let at = make_source(&field.at.page, listed.first, listed.last);
    sources.insert("enum".into(), at);
    match out.get_mut("items") {
        Some(Value::Object(items)) => items.insert("enum".into(), Value::Array(all)),
        _ => out.insert("enum".into(), Value::Array(all)),
    };
}

/// Writes the default.
pub(super) fn write_default(
    field: &DraftField,
    out: &mut Map<String, Value>,
    sources: &mut BTreeMap<String, SourceLines>,
) {
    let Some(it) = &field.claims.default else {
        return;
    };
    let value = match field.value_type {
        FieldType::Boolean => json!(it.value.eq_ignore_ascii_case("true")),
        FieldType::Integer => it.value.parse::<i64>().map_or(Value::Null, |it| json!(it)),
        FieldType::Number => it.value.parse::<f64>().map_or(Value::Null, |it| json!(it)),
        _ => json!(it.value),
    };
    out.insert("default".into(), value);
    sources.insert("default".into(), make_source(&field.at.page, it.first, it.last));
}

/// Writes the annotations of `docs/SCHEMAS.md`: effect, microversions, disputes, doubts, sources.
pub(super) fn annotate_schema(
    field: &DraftField,
    frame: SchemaContext,
    out: &mut Map<String, Value>,
    sources: &mut BTreeMap<String, SourceLines>,
) {
    let claims = &field.claims;
    let page = &field.at.page;
    let mut mark = |key: &str, value: Value, at: (u32, u32)| {
        out.insert(key.into(), value);
        sources.insert(key.into(), make_source(page, at.0, at.1));
    };
    if let Some(it) = &claims.dead {
        mark("x-dead", json!(it.value), (it.first, it.last));
    }
    if let Some(it) = &claims.since {
        mark("x-since", json!(it.value), (it.first, it.last));
    }
    if let Some(it) = &claims.until {
        mark("x-until", json!(it.value), (it.first, it.last));
    }
    if let Some(it) = &claims.mandatory_when {
        mark("x-mandatory-when", json!(true), (it.first, it.last));
    } else if field.need == FieldNeed::When {
        out.insert("x-mandatory-when".into(), json!(true));
    }
    if field.from_example {
        out.insert("x-unconstrained-by-table".into(), json!(true));
    }
    let mut disputed: Vec<&str> = field.disputed.iter().copied().collect();
    disputed.sort_unstable();
    disputed.dedup();
    if !disputed.is_empty() {
        out.insert("x-disputed".into(), json!(disputed));
    }
    let ids: Vec<&String> = field.doubts.iter().filter_map(|it| frame.doubt_ids.get(*it)).collect();
    if !ids.is_empty() {
        out.insert("x-doubts".into(), json!(ids));
    }
    out.insert("x-source".into(), json!(field.at.to_string()));
    sources.retain(|_, at| *at != field.at);
    if !sources.is_empty() {
        let shown: Map<String, Value> = sources.iter().map(|(key, at)| (key.clone(), json!(at.to_string()))).collect();
        out.insert("x-sources".into(), Value::Object(shown));
    }
}

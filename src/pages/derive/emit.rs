//! A tree of fields as a JSON Schema, draft 2020-12, with the annotations of `docs/SCHEMAS.md`.

use super::claims::{Bounds, Cited, Format};
use super::field::{Field, Need, Way, source};
use super::types::Type;
use crate::schema::catalog::{FieldBound, Source};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A UUID as its standard writes it.
pub(super) const UUID: &str = "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$";
/// A UUID with or without hyphens.
pub(super) const UUID_LIKE: &str = "^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$";
pub(super) const LOCAL_DATE_TIME: &str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$";

const DEPTH_MAX: usize = 40;

/// What a schema needs to know besides its fields.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub way: Way,
    /// Ids of the doubts, by index.
    pub doubt_ids: &'a [String],
    /// A follower's disputes, by pointer.
    pub disputes: &'a BTreeMap<String, Vec<&'static str>>,
}

/// The schema of a body whose top is these fields.
pub(super) fn body(fields: &[Field], id: &str, at: &Source, frame: Frame) -> Value {
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("$id".into(), json!(id));
    out.insert("type".into(), json!("object"));
    members(fields, "", frame, 0, &mut out);
    out.insert("x-source".into(), json!(at.to_string()));
    Value::Object(out)
}

/// The schema of a body that is a list at the top.
pub(super) fn list_body(items: &Field, id: &str, at: &Source, frame: Frame) -> Value {
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("$id".into(), json!(id));
    for (key, value) in typed(&items.is, &items.children, None, "", frame, 0) {
        out.insert(key, value);
    }
    out.insert("x-source".into(), json!(at.to_string()));
    Value::Object(out)
}

/// The schema of a body that its page describes as a whole.
pub(super) fn whole(root: &Field, fields: &[Field], id: &str, at: &Source, frame: Frame) -> Value {
    let root = Field { children: fields.to_vec(), ..root.clone() };
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("$id".into(), json!(id));
    if let Value::Object(schema) = field(&root, "", frame, 0) {
        out.extend(schema);
    }
    out.insert("x-source".into(), json!(at.to_string()));
    Value::Object(out)
}

/// The schema of one field.
pub(super) fn field(field: &Field, pointer: &str, frame: Frame, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return json!({});
    }
    let mut sources = BTreeMap::new();
    let mut out = typed(&field.is, &field.children, Some(field), pointer, frame, depth);
    for (is, below) in &field.also {
        merge(&mut out, typed(is, below, None, pointer, frame, depth));
    }
    // An example shows one case; what its description says differs from case to case is demanded of none.
    if frame.way == Way::Response && field.claims.varies.is_some() {
        out.shift_remove("required");
    }
    strings(field, &mut out, &mut sources);
    numbers(field, &mut out, &mut sources);
    maps(field, &mut out, &mut sources);
    absence(field, frame.way, &mut out, &mut sources);
    values(field, frame.way, &mut out, &mut sources);
    default(field, &mut out, &mut sources);
    for (keyword, value) in &field.more {
        out.entry(keyword.clone()).or_insert_with(|| value.clone());
    }
    choices(field, pointer, frame, depth, &mut out);
    annotate(field, pointer, frame, &mut out, &mut sources);
    Value::Object(out)
}

/// Schemas of which one, or at least one, must hold; null is one more where the field may be null.
fn choices(field: &Field, pointer: &str, frame: Frame, depth: usize, out: &mut Map<String, Value>) {
    let null = field.claims.nullable.is_some() || field.shown_null;
    for (keyword, all) in &field.choices {
        let mut branches: Vec<Value> = all.iter().map(|it| self::field(it, pointer, frame, depth + 1)).collect();
        if null {
            branches.push(json!({ "type": "null" }));
        }
        out.insert((*keyword).to_string(), Value::Array(branches));
    }
}

/// `type` and what a type holds.
fn typed(
    is: &Type,
    children: &[Field],
    field: Option<&Field>,
    pointer: &str,
    frame: Frame,
    depth: usize,
) -> Map<String, Value> {
    let mut out = Map::new();
    let mut set = |word: &str| {
        out.insert("type".to_string(), json!(word));
    };
    match is {
        Type::Any if children.is_empty() => {}
        Type::Null => set("null"),
        Type::Boolean => set("boolean"),
        Type::Integer => set("integer"),
        Type::Number => set("number"),
        Type::String => set("string"),
        Type::DateTime => {
            set("string");
            if !field.is_some_and(|it| it.dropped.contains("format")) {
                out.insert("x-format".into(), json!("date-time"));
            }
        }
        Type::Object | Type::Any => {
            set("object");
            members(children, pointer, frame, depth + 1, &mut out);
        }
        Type::Map(inner) => {
            set("object");
            let inner = if **inner == Type::Any && !children.is_empty() { Type::Object } else { (**inner).clone() };
            let open = children.iter().find(|it| it.any_key);
            let below = match open {
                Some(it) => self::field(it, &format!("{pointer}/*"), frame, depth + 1),
                None => Value::Object(typed(&inner, children, None, &format!("{pointer}/*"), frame, depth + 1)),
            };
            if below.as_object().is_some_and(|it| !it.is_empty()) {
                out.insert("additionalProperties".into(), below);
            }
        }
        Type::Array(inner) => {
            set("array");
            let inner = if **inner == Type::Any && !children.is_empty() { Type::Object } else { (**inner).clone() };
            let here = format!("{pointer}/*");
            let below = match field.and_then(|it| it.item.as_deref()) {
                Some(item) => {
                    self::field(&Field { children: children.to_vec(), ..item.clone() }, &here, frame, depth + 1)
                }
                None => Value::Object(typed(&inner, children, None, &here, frame, depth + 1)),
            };
            if below.as_object().is_some_and(|it| !it.is_empty()) {
                out.insert("items".into(), below);
            }
        }
        Type::Union(all) => {
            for is in all {
                merge(&mut out, typed(is, children, field, pointer, frame, depth + 1));
            }
        }
    }
    out
}

/// Adds the keywords of a further type. Keywords of different types do not meet, except
/// those of two lists or two objects: there the first stays.
fn merge(out: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, value) in more {
        if key == "type" {
            for word in words(&value) {
                add_type(out, &word);
            }
        } else {
            out.entry(key).or_insert(value);
        }
    }
}

fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(word) => vec![word.clone()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_string).collect(),
        _ => Vec::new(),
    }
}

fn add_type(out: &mut Map<String, Value>, word: &str) {
    let mut all = out.get("type").map(words).unwrap_or_default();
    if !all.iter().any(|it| it == word) {
        all.push(word.to_string());
    }
    let value = if all.len() == 1 { json!(all[0]) } else { json!(all) };
    // The first keyword stays the first.
    if out.contains_key("type") {
        out["type"] = value;
    } else {
        out.shift_insert(0, "type".into(), value);
    }
}

fn members(children: &[Field], pointer: &str, frame: Frame, depth: usize, out: &mut Map<String, Value>) {
    if depth > DEPTH_MAX {
        return;
    }
    let mut properties = Map::new();
    let mut required = Vec::new();
    for child in children {
        let here = format!("{pointer}/{}", child.step());
        let schema = field(child, &here, frame, depth);
        if child.any_key {
            out.insert("additionalProperties".into(), schema);
            continue;
        }
        if is_required(child, children, frame.way) {
            required.push(json!(child.name));
        }
        properties.insert(child.name.clone(), schema);
    }
    if !properties.is_empty() {
        out.insert("properties".into(), Value::Object(properties));
    }
    if !required.is_empty() {
        out.insert("required".into(), Value::Array(required));
    }
}

/// A request needs what its table calls mandatory. A response must have a field if the
/// table lists it without condition and every example shows it: either alone is too weak.
pub(super) fn is_required(field: &Field, siblings: &[Field], way: Way) -> bool {
    // An object for the case of an error is elsewhere absent; its members are there when it is.
    let failing = field.claims.on_error.is_some() && field.is.holds_fields() && siblings.len() > 1;
    let conditional = field.claims.optional.is_some()
        || failing && field.need != Need::Yes
        || field.claims.mandatory_when.is_some()
        || field.claims.since.is_some()
        || field.claims.until.is_some();
    match way {
        Way::Request => field.need == Need::Yes && field.claims.since.is_none() && field.claims.until.is_none(),
        Way::Response if field.from_example => field.need == Need::Yes && field.always_shown,
        Way::Response => field.always_shown && !conditional && !matches!(field.need, Need::No | Need::When),
    }
}

fn strings(field: &Field, out: &mut Map<String, Value>, sources: &mut BTreeMap<String, Source>) {
    let claims = &field.claims;
    let put = |out: &mut Map<String, Value>,
               sources: &mut BTreeMap<String, Source>,
               key: &str,
               value: Value,
               at: (u32, u32)| {
        if !field.dropped.contains(key) {
            out.insert(key.to_string(), value);
            sources.insert(key.to_string(), source(&field.at.page, at.0, at.1));
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
        Format::Uuid => put(out, sources, "format", json!("uuid"), at),
        Format::Ipv4 => put(out, sources, "format", json!("ipv4"), at),
        Format::DateTime => put(out, sources, "format", json!("date-time"), at),
        Format::UuidLike => put(out, sources, "pattern", json!(UUID_LIKE), at),
        Format::LocalDateTime => put(out, sources, "pattern", json!(LOCAL_DATE_TIME), at),
        Format::Base64 => put(out, sources, "contentEncoding", json!("base64"), at),
    }
    let word = match it.value {
        Format::UuidLike => Some("uuid"),
        Format::LocalDateTime => Some("local-date-time"),
        Format::Base64 => Some("base64"),
        _ => None,
    };
    if let Some(word) = word {
        out.insert("x-format".into(), json!(word));
    }
}

fn numbers(field: &Field, out: &mut Map<String, Value>, sources: &mut BTreeMap<String, Source>) {
    let Some(Cited { value: (low, high), first, last }) = &field.claims.range else {
        return;
    };
    for (key, bound) in [("minimum", low), ("maximum", high)] {
        if let Some(bound) = bound.filter(|_| !field.dropped.contains(key)) {
            out.insert(key.into(), json!(bound));
            sources.insert(key.into(), source(&field.at.page, *first, *last));
        }
    }
}

fn maps(field: &Field, out: &mut Map<String, Value>, sources: &mut BTreeMap<String, Source>) {
    if let Some(it) = &field.claims.key_length {
        out.insert("propertyNames".into(), Value::Object(length(it.value)));
        sources.insert("propertyNames".into(), source(&field.at.page, it.first, it.last));
    }
    if let Some(it) = &field.claims.value_length {
        let mut inner = Map::new();
        inner.insert("type".into(), json!("string"));
        inner.extend(length(it.value));
        out.entry("additionalProperties").or_insert(Value::Object(inner));
        sources.insert("additionalProperties".into(), source(&field.at.page, it.first, it.last));
    }
}

fn length((low, high): Bounds) -> Map<String, Value> {
    let mut out = Map::new();
    if let Some(low) = low.filter(|it| *it > 0) {
        out.insert("minLength".into(), json!(low));
    }
    if let Some(high) = high {
        out.insert("maxLength".into(), json!(high));
    }
    out
}

/// Null, and the blank that pages speak of without saying how it looks.
fn absence(field: &Field, way: Way, out: &mut Map<String, Value>, sources: &mut BTreeMap<String, Source>) {
    if !out.contains_key("type") {
        return;
    }
    // An example shows it after the event; before it there is no time to show.
    let ahead = way == Way::Response && field.claims.ahead.is_some();
    if field.claims.nullable.is_some() || field.shown_null || ahead {
        add_type(out, "null");
    }
    let blank = field.claims.blank.as_ref().filter(|_| way == Way::Response);
    if blank.is_none() && !field.shown_blank && !ahead {
        return;
    }
    let text = words(&out["type"]).iter().any(|it| it == "string");
    if blank.is_some() {
        add_type(out, "null");
    }
    if text {
        or_blank(out);
    } else if let Some(blank) = blank {
        add_type(out, "string");
        out.insert("maxLength".into(), json!(0));
        sources.insert("maxLength".into(), source(&field.at.page, blank.first, blank.last));
    }
}

/// Lets the empty string through beside what a shape demands.
fn or_blank(out: &mut Map<String, Value>) {
    out.shift_remove("minLength");
    let named = out.shift_remove("format").filter(|it| it == "uuid").map(|_| UUID.to_string());
    let shape = named.or_else(|| out.get("pattern").and_then(Value::as_str).map(str::to_string));
    if let Some(shape) = shape {
        out.insert("pattern".into(), json!(format!("^$|{shape}")));
    }
}

fn values(field: &Field, way: Way, out: &mut Map<String, Value>, sources: &mut BTreeMap<String, Source>) {
    let Some(listed) = &field.claims.values else {
        return;
    };
    let integer = matches!(field.is, Type::Integer);
    let read = |text: &String| match text.as_str() {
        "null" | "Null" | "NULL" => Value::Null,
        _ if integer => text.parse::<i64>().map_or_else(|_| json!(text), |it| json!(it)),
        _ => json!(text),
    };
    let mut all: Vec<Value> = listed.value.iter().map(read).collect();
    if all.contains(&Value::Null) {
        add_type(out, "null");
    }
    if way == Way::Response {
        for text in &field.shown_values {
            all.push(read(text));
        }
        if field.claims.blank.is_some() {
            all.push(json!(""));
        }
    }
    if out.get("type").is_some_and(|it| words(it).iter().any(|word| word == "null")) && !all.contains(&Value::Null) {
        all.push(Value::Null);
    }
    let at = source(&field.at.page, listed.first, listed.last);
    sources.insert("enum".into(), at);
    match out.get_mut("items") {
        Some(Value::Object(items)) => items.insert("enum".into(), Value::Array(all)),
        _ => out.insert("enum".into(), Value::Array(all)),
    };
}

fn default(field: &Field, out: &mut Map<String, Value>, sources: &mut BTreeMap<String, Source>) {
    let Some(it) = &field.claims.default else {
        return;
    };
    let value = match field.is {
        Type::Boolean => json!(it.value.eq_ignore_ascii_case("true")),
        Type::Integer => it.value.parse::<i64>().map_or(Value::Null, |it| json!(it)),
        Type::Number => it.value.parse::<f64>().map_or(Value::Null, |it| json!(it)),
        _ => json!(it.value),
    };
    out.insert("default".into(), value);
    sources.insert("default".into(), source(&field.at.page, it.first, it.last));
}

fn annotate(
    field: &Field,
    pointer: &str,
    frame: Frame,
    out: &mut Map<String, Value>,
    sources: &mut BTreeMap<String, Source>,
) {
    let claims = &field.claims;
    let page = &field.at.page;
    let mut mark = |key: &str, value: Value, at: (u32, u32)| {
        out.insert(key.into(), value);
        sources.insert(key.into(), source(page, at.0, at.1));
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
    } else if field.need == Need::When {
        out.insert("x-mandatory-when".into(), json!(true));
    }
    if field.from_example {
        out.insert("x-unconstrained-by-table".into(), json!(true));
    }
    let mut disputed: Vec<&str> = field.disputed.iter().copied().collect();
    disputed.extend(frame.disputes.get(pointer).into_iter().flatten());
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

/// Microversion bounds of all fields below.
pub(super) fn bounds(fields: &[Field], pointer: &str, way: Way, out: &mut Vec<FieldBound>) {
    if pointer.matches('/').count() > DEPTH_MAX {
        return;
    }
    for field in fields {
        let here = format!("{pointer}/{}", field.step());
        let claim = field.claims.since.as_ref().or(field.claims.until.as_ref());
        if let Some(it) = claim {
            out.push(FieldBound {
                side: way.word().to_string(),
                pointer: here.clone(),
                since: field.claims.since.as_ref().map(|it| it.value.clone()),
                until: field.claims.until.as_ref().map(|it| it.value.clone()),
                at: source(&field.at.page, it.first, it.last),
            });
        }
        let step = format!("{here}{}", field.below());
        bounds(&field.children, &step, way, out);
    }
}

//! Schemas of bodies and fields.

use super::frame::Frame;
use super::keywords::{absence, annotate, default, maps, merge, numbers, strings, values};
use crate::derive::field::{Field, Need, Way, source};
use crate::derive::types::Type;
use probity_schema::catalog::{FieldBound, Source};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const DEPTH_MAX: usize = 40;

/// Returns the schema of a body with `fields` at the top.
pub(in crate::derive) fn body(fields: &[Field], id: &str, at: &Source, frame: Frame) -> Value {
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("$id".into(), json!(id));
    out.insert("type".into(), json!("object"));
    members(fields, "", frame, 0, &mut out);
    out.insert("x-source".into(), json!(at.to_string()));
    Value::Object(out)
}

/// Returns the schema of a body with a list at the top.
pub(in crate::derive) fn list_body(items: &Field, id: &str, at: &Source, frame: Frame) -> Value {
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("$id".into(), json!(id));
    for (key, value) in typed(&items.value_type, &items.children, None, "", frame, 0) {
        out.insert(key, value);
    }
    out.insert("x-source".into(), json!(at.to_string()));
    Value::Object(out)
}

/// Returns the schema of a body that the page describes as a whole.
pub(in crate::derive) fn whole(root: &Field, fields: &[Field], id: &str, at: &Source, frame: Frame) -> Value {
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

/// Returns the schema of one field.
pub(in crate::derive) fn field(field: &Field, pointer: &str, frame: Frame, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return json!({});
    }
    let mut sources = BTreeMap::new();
    let mut out = typed(&field.value_type, &field.children, Some(field), pointer, frame, depth);
    for (value_type, below) in &field.further_types {
        merge(&mut out, typed(value_type, below, None, pointer, frame, depth));
    }
    // An example shows one case. If the contents differ from case to case, no member is required.
    if frame.way == Way::Response && field.claims.varies.is_some() {
        out.shift_remove("required");
    }
    strings(field, &mut out, &mut sources);
    numbers(field, &mut out, &mut sources);
    maps(field, &mut out, &mut sources);
    absence(field, frame.way, &mut out, &mut sources);
    values(field, frame.way, &mut out, &mut sources);
    default(field, &mut out, &mut sources);
    for (keyword, value) in &field.copied_keywords {
        out.entry(keyword.clone()).or_insert_with(|| value.clone());
    }
    choices(field, pointer, frame, depth, &mut out);
    annotate(field, pointer, frame, &mut out, &mut sources);
    Value::Object(out)
}

/// Writes `anyOf` and `oneOf`. Null is a further branch if the field may be null.
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

/// Returns `type` and the keywords of the type's contents.
fn typed(
    value_type: &Type,
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
    match value_type {
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
            for value_type in all {
                merge(&mut out, typed(value_type, children, field, pointer, frame, depth + 1));
            }
        }
    }
    out
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

/// Whether a field is required. In a request, the table decides. In a response, a field is required if the table
/// lists the field without condition and every example shows the field, because either source alone is too weak.
fn is_required(field: &Field, siblings: &[Field], way: Way) -> bool {
    // An object with the details of a failure is absent from successful responses.
    let failing = field.claims.on_error.is_some() && field.value_type.holds_fields() && siblings.len() > 1;
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

/// Collects the microversion bounds of all fields.
pub(in crate::derive) fn bounds(fields: &[Field], pointer: &str, way: Way, out: &mut Vec<FieldBound>) {
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

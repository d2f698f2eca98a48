//! Schemas of bodies and fields.

use super::keywords::{
    allow_absence, annotate_schema, merge_keywords, write_default, write_map_lengths, write_number_bounds,
    write_text_keywords, write_values,
};
use super::schema_context::SchemaContext;
use crate::derive::field::{BodyDirection, DraftField, FieldNeed, make_source};
use crate::derive::types::FieldType;
use probity_schema::catalog::{FieldVersions, SourceLines};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const DEPTH_MAX: usize = 40;

/// Returns the schema of a body with `fields` at the top.
pub(in crate::derive) fn build_body_schema(
    fields: &[DraftField],
    id: &str,
    at: &SourceLines,
    frame: SchemaContext,
) -> Value {
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("$id".into(), json!(id));
    out.insert("type".into(), json!("object"));
    write_members(fields, "", frame, 0, &mut out);
    out.insert("x-source".into(), json!(at.to_string()));
    Value::Object(out)
}

/// Returns the schema of a body with a list at the top.
pub(in crate::derive) fn build_list_schema(
    items: &DraftField,
    id: &str,
    at: &SourceLines,
    frame: SchemaContext,
) -> Value {
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("$id".into(), json!(id));
    for (key, value) in build_typed_schema(&items.value_type, &items.children, None, "", frame, 0) {
        out.insert(key, value);
    }
    out.insert("x-source".into(), json!(at.to_string()));
    Value::Object(out)
}

/// Returns the schema of a body that the page describes as a whole.
pub(in crate::derive) fn build_whole_schema(
    root: &DraftField,
    fields: &[DraftField],
    id: &str,
    at: &SourceLines,
    frame: SchemaContext,
) -> Value {
    let root = DraftField { children: fields.to_vec(), ..root.clone() };
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("$id".into(), json!(id));
    if let Value::Object(schema) = build_field_schema(&root, "", frame, 0) {
        out.extend(schema);
    }
    out.insert("x-source".into(), json!(at.to_string()));
    Value::Object(out)
}

/// Returns the schema of one field.
pub(in crate::derive) fn build_field_schema(
    field: &DraftField,
    pointer: &str,
    frame: SchemaContext,
    depth: usize,
) -> Value {
    if depth > DEPTH_MAX {
        return json!({});
    }
    let mut sources = BTreeMap::new();
    let mut out = build_typed_schema(&field.value_type, &field.children, Some(field), pointer, frame, depth);
    for (value_type, below) in &field.further_types {
        merge_keywords(&mut out, build_typed_schema(value_type, below, None, pointer, frame, depth));
    }
    // An example shows one case. If the contents differ from case to case, no member is required.
    if frame.way == BodyDirection::Response && field.claims.varies.is_some() {
        out.shift_remove("required");
    }
    write_text_keywords(field, &mut out, &mut sources);
    write_number_bounds(field, &mut out, &mut sources);
    write_map_lengths(field, &mut out, &mut sources);
    allow_absence(field, frame.way, &mut out, &mut sources);
    write_values(field, frame.way, &mut out, &mut sources);
    write_default(field, &mut out, &mut sources);
    for (keyword, value) in &field.copied_keywords {
        out.entry(keyword.clone()).or_insert_with(|| value.clone());
    }
    write_choices(field, pointer, frame, depth, &mut out);
    if !field.besides.is_empty() {
        out.insert("allOf".into(), json!(field.besides));
    }
    annotate_schema(field, frame, &mut out, &mut sources);
    Value::Object(out)
}

/// Writes `anyOf` and `oneOf`. Null is a further branch if the field may be null.
fn write_choices(field: &DraftField, pointer: &str, frame: SchemaContext, depth: usize, out: &mut Map<String, Value>) {
    let null = field.claims.nullable.is_some() || field.shown_null;
    for (keyword, all) in &field.choices {
        let mut branches: Vec<Value> =
            all.iter().map(|it| self::build_field_schema(it, pointer, frame, depth + 1)).collect();
        if null {
            branches.push(json!({ "type": "null" }));
        }
        out.insert((*keyword).to_string(), Value::Array(branches));
    }
}

/// Returns `type` and the keywords of the type's contents.
fn build_typed_schema(
    value_type: &FieldType,
    children: &[DraftField],
    field: Option<&DraftField>,
    pointer: &str,
    frame: SchemaContext,
    depth: usize,
) -> Map<String, Value> {
    let mut out = Map::new();
    let mut set = |word: &str| {
        out.insert("type".to_string(), json!(word));
    };
    match value_type {
        FieldType::Any if children.is_empty() => {}
        FieldType::Null => set("null"),
        FieldType::Boolean => set("boolean"),
        FieldType::Integer => set("integer"),
        FieldType::Number => set("number"),
        FieldType::String => set("string"),
        FieldType::DateTime => {
            set("string");
            if !field.is_some_and(|it| it.dropped.contains("format")) {
                out.insert("x-format".into(), json!("date-time"));
            }
        }
        FieldType::Object | FieldType::Any => {
            set("object");
            write_members(children, pointer, frame, depth + 1, &mut out);
        }
        FieldType::Map(inner) => {
            set("object");
            let inner =
                if **inner == FieldType::Any && !children.is_empty() { FieldType::Object } else { (**inner).clone() };
            let open = children.iter().find(|it| it.any_key);
            let below = match open {
                Some(it) => self::build_field_schema(it, &format!("{pointer}/*"), frame, depth + 1),
                None => {
                    Value::Object(build_typed_schema(&inner, children, None, &format!("{pointer}/*"), frame, depth + 1))
                }
            };
            if below.as_object().is_some_and(|it| !it.is_empty()) {
                out.insert("additionalProperties".into(), below);
            }
        }
        FieldType::Array(inner) => {
            set("array");
            let inner =
                if **inner == FieldType::Any && !children.is_empty() { FieldType::Object } else { (**inner).clone() };
            let here = format!("{pointer}/*");
            let below = match field.and_then(|it| it.item.as_deref()) {
                Some(item) => self::build_field_schema(
                    &DraftField { children: children.to_vec(), ..item.clone() },
                    &here,
                    frame,
                    depth + 1,
                ),
                None => Value::Object(build_typed_schema(&inner, children, None, &here, frame, depth + 1)),
            };
            if below.as_object().is_some_and(|it| !it.is_empty()) {
                out.insert("items".into(), below);
            }
        }
        FieldType::Union(all) => {
            for value_type in all {
                merge_keywords(&mut out, build_typed_schema(value_type, children, field, pointer, frame, depth + 1));
            }
        }
    }
    out
}

fn write_members(
    children: &[DraftField],
    pointer: &str,
    frame: SchemaContext,
    depth: usize,
    out: &mut Map<String, Value>,
) {
    if depth > DEPTH_MAX {
        return;
    }
    let mut properties = Map::new();
    let mut required = Vec::new();
    for child in children {
        let here = format!("{pointer}/{}", child.pointer_step());
        let schema = build_field_schema(child, &here, frame, depth);
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
fn is_required(field: &DraftField, siblings: &[DraftField], way: BodyDirection) -> bool {
    // An object with the details of a failure is absent from successful responses.
    let failing = field.claims.on_error.is_some() && field.value_type.holds_fields() && siblings.len() > 1;
    let conditional = field.claims.optional.is_some()
        || failing && field.need != FieldNeed::Yes
        || field.claims.mandatory_when.is_some()
        || field.claims.since.is_some()
        || field.claims.until.is_some();
    match way {
        BodyDirection::Request => {
            field.need == FieldNeed::Yes && field.claims.since.is_none() && field.claims.until.is_none()
        }
        BodyDirection::Response if field.from_example => field.need == FieldNeed::Yes && field.always_shown,
        BodyDirection::Response => {
            field.always_shown && !conditional && !matches!(field.need, FieldNeed::No | FieldNeed::When)
        }
    }
}

/// Collects the microversion bounds of all fields.
pub(in crate::derive) fn collect_microversion_bounds(
    fields: &[DraftField],
    pointer: &str,
    way: BodyDirection,
    out: &mut Vec<FieldVersions>,
) {
    if pointer.matches('/').count() > DEPTH_MAX {
        return;
    }
    for field in fields {
        let here = format!("{pointer}/{}", field.pointer_step());
        let claim = field.claims.since.as_ref().or(field.claims.until.as_ref());
        if let Some(it) = claim {
            out.push(FieldVersions {
                side: way.word().to_string(),
                pointer: here.clone(),
                since: field.claims.since.as_ref().map(|it| it.value.clone()),
                until: field.claims.until.as_ref().map(|it| it.value.clone()),
                at: make_source(&field.at.page, it.first, it.last),
            });
        }
        let step = format!("{here}{}", field.pointer_below());
        collect_microversion_bounds(&field.children, &step, way, out);
    }
}

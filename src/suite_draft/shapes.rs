//! What JSON Schemas of bodies say: properties, wrappers, lists, references.

use super::words::{WORDS, has_word, to_snake};
use crate::schema::catalog::SourceLines;
use serde_json::Value;

/// The steps from a body to a place in it.
pub(super) type BodyPath = Vec<String>;

/// The types that a schema permits, without `null`.
pub(super) fn list_types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(word) => vec![word.as_str()],
        Value::Array(words) => words.iter().filter_map(Value::as_str).filter(|word| *word != "null").collect(),
        _ => Vec::new(),
    }
}

/// Whether the schema permits null.
pub(super) fn permits_null(schema: &Value) -> bool {
    match &schema["type"] {
        Value::String(word) => word == "null",
        Value::Array(words) => words.iter().any(|word| word == "null"),
        _ => schema.get("enum").is_none_or(|members| members.as_array().is_some_and(|it| it.contains(&Value::Null))),
    }
}

/// The only type of a schema, apart from `null`.
pub(super) fn find_type(schema: &Value) -> Option<&str> {
    match list_types(schema)[..] {
        [word] => Some(word),
        _ => None,
    }
}

/// Whether values of the schema are texts, numbers or truth values.
pub(super) fn is_scalar(schema: &Value) -> bool {
    matches!(find_type(schema), Some("string" | "integer" | "number" | "boolean"))
}

/// Properties in the order of the schema.
pub(super) fn list_properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// The property of that name.
pub(super) fn find_property<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    schema["properties"].as_object()?.get(name)
}

/// Whether every object must have the property.
pub(super) fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|it| it == name))
}

/// The lines of a property.
pub(super) fn find_source(schema: &Value) -> Option<SourceLines> {
    schema["x-source"].as_str()?.parse().ok()
}

/// Texts of the enumeration; none without an enumeration of texts.
pub(super) fn list_enum_texts(schema: &Value) -> Vec<String> {
    let members = schema["enum"].as_array().map(Vec::as_slice).unwrap_or_default();
    members.iter().filter_map(Value::as_str).map(str::to_string).collect()
}

/// The schema at a path of properties.
pub(super) fn walk_path<'a>(schema: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(schema, |at, name| find_property(at, name))
}

/// The schema of the elements of a list.
pub(super) fn find_items(schema: &Value) -> Option<&Value> {
    (find_type(schema) == Some("array")).then(|| schema.get("items"))?
}

/// Whether a name looks like a reference to something else: `flavor_id`, `imageRef`.
pub(super) fn looks_like_reference(name: &str) -> bool {
    let word = to_snake(name);
    WORDS.reference_endings.iter().any(|ending| word.ends_with(ending.as_str()))
}

/// Whether a value anywhere below the schema looks like a reference.
pub(super) fn contains_reference(schema: &Value, depth: usize) -> bool {
    let below = |schema: &Value| depth > DEPTH_MAX || contains_reference(schema, depth + 1);
    let named = list_properties(schema)
        .any(|(name, inner)| looks_like_reference(name) || has_word(&WORDS.ids, name) || below(inner));
    named || find_items(schema).is_some_and(below)
}

/// Deepest level of a body that is searched.
const DEPTH_MAX: usize = 6;

/// Whether pages disagree about a property, or call it dead.
pub(super) fn is_doubtful(schema: &Value) -> bool {
    schema.get("x-dead").is_some() || schema.get("x-disputed").is_some() || schema.get("x-since").is_some()
}

/// The name of the property with the id of a resource of a kind, whose path parameter has a name.
pub(super) fn find_id_property(object: &Value, kind: &str, parameter: &str) -> Option<String> {
    let parameter = to_snake(parameter);
    let of_kind = [format!("{kind}_id"), format!("{kind}_uuid")];
    let fits = |name: &String, inner: &Value| {
        let word = to_snake(name);
        let rank = if word == parameter || format!("{kind}_{word}") == parameter {
            0
        } else if has_word(&WORDS.ids, name) {
            1
        } else if of_kind.contains(&word) {
            2
        } else {
            return None;
        };
        matches!(find_type(inner), Some("string" | "integer")).then_some(rank)
    };
    let ranked = list_properties(object).filter_map(|(name, inner)| Some((fits(name, inner)?, name)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name.clone())
}

/// The place of one resource in a response: the body itself or a property of it, with the name of the id.
pub(super) fn find_resource_place(schema: &Value, kind: &str, parameter: &str) -> Option<(BodyPath, String)> {
    let inside = list_properties(schema).filter_map(|(name, inner)| {
        let id = find_id_property(inner, kind, parameter)?;
        Some((to_snake(name) != kind, vec![name.clone()], id))
    });
    let wrapped: Vec<(bool, BodyPath, String)> = inside.collect();
    if let Some(id) = find_id_property(schema, kind, parameter) {
        return Some((Vec::new(), id));
    }
    let named = wrapped.iter().find(|(other, _, _)| !other);
    named.or_else(|| wrapped.first().filter(|_| wrapped.len() == 1)).map(|(_, path, id)| (path.clone(), id.clone()))
}

/// The place of a list of resources in a response, with the name of the id.
pub(super) fn find_list_place(schema: &Value, kind: &str, parameter: &str) -> Option<(BodyPath, String)> {
    let id_of = |list: &Value| find_items(list).and_then(|item| find_id_property(item, kind, parameter));
    if let Some(id) = id_of(schema) {
        return Some((Vec::new(), id));
    }
    let mut found: Vec<(bool, BodyPath, String)> = Vec::new();
    for (name, inner) in list_properties(schema) {
        let other = super::words::to_singular(&to_snake(name)) != kind;
        found.extend(id_of(inner).map(|id| (other, vec![name.clone()], id)));
        for (below, list) in list_properties(inner) {
            found.extend(id_of(list).map(|id| (true, vec![name.clone(), below.clone()], id)));
        }
    }
    found.into_iter().min_by_key(|(other, path, _)| (*other, path.len())).map(|(_, path, id)| (path, id))
}

/// An expression for a place below a root: `reply.server`, `body["os-extend"].size`.
pub(super) fn write_path(root: &str, path: &[String]) -> String {
    let mut out = root.to_string();
    for step in path {
        let plain = step.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && step.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !matches!(step.as_str(), "true" | "false" | "null" | "in");
        if plain {
            out.push('.');
            out.push_str(step);
        } else {
            out.push_str(&format!("[{}]", Value::from(step.as_str())));
        }
    }
    out
}

//! The type of the values that a JSON Schema accepts.

use serde_json::Value as Json;

use super::types::{Field, Type};
use super::value::Val;

/// Deepest schema; a deeper part has the type `Any`.
const DEPTH_MAX: usize = 32;

impl Type {
    /// Converts a JSON Schema by the keywords `type` (one or several), `properties`, `required`,
    /// `items`, `additionalProperties`, `enum`, `const`, `anyOf` and `oneOf`. A schema without
    /// these keywords gives `Any`.
    ///
    /// A record is open only if `additionalProperties` is a schema. JSON Schema allows unlisted
    /// properties by default, but an expression with an unlisted name is usually a typing error.
    pub fn from_schema(schema: &Json) -> Type {
        read(schema, 0)
    }
}

/// The type of a schema.
fn read(schema: &Json, depth: usize) -> Type {
    if depth > DEPTH_MAX {
        return Type::Any;
    }
    let Some(schema) = schema.as_object() else {
        return if schema == &Json::Bool(false) { Type::Never } else { Type::Any };
    };
    if let Some(value) = schema.get("const") {
        return Type::of_val(&Val::from(value));
    }
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        return Type::union(values.iter().map(|value| Type::of_val(&Val::from(value))));
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(choices) = schema.get(choice).and_then(Json::as_array) {
            return Type::union(choices.iter().map(|choice| read(choice, depth + 1)));
        }
    }
    match schema.get("type") {
        Some(Json::String(name)) => read_as(name, schema, depth),
        Some(Json::Array(names)) => {
            let names = names.iter().filter_map(Json::as_str);
            Type::union(names.map(|name| read_as(name, schema, depth)))
        }
        _ if schema.contains_key("properties") => read_as("object", schema, depth),
        _ if schema.contains_key("items") => read_as("array", schema, depth),
        _ => Type::Any,
    }
}

/// The type of a schema for one value of `type`.
fn read_as(name: &str, schema: &serde_json::Map<String, Json>, depth: usize) -> Type {
    match name {
        "null" => Type::Null,
        "boolean" => Type::Bool,
        "integer" => Type::Int,
        "number" => Type::Float,
        "string" => Type::Str,
        "array" => {
            let items = schema.get("items");
            Type::List(Box::new(items.map_or(Type::Any, |items| read(items, depth + 1))))
        }
        "object" => read_object(schema, depth),
        _ => Type::Any,
    }
}

fn read_object(schema: &serde_json::Map<String, Json>, depth: usize) -> Type {
    let rest = schema.get("additionalProperties");
    let properties = schema.get("properties").and_then(Json::as_object);
    let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
        return Type::Map(Box::new(rest.map_or(Type::Any, |rest| match rest {
            Json::Object(_) => read(rest, depth + 1),
            _ => Type::Any,
        })));
    };
    let required = schema.get("required").and_then(Json::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)));
    let field = |(name, schema): (&String, &Json)| {
        let ty = read(schema, depth + 1);
        let optional = !is_required(name);
        (name.clone(), Field { ty, optional })
    };
    Type::Record { fields: properties.iter().map(field).collect(), open: matches!(rest, Some(Json::Object(_))) }
}

//! The type of the values that a JSON Schema accepts.

use serde_json::Value as Json;

use super::types::{RecordField, ValueType};
use super::value::ExprValue;

/// Deepest schema; a deeper part has the type `Any`.
const DEPTH_MAX: usize = 32;

impl ValueType {
    /// Converts a JSON Schema by the keywords `type` (one or several), `properties`, `required`,
    /// `items`, `additionalProperties`, `enum`, `const`, `anyOf` and `oneOf`, and by the formats of
    /// times. A schema without these keywords gives `Any`.
    ///
    /// A record is open only if `additionalProperties` is a schema. JSON Schema allows unlisted
    /// properties by default, but an expression with an unlisted name is usually a typing error.
    pub fn from_schema(schema: &Json) -> ValueType {
        read_schema(schema, 0)
    }
}

/// The type of a schema.
fn read_schema(schema: &Json, depth: usize) -> ValueType {
    if depth > DEPTH_MAX {
        return ValueType::Any;
    }
    let Some(schema) = schema.as_object() else {
        return if schema == &Json::Bool(false) { ValueType::Never } else { ValueType::Any };
    };
    if let Some(value) = schema.get("const") {
        return ValueType::of_val(&ExprValue::from(value));
    }
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        return ValueType::union(values.iter().map(|value| ValueType::of_val(&ExprValue::from(value))));
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(choices) = schema.get(choice).and_then(Json::as_array) {
            return ValueType::union(choices.iter().map(|choice| read_schema(choice, depth + 1)));
        }
    }
    match schema.get("type") {
        Some(Json::String(name)) => read_schema_as(name, schema, depth),
        Some(Json::Array(names)) => {
            let names = names.iter().filter_map(Json::as_str);
            ValueType::union(names.map(|name| read_schema_as(name, schema, depth)))
        }
        _ if schema.contains_key("properties") => read_schema_as("object", schema, depth),
        _ if schema.contains_key("items") => read_schema_as("array", schema, depth),
        _ => ValueType::Any,
    }
}

/// The type of a schema for one value of `type`.
fn read_schema_as(name: &str, schema: &serde_json::Map<String, Json>, depth: usize) -> ValueType {
    match name {
        "null" => ValueType::Null,
        "boolean" => ValueType::Bool,
        "integer" => ValueType::Int,
        "number" => ValueType::Float,
        "string" if is_time(schema) => ValueType::Time,
        "string" => ValueType::Str,
        "array" => {
            let items = schema.get("items");
            ValueType::List(Box::new(items.map_or(ValueType::Any, |items| read_schema(items, depth + 1))))
        }
        "object" => read_object_schema(schema, depth),
        _ => ValueType::Any,
    }
}

/// Whether a schema of texts says that they write a time.
fn is_time(schema: &serde_json::Map<String, Json>) -> bool {
    let says = |keyword: &str, formats: &[&str]| {
        schema.get(keyword).and_then(Json::as_str).is_some_and(|format| formats.contains(&format))
    };
    says("format", &["date-time"]) || says("x-format", &["date-time", "local-date-time"])
}

fn read_object_schema(schema: &serde_json::Map<String, Json>, depth: usize) -> ValueType {
    let rest = schema.get("additionalProperties");
    let properties = schema.get("properties").and_then(Json::as_object);
    let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
        return ValueType::Map(Box::new(rest.map_or(ValueType::Any, |rest| match rest {
            Json::Object(_) => read_schema(rest, depth + 1),
            _ => ValueType::Any,
        })));
    };
    let required = schema.get("required").and_then(Json::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)));
    let field = |(name, schema): (&String, &Json)| {
        let ty = read_schema(schema, depth + 1);
        let optional = !is_required(name);
        (name.clone(), RecordField { ty, optional })
    };
    ValueType::Record { fields: properties.iter().map(field).collect(), open: matches!(rest, Some(Json::Object(_))) }
}

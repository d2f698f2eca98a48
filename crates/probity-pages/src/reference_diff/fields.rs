//! The fields of a schema with the keywords that promise something.

use probity_schema::catalog::SourceLines;
use serde_json::Value;
use std::collections::BTreeMap;

/// Keywords whose change changes a promise.
const KEYWORDS: [&str; 17] = [
    "type",
    "enum",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "pattern",
    "format",
    "default",
    "anyOf",
    "oneOf",
    "x-format",
    "x-dead",
    "x-since",
    "x-until",
    "x-mandatory-when",
    "contentEncoding",
];

/// Deepest schema that is compared. Deeper fields are not compared.
const DEPTH_MAX: usize = 60;

/// One field with its keywords, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SchemaField {
    pub keywords: BTreeMap<String, String>,
    pub at: Option<SourceLines>,
}

/// Returns the fields of a schema by pointer; `*` is an element of a list or any key.
pub(super) fn collect_fields(schema: &Value) -> BTreeMap<String, SchemaField> {
    let mut out = BTreeMap::new();
    collect(schema, "", false, 0, &mut out);
    out
}

fn collect(schema: &Value, pointer: &str, required: bool, depth: usize, out: &mut BTreeMap<String, SchemaField>) {
    if depth > DEPTH_MAX || !schema.is_object() {
        return;
    }
    let mut field = SchemaField {
        at: schema.get("x-source").and_then(Value::as_str).and_then(|it| it.parse().ok()),
        ..SchemaField::default()
    };
    for keyword in KEYWORDS {
        if let Some(value) = schema.get(keyword) {
            field.keywords.insert(keyword.to_string(), show_value(value));
        }
    }
    if required {
        field.keywords.insert("required".into(), "true".into());
    }
    out.insert(pointer.to_string(), field);
    let names: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, below) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let step = name.replace('~', "~0").replace('/', "~1");
        collect(below, &format!("{pointer}/{step}"), names.contains(&name.as_str()), depth + 1, out);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(below) = schema.get(key) {
            collect(below, &format!("{pointer}/*"), false, depth + 1, out);
        }
    }
}

/// A value on one line. The members of a list are sorted, because the order of values promises nothing.
fn show_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => {
            let mut shown: Vec<String> = all.iter().map(show_value).collect();
            shown.sort();
            shown.join(", ")
        }
        other => other.to_string(),
    }
}

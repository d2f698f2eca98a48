//! Tests on invented schemas.

mod bombs;
mod classes;
mod deviating;
mod drawing;
mod loading;
mod oracle;

use super::compiled_schema::CompiledSchema;
use serde_json::{Value, json};

/// A request schema with one field for each rule of the classes.
pub(super) fn kettle_schema() -> Value {
    json!({
        "type": "object",
        "x-source": "kettle:1-40",
        "required": ["kettle"],
        "properties": {"kettle": {
            "type": "object",
            "x-source": "kettle:10-40",
            "required": ["label", "litres", "mode"],
            "properties": {
                "label": {"type": "string", "minLength": 1, "maxLength": 24, "pattern": "^[a-zA-Z0-9_.-]*$",
                    "x-source": "kettle:12", "x-sources": {"maxLength": "kettle:13"}},
                "litres": {"type": "integer", "minimum": 1, "maximum": 12, "x-source": "kettle:14"},
                "mode": {"type": "string", "enum": ["SLOW", "FAST"], "x-source": "kettle:15"},
                "owner": {"type": "string", "format": "uuid"},
                "note": {"type": "string"},
                "recipe": {"type": "string", "format": "base64", "contentEncoding": "base64", "minLength": 1, "maxLength": 65534},
                "whistle": {"type": "boolean", "x-dead": true},
                "height": {"type": "integer", "minimum": 1, "maximum": 50, "x-disputed": ["maximum"]},
                "steam": {"type": "string", "maxLength": 8, "x-since": "2.4"},
                "coal": {"type": "string", "x-until": "2.3"},
                "tags": {"type": "object"},
                "cups": {"type": "array", "minItems": 1, "maxItems": 3, "items": {
                    "type": "object", "required": ["size"], "properties": {
                        "size": {"type": "integer", "minimum": 0}, "colour": {"type": "string", "maxLength": 5}}}},
            }
        }}
    })
}

pub(super) fn compile_test_schema(schema: Value) -> CompiledSchema {
    CompiledSchema::new(schema, "test.json").unwrap_or_else(|error| panic!("{error}"))
}

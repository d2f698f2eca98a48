//! The JSON Schema of suite files, which `suites/suite.schema.json` publishes for editors.

use super::grammar::{
    BASIS_WORDS, KeyPresence, MAPS, MapGrammar, NOTATION_WORDS, REPLY_WORDS, SUITE, ValueGrammar, WHILE_WORDS,
};
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of a suite file, generated from the grammar.
pub fn build_suite_schema() -> Value {
    let mut schema = build_map_schema(&SUITE);
    schema["title"] = json!(SUITE.name);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    let mut definitions = Map::new();
    for map in MAPS.iter().filter(|map| map.name != SUITE.name) {
        definitions.insert(map.name.to_string(), build_map_schema(map));
    }
    definitions.extend(build_other_definitions());
    schema["$defs"] = Value::Object(definitions);
    schema
}

fn build_map_schema(map: &MapGrammar) -> Value {
    let mut properties = Map::new();
    for key in map.keys {
        let value = build_value_schema(&key.value);
        let mut value = if key.presence == KeyPresence::Required { value } else { permit_null(value) };
        value["description"] = json!(key.description);
        properties.insert(key.key.to_string(), value);
    }
    let required: Vec<&str> =
        map.keys.iter().filter(|key| key.presence == KeyPresence::Required).map(|key| key.key).collect();
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema["description"] = json!(map.description);
    schema
}

fn build_value_schema(value: &ValueGrammar) -> Value {
    match value {
        ValueGrammar::Text | ValueGrammar::Expression => json!({ "type": "string" }),
        ValueGrammar::Boolean => json!({ "type": "boolean" }),
        ValueGrammar::Any => json!(true),
        ValueGrammar::List(items) => json!({ "type": "array", "items": build_value_schema(items) }),
        ValueGrammar::NamedValues(values) => {
            json!({ "type": "object", "additionalProperties": build_value_schema(values) })
        }
        ValueGrammar::RemovableValues(values) => {
            json!({ "type": "object", "additionalProperties": permit_null(build_value_schema(values)) })
        }
        ValueGrammar::Definition(name) => json!({ "$ref": format!("#/$defs/{name}") }),
    }
}

/// The schema with null permitted too.
fn permit_null(mut schema: Value) -> Value {
    match schema.get("type") {
        Some(name) => {
            schema["type"] = json!([name, "null"]);
            schema
        }
        None => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// The definitions that are not maps with fixed keys.
fn build_other_definitions() -> Map<String, Value> {
    let one_or_more = |item: Value| json!({ "anyOf": [item, { "type": "array", "items": item }] });
    let text = json!({ "type": "string" });
    let either = |short: &Value, name: &str| json!({ "anyOf": [short, { "$ref": format!("#/$defs/{name}") }] });
    let definitions = [
        ("OneOrMore", one_or_more(text.clone()), "One text, or a list of texts."),
        ("Field", either(&text, "CitedField"), "A path that begins at `it`, with or without citations."),
        (
            "View",
            either(&text, "DetailedView"),
            "Where a response shows a resource: an expression that reads `reply`, or a map with details.",
        ),
        ("About", either(&text, "DetailedAbout"), "A resource that a call refers to: the id, or a map with details."),
        ("Basis", build_words_schema(&BASIS_WORDS), "What a clause rests on."),
        ("While", build_words_schema(&WHILE_WORDS), "When a clause applies."),
        ("Notation", build_words_schema(&NOTATION_WORDS), "What the texts of a field write."),
        ("ReplyShape", build_words_schema(&REPLY_WORDS), "What the pages say about the response body."),
        (
            "Accept",
            either(&json!({ "const": "success" }), "Statuses"),
            "`success` for every success that the pages list for the operation, or the statuses that a cited line names.",
        ),
        (
            "Refuse",
            either(&json!({ "const": "client-error" }), "Statuses"),
            "`client-error` for every client error that the pages list for the operation, or the statuses that a cited \
             line names.",
        ),
        (
            "Statuses",
            one_or_more(json!({ "type": "integer", "minimum": 200, "maximum": 599 })),
            "One HTTP status, or a list of statuses.",
        ),
        (
            "Effect",
            json!({ "anyOf": [{ "type": ["number", "boolean", "null", "string"] }, { "type": "array", "items": text }] }),
            "The new value of a field, as an expression. For the state field: a stage, or a list of stages that ends with \
             the final state. A stage is a state, an expression that begins with `=`, `\"?\"` for a state without a \
             documented name, `\"*\"` for any state, or `gone` for a deleted resource. `\"*\"` alone: the pages leave the \
             value open.",
        ),
    ];
    let described = definitions.into_iter().map(|(name, mut schema, description)| {
        schema["description"] = json!(description);
        (name.to_string(), schema)
    });
    described.collect()
}

fn build_words_schema(words: &[(&str, &str)]) -> Value {
    let one =
        |(word, description): &(&str, &str)| json!({ "type": "string", "const": word, "description": description });
    json!({ "oneOf": words.iter().map(one).collect::<Vec<_>>() })
}

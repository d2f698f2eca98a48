//! Text in, text out.

mod evaluating;
mod grammar;
mod notations;
mod parsing;
mod properties;
mod typing;

use serde_json::{Value as Json, json};

use super::{Expr, ExprValue, TextNotation};

/// The documents of the tests: a boat in a harbour, partly unknown.
fn harbour_scope(name: &str) -> Option<ExprValue> {
    Some(match name {
        "boat" => insert_unknown(json!({
            "name": "Alma", "state": "MOORED", "length": 9, "draught": 1.5,
            "crew": ["ann", "bob"], "berth": null, "log:book": "kept",
            "flags": {"blue": true, "red": false},
            "cargo": "?", "stops": ["?", "north"], "part": {"seen": 1, "hidden": "?"},
        })),
        "body" => ExprValue::from(&json!({"moor": {"berth": "b7", "nights": 3}})),
        "harbour" => ExprValue::from(&json!({"berths": ["b1", "b7"], "full": false})),
        "log" => {
            let text = |text: &str, notation| ExprValue::from(text).read_notation(notation);
            let entries = [
                ("sailed", text("2026-01-01T00:00:00Z", TextNotation::Time)),
                ("seen", text("2026-01-01T01:00:00.000+01:00", TextNotation::Time)),
                ("local", text("2026-01-01T00:00:00", TextNotation::Time)),
                ("day", text("2026-01-01", TextNotation::Time)),
                ("port", text("NorthHaven", TextNotation::Caseless)),
                ("note", ExprValue::from("2026-01-01T00:00:00Z")),
                ("tons", ExprValue::from(&json!(18_446_744_073_709_551_615_u64))),
            ];
            entries.into_iter().map(|(name, val)| (std::sync::Arc::from(name), val)).collect()
        }
        "any" => ExprValue::Unknown,
        _ => return None,
    })
}

/// A value from JSON in which the text `?` stands for unknown.
fn insert_unknown(json: Json) -> ExprValue {
    match json {
        Json::String(text) if text == "?" => ExprValue::Unknown,
        Json::Array(items) => items.into_iter().map(insert_unknown).collect(),
        Json::Object(entries) => {
            entries.into_iter().map(|(key, val)| (key.as_str().into(), insert_unknown(val))).collect()
        }
        other => ExprValue::from(&other),
    }
}

/// The value of an expression, or the offset and the text of the error.
fn describe_outcome(text: &str) -> String {
    match Expr::parse(text) {
        Err(error) => format!("parse {}: {}", error.offset, error.message),
        Ok(expr) => match expr.eval(&harbour_scope) {
            Ok(val) => val.to_string(),
            Err(error) => format!("error {}: {}", error.offset, error.message),
        },
    }
}

/// Checks lines of `expression => outcome`.
fn check(table: &str) {
    let rows: Vec<&str> = table.lines().map(str::trim).filter(|row| !row.is_empty()).collect();
    assert!(!rows.is_empty(), "the table has rows");
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|row| {
            let (text, wanted) = row.split_once(" => ").expect("a row has an arrow");
            let found = describe_outcome(text.trim());
            (found != wanted.trim()).then(|| format!("{} => {found}", text.trim()))
        })
        .collect();
    assert!(wrong.is_empty(), "found instead:\n{}", wrong.join("\n"));
}

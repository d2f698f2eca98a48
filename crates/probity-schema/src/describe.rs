//! Short descriptions of values, without secrets.

use serde_json::Value;

/// The members of an enumeration, at most 12, each cut at 40 characters.
pub(super) fn describe_members(members: &[Value]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = members.iter().take(SHOWN).map(shorten_value).collect();
    let more = if members.len() > SHOWN { ", …" } else { "" };
    format!("one of {}{more}", shown.join(", "))
}

/// Describes a value without possible secrets. A text is shown only if the page lists the values or
/// names the format, and cut at 40 characters.
pub(super) fn describe_value(value: &Value, keyword: &str) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(bool) => bool.to_string(),
        Value::Number(number) => shorten_value(&Value::Number(number.clone())),
        Value::String(_) if matches!(keyword, "enum" | "format") => shorten_value(value),
        Value::String(text) => format!("string of {} characters", text.chars().count()),
        Value::Array(items) => format!("array of {}", items.len()),
        Value::Object(entries) => format!("object of {}", entries.len()),
    }
}

fn shorten_value(value: &Value) -> String {
    const LENGTH_MAX: usize = 40;
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

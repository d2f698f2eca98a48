//! Reads request bodies. Each function reads one field, or refuses the request with a message.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::refusal::Refusal;

type Fields = Map<String, Value>;

/// A mandatory object.
pub(super) fn read_object<'a>(fields: &'a Fields, name: &str) -> Result<&'a Fields, Refusal> {
    match fields.get(name) {
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(Refusal::bad_request(format!("{name} must be an object."))),
        None => Err(Refusal::bad_request(format!("{name} is missing."))),
    }
}

/// An optional text within `length` characters. Null counts as absent.
pub(super) fn read_text(fields: &Fields, name: &str, length: RangeInclusive<usize>) -> Result<Option<String>, Refusal> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if length.contains(&text.chars().count()) => Ok(Some(text.clone())),
        Some(Value::String(_)) => Err(Refusal::bad_request(format!("{name} is too short or too long."))),
        Some(_) => Err(Refusal::bad_request(format!("{name} must be a string."))),
    }
}

/// A mandatory text.
pub(super) fn read_required_text(
    fields: &Fields,
    name: &str,
    length: RangeInclusive<usize>,
) -> Result<String, Refusal> {
    read_text(fields, name, length)?.ok_or_else(|| Refusal::bad_request(format!("{name} is missing.")))
}

/// A mandatory reference by id or by URI (001:51, 003:121). The last segment of either form is the id.
pub(super) fn read_reference(fields: &Fields, name: &str) -> Result<String, Refusal> {
    let whole = read_required_text(fields, name, 1..=2048)?;
    Ok(whole.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_string())
}

/// An optional truth value; written `"true"` in some examples (creating-an-ecs(openstack).md:877).
pub(super) fn read_bool(fields: &Fields, name: &str) -> Result<Option<bool>, Refusal> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(Refusal::bad_request(format!("{name} must be true or false."))),
    }
}

/// An optional whole number; `lenient` permits digits in quotes (creating-an-ecs(openstack).md:883).
pub(super) fn read_number(fields: &Fields, name: &str, lenient: bool) -> Result<Option<i64>, Refusal> {
    let wrong = || Refusal::bad_request(format!("{name} must be a whole number."));
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => number.as_i64().map(Some).ok_or_else(wrong),
        Some(Value::String(digits)) if lenient => digits.parse().map(Some).map_err(|_| wrong()),
        Some(_) => Err(wrong()),
    }
}

/// An optional map of short texts (creating-an-ecs(openstack).md:166).
pub(super) fn read_metadata(fields: &Fields, name: &str) -> Result<Option<BTreeMap<String, String>>, Refusal> {
    let map = match fields.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(map)) => map,
        Some(_) => return Err(Refusal::bad_request(format!("{name} must be an object."))),
    };
    let mut entries = BTreeMap::new();
    for (key, value) in map {
        match value {
            Value::String(text) if (1..=255).contains(&key.chars().count()) && text.chars().count() <= 255 => {
                entries.insert(key.clone(), text.clone());
            }
            _ => {
                return Err(Refusal::bad_request(format!("{name} may hold texts of up to 255 characters only.")));
            }
        }
    }
    Ok(Some(entries))
}

/// A mandatory list with a number of entries within `length`.
pub(super) fn read_list<'a>(
    fields: &'a Fields,
    name: &str,
    length: RangeInclusive<usize>,
) -> Result<&'a Vec<Value>, Refusal> {
    match fields.get(name) {
        Some(Value::Array(list)) if length.contains(&list.len()) => Ok(list),
        Some(Value::Array(_)) => Err(Refusal::bad_request(format!("{name} has too few or too many entries."))),
        Some(_) => Err(Refusal::bad_request(format!("{name} must be a list."))),
        None => Err(Refusal::bad_request(format!("{name} is missing."))),
    }
}

/// `servers: [{"id": ..}]` of the batch requests of v1 (deleting-ecss.md:59).
pub(super) fn read_ids(fields: &Fields) -> Result<Vec<String>, Refusal> {
    let list = read_list(fields, "servers", 1..=1000)?;
    list.iter()
        .map(|entry| match entry {
            Value::Object(entry) => read_required_text(entry, "id", 1..=255),
            _ => Err(Refusal::bad_request("servers must hold objects.")),
        })
        .collect()
}

/// `SOFT` or `HARD` of stop and restart (stopping-an-ecs.md:92, restarting-an-ecs.md:92).
pub(super) fn read_hardness(fields: &Fields, default: Option<&str>) -> Result<bool, Refusal> {
    match read_text(fields, "type", 1..=16)?.as_deref().or(default) {
        Some("SOFT") => Ok(false),
        Some("HARD") => Ok(true),
        Some(_) => Err(Refusal::bad_request("type must be SOFT or HARD.")),
        None => Err(Refusal::bad_request("type is missing.")),
    }
}

/// Refuses fields outside of `known`, if the server is strict.
pub(super) fn refuse_unknown_fields(fields: &Fields, known: &[&str], strict: bool) -> Result<(), Refusal> {
    match fields.keys().find(|key| strict && !known.contains(&key.as_str())) {
        Some(key) => Err(Refusal::bad_request(format!("{key} was unexpected."))),
        None => Ok(()),
    }
}

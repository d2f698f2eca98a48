//! Where a body shows a field of a resource.

use super::compile::Model;
use super::resource_state::ResourceId;
use serde_json::Value;

/// The JSON pointer of a resource's field in a body, beside the id of the resource, and the value there; `null` where the body
/// has no value. `None` if the body does not show the resource, or the suite reads the field from no single place.
#[must_use]
pub fn find_field_place(model: &Model, body: &Value, resource: &ResourceId, field: &str) -> Option<(String, Value)> {
    let field = model.resource_kind(resource).fields.iter().find(|known| known.name == field)?;
    let pointer = format!("{}{}", find_entry_place(model, body, resource)?, field.at.as_path()?.to_pointer());
    let value = body.pointer(&pointer).cloned().unwrap_or(Value::Null);
    Some((pointer, value))
}

/// The JSON pointer of the object that shows a resource; `None` if the body does not show the resource.
#[must_use]
pub fn find_entry_place(model: &Model, body: &Value, resource: &ResourceId) -> Option<String> {
    let id = model.resource_kind(resource).id.as_path()?.to_pointer();
    find_entry(body, &id, &resource.id, String::new())
}

fn find_entry(value: &Value, id_pointer: &str, id: &str, place: String) -> Option<String> {
    let is_id = |known: &Value| match known {
        Value::String(text) => text == id,
        other => {
            let shown = other.to_string();
            shown == id
        }
    };
    if value.pointer(id_pointer).is_some_and(is_id) {
        return Some(place);
    }
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find_entry(item, id_pointer, id, format!("{place}/{index}"))),
        Value::Object(entries) => entries.iter().find_map(|(name, entry)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            find_entry(entry, id_pointer, id, format!("{place}/{name}"))
        }),
        _ => None,
    }
}

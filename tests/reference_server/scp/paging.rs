//! The common part of both lists: filters by name, order, pages and a count.

use serde_json::{Value, json};

use super::super::messages::{ApiRequest, ApiResponse, Outcome};
use super::super::refusal::Refusal;

/// One entry with its sort keys.
pub struct ListRow {
    pub id: String,
    pub name: String,
    pub number: u64,
    pub size: i64,
    pub state: &'static str,
    pub shown: Value,
}

/// Responds with a page of `rows` in the field `field`: newest first unless sorted, and with a count on request
/// (virtualserver.openapi.yaml:6260).
pub fn page(request: &ApiRequest, field: &str, mut rows: Vec<ListRow>) -> Outcome {
    if let Some(name) = request.query("name") {
        rows.retain(|row| row.name == name);
    }
    sort(&mut rows, request.query("sort").unwrap_or("created_at:desc"))?;
    let count = rows.len();
    if let Some(marker) = request.query("marker") {
        let place = rows.iter().position(|row| row.id == marker);
        rows.drain(..place.ok_or_else(|| Refusal::bad_request("The marker is unknown."))? + 1);
    }
    let number = |name: &str, default: usize| match request.query(name).map(str::parse::<usize>) {
        None => Ok(default),
        Some(Ok(number)) => Ok(number),
        Some(Err(_)) => Err(Refusal::bad_request(format!("{name} must be a number."))),
    };
    let (limit, offset) = (number("limit", 1000)?, number("offset", 0)?);
    if limit > 1000 {
        return Err(Refusal::bad_request("limit is at most 1000."));
    }
    let shown: Vec<Value> = rows.into_iter().skip(offset).take(limit).map(|row| row.shown).collect();
    let mut body = json!({});
    body[field] = json!(shown);
    body["count"] = match request.query("with_count").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        true => json!(count),
        false => Value::Null,
    };
    Ok(ApiResponse::json(200, body))
}

/// `<key>[:<direction>]`, separated by commas; the first key is the primary key.
fn sort(rows: &mut [ListRow], order: &str) -> Result<(), Refusal> {
    for part in order.split(',').rev() {
        let (key, direction) = part.split_once(':').unwrap_or((part, "asc"));
        match key.trim() {
            "created_at" | "id" | "modified_at" | "updated_at" => rows.sort_by_key(|row| row.number),
            "name" => rows.sort_by(|a, b| a.name.cmp(&b.name)),
            "size" => rows.sort_by_key(|row| row.size),
            "state" | "status" => rows.sort_by_key(|row| row.state),
            other => return Err(Refusal::bad_request(format!("{other} is no sort key."))),
        }
        match direction.trim() {
            "asc" => {}
            "desc" => rows.reverse(),
            other => return Err(Refusal::bad_request(format!("{other} is no direction."))),
        }
    }
    Ok(())
}

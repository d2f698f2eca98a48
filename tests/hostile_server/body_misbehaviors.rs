//! Replies in order as HTTP, with bodies that are not.

use super::misbehavior::{Misbehavior, WireStep};
use super::response::RawResponse;
use serde_json::{Value, json};

/// JSON so many arrays deep.
pub fn deep_json(depth: usize) -> Misbehavior {
    Misbehavior::new("deep JSON", move |exchange| {
        exchange.reply.clone().with_body("[".repeat(depth) + &"]".repeat(depth)).to_steps()
    })
}

/// The body `null`, with the honest status.
pub fn null_body() -> Misbehavior {
    body_text("null body", "null")
}

/// The honest status with another body.
pub fn body_text(name: &'static str, body: impl Into<Vec<u8>>) -> Misbehavior {
    let body = body.into();
    Misbehavior::new(name, move |exchange| {
        RawResponse::value(exchange.reply.status, &Value::Null).with_body(body).to_steps()
    })
}

/// Bodies that are no JSON objects of an API.
pub const STRANGE_BODIES: &[&str] = &[
    "null",
    "true",
    "[]",
    "\"text\"",
    "0",
    "{}",
    "",
    " ",
    "{\"id\":1e400}",
    "{\"id\":NaN}",
    "{\"id\":-0}",
    "{\"id\":123456789012345678901234567890}",
    "{\"id\":\"\\ud800\"}",
    "{\"id\":\"a\",\"id\":\"b\"}",
    "{\"id\":\"a\"}{\"id\":\"b\"}",
    "\u{feff}{\"id\":\"a\"}",
    "{\"id\":\"a\"",
    "<html>",
];

/// The honest reply with this value in place of each `id`.
pub fn with_id(id: impl Into<Value>) -> Misbehavior {
    let id = id.into();
    Misbehavior::new("strange id", move |exchange| {
        let mut body = exchange.reply.read_json();
        replace_ids(&mut body, Some(&id));
        exchange.reply.clone().with_body(body.to_string()).to_steps()
    })
}

/// The honest reply without any `id`.
pub fn without_id() -> Misbehavior {
    Misbehavior::new("without an id", |exchange| {
        let mut body = exchange.reply.read_json();
        replace_ids(&mut body, None);
        exchange.reply.clone().with_body(body.to_string()).to_steps()
    })
}

fn replace_ids(body: &mut Value, id: Option<&Value>) {
    match body {
        Value::Object(fields) => {
            if let Some(place) = fields.get_mut("id") {
                match id {
                    Some(id) => *place = id.clone(),
                    None => drop(fields.shift_remove("id")),
                }
            }
            fields.values_mut().for_each(|value| replace_ids(value, id));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| replace_ids(value, id)),
        _ => {}
    }
}

/// Ids that cannot be sent, cannot be printed, or are no ids.
pub fn strange_ids() -> Vec<Value> {
    let texts = [
        ".",
        "..",
        "",
        "/",
        "../../v1/lamps",
        "a/b",
        "a?b=c",
        "a#b",
        "%2e%2e",
        "%00",
        "\0",
        "\n",
        "a\r\nx-injected: yes",
        "\u{1b}[2J\u{1b}[31mred\u{7}",
        "\u{1b}]0;title\u{7}",
        "\u{9b}2J",
        "\u{202e}abc",
        "\u{feff}",
        "é",
        "🦀",
        " ",
    ];
    let mut ids: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
    ids.push(json!("x".repeat(1_000_000)));
    ids.extend([json!(null), json!(0), json!(-1), json!(1.5), json!(true), json!([]), json!({}), json!(["a"])]);
    ids
}

/// A header that an honest reply does not have.
pub fn with_header(name: &'static str, value: impl ToString) -> Misbehavior {
    let value = value.to_string();
    Misbehavior::new("strange header", move |exchange| exchange.reply.clone().with_header(name, &value).to_steps())
}

/// The working server's response to another request.
pub fn other_reply() -> Misbehavior {
    Misbehavior::new("reply to another request", |exchange| exchange.foreign.to_steps())
}

/// A body of so many bytes that parses to many more in memory: an array of small objects.
pub fn large_json(bytes: usize) -> Misbehavior {
    Misbehavior::new("large JSON", move |exchange| {
        let mut body = b"[".to_vec();
        while body.len() + 8 < bytes {
            body.extend(b"{\"a\":0},");
        }
        body.extend(b"{}]");
        exchange.reply.clone().with_body(body).to_steps()
    })
}

/// The honest body with the type `text/html`.
pub fn as_html() -> Misbehavior {
    Misbehavior::new("JSON as HTML", |exchange| {
        RawResponse::new(exchange.reply.status, &[("content-type", "text/html")], &exchange.reply.body).to_steps()
    })
}

/// A body that no client asked for, in the reply to any request.
pub fn unasked_body(text: &'static str) -> Misbehavior {
    Misbehavior::new("unasked body", move |exchange| {
        let status = exchange.reply.status;
        let head = format!("HTTP/1.1 {status} Reply\r\ncontent-length: {}\r\n\r\n{text}", text.len());
        vec![WireStep::Send(head.into_bytes())]
    })
}

//! Parsing of response bodies.

use crate::history::ReplyBody;
use serde_json::Value;

/// Deepest nesting of a body. A history file with deeper bodies could not be read again.
const REPLY_DEPTH_MAX: usize = 100;

const BEGINS_CHARS_MAX: usize = 400;

/// Parses a body by its content type. Without a content type, a body in valid JSON is JSON.
pub(crate) fn read_body(content_type: Option<&str>, bytes: &[u8]) -> ReplyBody {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return ReplyBody::Empty;
    }
    let text = |because: String| ReplyBody::Text { begins: decode_beginning(bytes), because };
    let (media, charset) = parse_content_type(content_type.unwrap_or_default());
    if content_type.is_some() && media != "application/json" && !media.ends_with("+json") {
        return text(format!("the content type is `{media}`"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let decoded = match std::str::from_utf8(bytes) {
        Ok(decoded) => decoded.to_string(),
        // RFC 8259 demands UTF-8; a body with another declared charset is decoded nevertheless.
        Err(_) if matches!(charset.as_str(), "iso-8859-1" | "latin1" | "latin-1" | "us-ascii") => {
            bytes.iter().map(|&byte| char::from(byte)).collect()
        }
        Err(error) => return text(format!("the body is not UTF-8 at byte {}", error.valid_up_to())),
    };
    match serde_json::from_str::<Value>(&decoded) {
        Ok(value) if compute_depth(&value) > REPLY_DEPTH_MAX => {
            text(format!("the body is nested deeper than {REPLY_DEPTH_MAX} levels"))
        }
        Ok(value) => ReplyBody::Json(value),
        Err(error) => text(format!("the body is not JSON: {error}")),
    }
}

/// Splits `Application/JSON; Charset="UTF-8"` into `application/json` and `utf-8`.
fn parse_content_type(text: &str) -> (String, String) {
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let media = parts.next().unwrap_or_default();
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(|name| name.trim_matches('"').to_string()));
    (media, charset.unwrap_or_default())
}

/// Whether a text is a web page.
#[cfg(feature = "http")]
pub(crate) fn is_html(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(15).collect::<String>().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html") || text.to_ascii_lowercase().contains("<body")
}

pub(crate) fn decode_beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(4 * BEGINS_CHARS_MAX)]).chars().take(BEGINS_CHARS_MAX).collect()
}

fn compute_depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(compute_depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(compute_depth).max().unwrap_or(0),
        _ => 0,
    }
}

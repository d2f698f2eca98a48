//! Parsing of response bodies.

use crate::history::{BoundedJsonError, ReplyBody, parse_bounded_json};

const BEGINS_CHARS_MAX: usize = 400;

/// Parses a body by its content type. Without a content type, a body in valid JSON is JSON.
pub(crate) fn read_body(content_type: Option<&str>, bytes: &[u8]) -> ReplyBody {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return ReplyBody::Empty;
    }
    let text = |because: String| ReplyBody::Text { begins: decode_beginning(bytes), because };
    if let Some(media) = find_foreign_type(content_type) {
        return text(format!("the content type is `{media}`"));
    }
    let (_, charset) = parse_content_type(content_type.unwrap_or_default());
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let decoded = match std::str::from_utf8(bytes) {
        Ok(decoded) => decoded.to_string(),
        // RFC 8259 demands UTF-8; a body with another declared charset is decoded nevertheless.
        Err(_) if matches!(charset.as_str(), "iso-8859-1" | "latin1" | "latin-1" | "us-ascii") => {
            bytes.iter().map(|&byte| char::from(byte)).collect()
        }
        Err(error) => return text(format!("the body is not UTF-8 at byte {}", error.valid_up_to())),
    };
    match parse_bounded_json(&decoded) {
        Ok(value) => ReplyBody::Json(value),
        Err(error @ BoundedJsonError::Malformed(_)) => text(error.to_string()),
        // No page bounds the number of values or their depth.
        Err(error) => ReplyBody::TooLarge { begins: decode_beginning(decoded.as_bytes()), because: error.to_string() },
    }
}

/// A body whose `beginning` is longer than `bytes_max` bytes. A body of another type than JSON is text of any length.
pub(crate) fn read_oversized_body(content_type: Option<&str>, beginning: &[u8], bytes_max: usize) -> ReplyBody {
    let begins = decode_beginning(beginning);
    match find_foreign_type(content_type) {
        Some(media) => ReplyBody::Text { begins, because: format!("the content type is `{media}`") },
        None => ReplyBody::TooLarge { begins, because: format!("the body is longer than {bytes_max} bytes") },
    }
}

/// The media type, if the content type says that the body is not JSON.
fn find_foreign_type(content_type: Option<&str>) -> Option<String> {
    let (media, _) = parse_content_type(content_type?);
    (media != "application/json" && !media.ends_with("+json")).then_some(media)
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

fn decode_beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(4 * BEGINS_CHARS_MAX)]).chars().take(BEGINS_CHARS_MAX).collect()
}

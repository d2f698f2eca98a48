//! The body of a recorded request.

use super::har_file::HarRequest;
use crate::history::parse_bounded_json;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// What a recording says about the body of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RecordedBody {
    /// The request had no body.
    Absent,
    /// The request had this body.
    Json(Value),
    /// The request had a body, and the recording does not say which, or the body is not JSON.
    Unknown,
}

/// Reads the body of a request.
pub(super) fn read_request_body(request: &HarRequest) -> RecordedBody {
    let announced = request.headers.iter().find(|field| field.name.eq_ignore_ascii_case("content-length"));
    let announced = announced.and_then(|field| field.value.as_deref()?.trim().parse::<f64>().ok());
    let has_size = request.body_size.is_some_and(|size| size > 0.0) || announced.is_some_and(|size| size > 0.0);
    let Some(data) = &request.post_data else {
        return if has_size { RecordedBody::Unknown } else { RecordedBody::Absent };
    };
    let text = data.text.as_deref().unwrap_or_default();
    if text.trim().is_empty() {
        let is_known = !has_size && data.params.is_empty();
        return if is_known { RecordedBody::Absent } else { RecordedBody::Unknown };
    }
    let decoded = match data.encoding.as_deref() {
        Some(encoding) if encoding.eq_ignore_ascii_case("base64") => STANDARD.decode(text.trim()).ok(),
        _ => Some(text.as_bytes().to_vec()),
    };
    let is_json = data.mime_type.as_deref().is_none_or(|mime| mime.is_empty() || mime.contains("json"));
    let text = decoded.filter(|_| is_json).and_then(|bytes| String::from_utf8(bytes).ok());
    match text.and_then(|text| parse_bounded_json(&text).ok()) {
        Some(body) => RecordedBody::Json(body),
        None => RecordedBody::Unknown,
    }
}

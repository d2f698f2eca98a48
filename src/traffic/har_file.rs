//! HAR files: the parts of HAR 1.2 that judging needs. What a recorder adds is ignored.
//!
//! The format is that of J. Odvarko, "HAR 1.2 Spec" (2012).

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Longest HAR file in bytes, uncompressed.
pub const HAR_BYTES_MAX: u64 = 128 << 20;
/// Most entries of a file.
const ENTRIES_MAX: usize = 100_000;

/// Why a HAR file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause}; {remedy}")]
pub struct HarError {
    /// The place in the file, such as `log.entries[17].request.url`.
    pub place: String,
    /// The defect.
    pub cause: String,
    /// How to repair the defect.
    pub remedy: &'static str,
}

pub(super) const EXPORT: &str = "export the traffic again as HAR 1.2, with content";

#[derive(Deserialize)]
#[serde(expecting = "an object with `log`")]
struct HarFile {
    log: HarLog,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `entries`")]
struct HarLog {
    #[serde(deserialize_with = "read_entries")]
    entries: Vec<HarEntry>,
}

/// One call with its response.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HarEntry {
    /// When the call was sent, RFC 3339.
    pub started_date_time: String,
    /// Milliseconds until the response was read; negative or absent where the recorder does not know.
    pub time: Option<f64>,
    pub request: HarRequest,
    pub response: HarResponse,
    /// Set by browsers if the response came from a cache and not from the endpoint.
    #[serde(rename = "_fromCache")]
    pub from_cache: Option<serde_json::Value>,
    /// Set by browsers if a script of the page answered, and not the endpoint.
    #[serde(rename = "_fetchedViaServiceWorker")]
    pub from_service_worker: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HarRequest {
    pub method: String,
    pub url: String,
    #[serde(default)]
    pub headers: Vec<HarField>,
    pub post_data: Option<HarPostData>,
    /// Bytes; negative where unknown.
    pub body_size: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HarPostData {
    pub mime_type: Option<String>,
    pub text: Option<String>,
    /// `base64`, as some recorders write for a body that is not text.
    pub encoding: Option<String>,
    /// Fields of a form.
    #[serde(default)]
    pub params: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HarResponse {
    /// 0 for a lost response.
    pub status: i64,
    #[serde(default)]
    pub headers: Vec<HarField>,
    pub content: Option<HarContent>,
    /// Bytes on the wire; negative where unknown.
    pub body_size: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HarContent {
    /// Bytes after decompression; negative where unknown.
    pub size: Option<f64>,
    pub text: Option<String>,
    pub encoding: Option<String>,
}

/// A header.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct HarField {
    pub name: String,
    pub value: Option<String>,
}

/// Whether a text begins as a HAR file does: an object whose first name is `log`.
#[must_use]
pub fn is_har(beginning: &[u8]) -> bool {
    let mut rest = beginning.strip_prefix(BYTE_ORDER_MARK).unwrap_or(beginning).trim_ascii_start();
    for expected in ["{", "\"log\"", ":"] {
        match rest.strip_prefix(expected.as_bytes()) {
            Some(after) => rest = after.trim_ascii_start(),
            None => return false,
        }
    }
    true
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the entries of a file.
///
/// # Errors
/// If the file is no HAR file, or an entry lacks a field that judging needs. The error has the place of the field.
pub(super) fn read_har(bytes: &[u8]) -> Result<Vec<HarEntry>, HarError> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut input = serde_json::Deserializer::from_slice(bytes);
    let file: HarFile = serde_path_to_error::deserialize(&mut input).map_err(|error| {
        let place = error.path().to_string();
        describe_error(&place, error.inner())
    })?;
    input.end().map_err(|error| describe_error(".", &error))?;
    Ok(file.log.entries)
}

fn describe_error(place: &str, error: &serde_json::Error) -> HarError {
    let text = error.to_string();
    let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')).map(|(name, _)| name);
    let place = match (place, missing) {
        (".", Some(name)) => name.to_string(),
        (place, Some(name)) => format!("{place}.{name}"),
        (".", None) => format!("line {} column {}", error.line(), error.column()),
        (place, None) => place.to_string(),
    };
    let cause = match missing {
        Some(_) => format!("the field is missing (line {} column {})", error.line(), error.column()),
        None => format!("the file is not HAR: {text}"),
    };
    HarError { place, cause, remedy: EXPORT }
}

fn read_entries<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<HarEntry>, D::Error> {
    struct Entries;

    impl<'de> Visitor<'de> for Entries {
        type Value = Vec<HarEntry>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of entries")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<HarEntry>, A::Error> {
            let mut entries = Vec::new();
            while let Some(entry) = list.next_element()? {
                if entries.len() == ENTRIES_MAX {
                    return Err(A::Error::custom(format!("more than {ENTRIES_MAX} entries; split the file")));
                }
                entries.push(entry);
            }
            Ok(entries)
        }
    }

    input.deserialize_seq(Entries)
}

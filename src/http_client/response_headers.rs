//! The recorded headers of a response.

use crate::endpoint::is_recorded_header;
use http::header::{DATE, HeaderMap};
use std::collections::BTreeMap;

/// The recorded headers of a response. `request_ids` has names of headers, in lower case, that tell the id of a request
/// in addition to the usual names.
pub(super) fn record_headers(headers: &HeaderMap, request_ids: &[String]) -> BTreeMap<String, String> {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        // `HeaderName` is in lower case.
        let name = name.as_str();
        if !is_recorded_header(name) && !request_ids.iter().any(|known| known == name) {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        kept.entry(name.to_string()).and_modify(|all| *all = format!("{all}, {value}")).or_insert(value);
    }
    // An absolute time in Retry-After is useful only together with the endpoint's clock.
    if kept.contains_key("retry-after")
        && let Some(date) = headers.get(DATE)
    {
        kept.insert("date".to_string(), String::from_utf8_lossy(date.as_bytes()).into_owned());
    }
    kept
}

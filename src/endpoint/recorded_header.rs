//! The choice of response headers that records keep.

use crate::history::is_request_id_header;

/// Names of recorded response headers, in addition to headers with an API version or an id of the
/// request.
const KEPT_HEADERS: &[&str] = &["allow", "content-type", "deprecation", "location", "retry-after", "sunset"];

/// Ending of a version header's name, after the prefix of the vendor.
const KEPT_ENDING: &str = "api-version";

/// Whether the records have a response header of this name, in lower case.
pub(crate) fn is_recorded_header(name: &str) -> bool {
    is_request_id_header(name) || KEPT_HEADERS.contains(&name) || name.ends_with(KEPT_ENDING)
}

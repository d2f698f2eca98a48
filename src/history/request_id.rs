//! The headers in which an endpoint tells the id that it gave to a request.

/// Whether a response header tells the id of the request, by its usual names: `X-Request-Id`, the names of vendors
/// that end in the same way, and `traceparent` (W3C Trace Context).
#[must_use]
pub fn is_request_id_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "traceparent" || name.ends_with("request-id") || name.ends_with("requestid")
}

#[cfg(test)]
mod tests {
    use super::is_request_id_header;

    #[test]
    fn usual_names_are_known_in_any_spelling() {
        for name in ["X-Request-Id", "x-example-request-id", "X-Example-RequestId", "traceparent", "request-id"] {
            assert!(is_request_id_header(name), "{name}");
        }
        for name in ["content-type", "x-request-identity", "tracestate", "x-request-id-count"] {
            assert!(!is_request_id_header(name), "{name}");
        }
    }
}

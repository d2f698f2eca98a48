//! The address of a request.

use crate::endpoint::{Request, percent_encode};

/// The whole address of a request below `base`.
pub(super) fn compose_url(base: &str, request: &Request) -> String {
    let mut url = format!("{base}{}", request.path);
    for (at, (name, value)) in request.query.iter().enumerate() {
        let mark = if at == 0 { '?' } else { '&' };
        url.push_str(&format!("{mark}{}={}", encode_query(name), encode_query(value)));
    }
    url
}

/// Encodes a query value. Characters that RFC 3986, section 3.4, permits in a query stay readable; so a server that
/// signs the address after its own escaping computes the signature of the client.
fn encode_query(text: &str) -> String {
    ["%3A:", "%2F/", "%40@", "%2C,"]
        .iter()
        .fold(percent_encode(text), |text, pair| text.replace(&pair[..3], &pair[3..]))
}

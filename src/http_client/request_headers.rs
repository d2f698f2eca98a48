//! The headers of a request: inputs of the call, and the proof of the caller.

use super::auth::{Authenticator, ComposedRequest};
use crate::endpoint::{Credential, Request};
use http::header::{HeaderMap, HeaderName, HeaderValue};

/// The body of a request as JSON; none without a body.
pub(super) fn encode_body(request: &Request) -> Option<Vec<u8>> {
    request.body.as_ref().map(|body| body.to_string().into_bytes())
}

/// The headers of a request to `url`. `learn` receives each credential that the authenticator computed.
///
/// # Errors
///
/// The name of the part that HTTP cannot carry.
pub(super) fn compose_headers(
    request: &Request,
    (url, body): (&str, Option<&[u8]>),
    caller: Option<&Authenticator>,
    (now, token): (jiff::Timestamp, Option<&Credential>),
    mut learn: impl FnMut(&str),
) -> Result<HeaderMap, &'static str> {
    let mut inputs = vec![("accept".to_string(), "application/json".to_string())];
    if body.is_some() {
        inputs.push(("content-type".to_string(), "application/json".to_string()));
    }
    inputs.extend(request.headers.iter().cloned());
    let mut headers = HeaderMap::new();
    for (name, value) in &inputs {
        insert_header(&mut headers, name, value, false)?;
    }
    if let Some(caller) = caller {
        let body = body.unwrap_or_default();
        let composed = ComposedRequest { method: &request.method, url, headers: &inputs, body };
        for (name, value) in caller.build_proof(&composed, now, token) {
            insert_header(&mut headers, &name, value.expose(), true)?;
            if value.is_from_process() {
                learn(value.expose());
            }
        }
    }
    Ok(headers)
}

fn insert_header(headers: &mut HeaderMap, name: &str, value: &str, sensitive: bool) -> Result<(), &'static str> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "the name of a header")?;
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| "the value of a header")?;
    value.set_sensitive(sensitive);
    headers.insert(name, value);
    Ok(())
}

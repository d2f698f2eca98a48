//! Composition of requests from calls.

use super::identity::Identities;
use super::request::Request;
use crate::history::Call;
use crate::schema::catalog::{Binding, Catalog, Operation};
use serde_json::Value;
use std::collections::BTreeMap;

/// Longest path with query in bytes. HTTP clients refuse addresses of 64 KiB.
const ADDRESS_BYTES_MAX: usize = 60_000;

/// Composes the request of a call: path, query, headers and body of the binding. Path parameters without a value in
/// the call are filled from the caller's identity.
///
/// # Errors
///
/// If the catalog lacks the operation or the binding, a path parameter has no value, or HTTP cannot carry a value.
pub fn compose_request(catalog: &Catalog, call: &Call, identities: &Identities) -> Result<Request, ComposeError> {
    let (operation, binding) = find_binding(catalog, call)?;
    let (path, parameters) = fill_path(binding, call, identities)?;
    for (name, value) in &call.headers {
        check_header(name, value)?;
    }
    let query = build_query(operation, call);
    let encoded = |text: &str| percent_encode(text).len();
    let length = path.len() + query.iter().map(|(name, value)| encoded(name) + encoded(value) + 2).sum::<usize>();
    if length > ADDRESS_BYTES_MAX {
        let what = "the path with the query".to_string();
        return Err(ComposeError::Unsendable { what, cause: "no client sends an address of this length" });
    }
    Ok(Request {
        operation: call.operation.clone(),
        binding: call.binding.clone(),
        caller: call.caller.clone(),
        method: binding.method.clone(),
        path,
        parameters,
        query,
        headers: call.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        body: call.body.clone(),
    })
}

/// An error in the composition of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The catalog has no operation of the call's name.
    #[error("the catalog `{api}` has no operation `{operation}`; use the catalog with which the plan was made")]
    Operation {
        /// Name of the catalog.
        api: String,
        /// Name of the operation in the call.
        operation: String,
    },
    /// The operation has no binding of the call's name.
    #[error("operation `{operation}` has no binding `{binding}`; choose one of its bindings: {known}")]
    Binding {
        /// Name of the operation.
        operation: String,
        /// Name of the binding in the call.
        binding: String,
        /// Names of the operation's bindings.
        known: String,
    },
    /// A path parameter has no value in the call and in the identity.
    #[error(
        "path parameter `{name}` of `{operation}` has no value for caller `{caller}`; give the value in the step, or under `identities.{caller}.parameters` of the profile"
    )]
    Parameter {
        /// Name of the operation.
        operation: String,
        /// Name of the caller.
        caller: String,
        /// Name of the parameter.
        name: String,
    },
    /// HTTP cannot carry a value.
    #[error("{what} cannot be sent over HTTP: {cause}; change the value in the step")]
    Unsendable {
        /// The part of the call.
        what: String,
        /// The reason.
        cause: &'static str,
    },
}

/// Finds the operation and the binding of a call.
///
/// # Errors
///
/// If the catalog lacks one of the two.
pub fn find_binding<'a>(catalog: &'a Catalog, call: &Call) -> Result<(&'a Operation, &'a Binding), ComposeError> {
    let operation = catalog.operations.iter().find(|operation| operation.id == call.operation);
    let operation = operation
        .ok_or_else(|| ComposeError::Operation { api: catalog.api.clone(), operation: call.operation.clone() })?;
    let binding = operation.bindings.iter().find(|binding| binding.id == call.binding);
    let binding = binding.ok_or_else(|| ComposeError::Binding {
        operation: call.operation.clone(),
        binding: call.binding.clone(),
        known: operation.bindings.iter().map(|binding| binding.id.as_str()).collect::<Vec<_>>().join(", "),
    })?;
    Ok((operation, binding))
}

/// Formats a value for a path, a query or a header: texts without quotes, other values as JSON.
pub fn format_plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Percent-encodes all bytes except the unreserved characters of RFC 3986, section 2.3.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Decodes percent-encoded text. Invalid escapes stay unchanged.
pub fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let escape = escape.and_then(|hex| std::str::from_utf8(hex).ok()).filter(|hex| !hex.starts_with('+'));
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The name of the parameter in a path segment such as `{server_id}`; none for a fixed segment.
pub fn parse_parameter_name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn fill_path(
    binding: &Binding,
    call: &Call,
    identities: &Identities,
) -> Result<(String, BTreeMap<String, Value>), ComposeError> {
    let mut parameters = BTreeMap::new();
    let mut segments = Vec::new();
    for segment in binding.path.split('/') {
        let Some(name) = parse_parameter_name(segment) else {
            segments.push(segment.to_string());
            continue;
        };
        let own = || identities.find_parameter(&call.caller, name).map(|text| Value::String(text.to_string()));
        let value = call.path.get(name).cloned().or_else(own);
        let value = value.ok_or_else(|| ComposeError::Parameter {
            operation: call.operation.clone(),
            caller: call.caller.clone(),
            name: name.to_string(),
        })?;
        let text = format_plain(&value);
        // Clients and servers remove dot segments, encoded or not, and would change the address.
        if text == "." || text == ".." {
            let what = format!("path parameter `{name}`");
            return Err(ComposeError::Unsendable { what, cause: "`.` and `..` would be resolved as relative paths" });
        }
        segments.push(percent_encode(&text));
        parameters.insert(name.to_string(), value);
    }
    Ok((segments.join("/"), parameters))
}

fn build_query(operation: &Operation, call: &Call) -> Vec<(String, String)> {
    let documented = operation.query.iter().map(|parameter| parameter.name.as_str());
    let documented: Vec<&str> = documented.filter(|name| call.query.contains_key(*name)).collect();
    let further = call.query.keys().map(String::as_str).filter(|name| !documented.contains(name));
    let mut pairs = Vec::new();
    for name in documented.iter().copied().chain(further) {
        match &call.query[name] {
            Value::Array(items) => pairs.extend(items.iter().map(|item| (name.to_string(), format_plain(item)))),
            value => pairs.push((name.to_string(), format_plain(value))),
        }
    }
    pairs
}

fn check_header(name: &str, value: &str) -> Result<(), ComposeError> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let what = || format!("header `{name}`");
    if name.is_empty() || !name.bytes().all(token) {
        return Err(ComposeError::Unsendable {
            what: what(),
            cause: "the name has characters that HTTP does not allow",
        });
    }
    if !value.bytes().all(|byte| byte == b'\t' || (byte >= 0x20 && byte != 0x7f)) {
        return Err(ComposeError::Unsendable { what: what(), cause: "the value has control characters" });
    }
    Ok(())
}

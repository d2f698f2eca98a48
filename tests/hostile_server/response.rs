//! Responses as bytes: valid or not.

use super::misbehavior::WireStep;
use serde_json::Value;

/// A response. Nothing is checked: status and header values may be invalid.
#[derive(Debug, Clone)]
pub struct RawResponse {
    /// The status, also outside of 100 to 599.
    pub status: u16,
    /// Names and values, without `content-length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl RawResponse {
    /// A response with these headers.
    pub fn new(status: u16, headers: &[(&str, &str)], body: &[u8]) -> RawResponse {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        RawResponse { status, headers, body: body.to_vec() }
    }

    /// A response with a JSON body.
    pub fn json(status: u16, body: &[u8]) -> RawResponse {
        RawResponse::new(status, &[("content-type", "application/json")], body)
    }

    /// A response with this value as its JSON body.
    pub fn value(status: u16, body: &Value) -> RawResponse {
        RawResponse::json(status, body.to_string().as_bytes())
    }

    /// A response with an HTML body.
    pub fn html(status: u16, body: &str) -> RawResponse {
        RawResponse::new(status, &[("content-type", "text/html")], body.as_bytes())
    }

    /// This response with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> RawResponse {
        self.headers.push((name.to_string(), value.to_string()));
        self
    }

    /// This response with another body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> RawResponse {
        self.body = body.into();
        self
    }

    /// The body as JSON, or null.
    pub fn read_json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The response in one piece.
    pub fn to_steps(&self) -> Vec<WireStep> {
        vec![WireStep::Send(self.encode())]
    }

    /// [`RawResponse::encode_head`] as text.
    pub(super) fn head_text(&self) -> String {
        String::from_utf8_lossy(&self.encode_head()).into_owned()
    }

    /// Status line and headers, without the empty line that ends the head.
    pub(super) fn encode_head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {:03} Answer\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.into_bytes()
    }

    /// The whole response.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = self.encode_head();
        if self.status != 204 && self.status != 304 {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

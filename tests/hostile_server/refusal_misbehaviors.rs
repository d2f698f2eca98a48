//! Replies with a status that the request does not deserve.

use super::misbehavior::{Misbehavior, WireStep};
use super::response::RawResponse;
use serde_json::json;

/// A refusal with a message, in the form of an API.
pub fn refused(status: u16, message: &str) -> Misbehavior {
    let body = json!({"error": {"message": message}});
    Misbehavior::new("refused", move |_| RawResponse::value(status, &body).to_steps())
}

/// 401 for credentials that are good.
pub fn unauthorized() -> Misbehavior {
    refused(401, "The request requires authentication.")
}

/// 502, 503 or 504, with `Retry-After` in seconds if given.
pub fn unavailable(status: u16, retry_after: Option<u64>) -> Misbehavior {
    Misbehavior::new("unavailable", move |_| {
        with_retry_after(RawResponse::value(status, &json!({"error": {"message": "no server"}})), retry_after)
            .to_steps()
    })
}

/// 429 or 413, with `Retry-After` in seconds if given.
pub fn throttled(status: u16, retry_after: Option<u64>) -> Misbehavior {
    Misbehavior::new("throttled", move |_| {
        with_retry_after(RawResponse::value(status, &json!({"error": {"message": "too much"}})), retry_after).to_steps()
    })
}

fn with_retry_after(reply: RawResponse, seconds: Option<u64>) -> RawResponse {
    match seconds {
        Some(seconds) => reply.with_header("retry-after", &seconds.to_string()),
        None => reply,
    }
}

/// The honest body with another status.
pub fn with_status(status: u16) -> Misbehavior {
    with_status_text(format!("{status:03}"))
}

/// The honest body with this text in the place of the status, such as `099` or `2x0`.
pub fn with_status_text(status: impl Into<String>) -> Misbehavior {
    let status = status.into();
    Misbehavior::new("strange status", move |exchange| {
        let (body, headers) = (&exchange.reply.body, &exchange.reply.head_text());
        let headers = headers.split_once("\r\n").map_or("", |(_, rest)| rest);
        let head = format!("HTTP/1.1 {status} Reply\r\n{headers}content-length: {}\r\n\r\n", body.len());
        vec![WireStep::Send([head.as_bytes(), body].concat())]
    })
}

/// A redirect to another address.
pub fn redirected(status: u16, to: impl Into<String>) -> Misbehavior {
    let to = to.into();
    Misbehavior::new("redirected", move |_| RawResponse::new(status, &[], b"").with_header("location", &to).to_steps())
}

/// 404 as a web server writes it.
pub fn html_not_found() -> Misbehavior {
    Misbehavior::new("html 404", |_| {
        let page = "<!doctype html><html><head><title>404 Not Found</title></head><body>Not Found</body></html>";
        RawResponse::html(404, page).to_steps()
    })
}

//! Transport errors, classified by the chain of causes.
//!
//! The flags of the client's error do not suffice: a body that was cut off is a "decode" error; a reset and a
//! response that is not HTTP are "request" errors.

use crate::history::Outcome;
use std::error::Error;
use std::io;

/// Why a request got no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TransportError {
    #[error("no server listens at this address: the connection was refused")]
    Refused,
    #[error("the host name cannot be resolved")]
    Unresolved,
    #[error("no secure connection: {0}")]
    Tls(String),
    #[error("the proxy cannot be used: {0}")]
    Proxy(String),
    #[error("no connection: {0}")]
    Unconnected(String),
    #[error("{0}")]
    Unsendable(String),
    /// The token service issued no token, so the request was not sent.
    #[error("no token from {place}: {cause}")]
    NoToken { place: String, cause: String, remedy: &'static str },
    #[error("no complete response in time")]
    Timeout,
    #[error("the connection was reset")]
    Reset,
    #[error("the connection ended before the response was complete")]
    Truncated,
    #[error("the answer is not HTTP")]
    NotHttp,
    /// The response arrived with an invalid content encoding.
    #[error("{0}")]
    Encoding(String),
    #[error("no complete response: {0}")]
    Other(String),
}

impl TransportError {
    /// The outcome is unsent only if certainly no byte of the request arrived.
    pub fn into_outcome(self) -> Outcome {
        let cause = self.to_string();
        match self {
            TransportError::Refused
            | TransportError::Unresolved
            | TransportError::Tls(_)
            | TransportError::Proxy(_)
            | TransportError::Unconnected(_)
            | TransportError::Unsendable(_)
            | TransportError::NoToken { .. } => Outcome::Unsent { cause },
            TransportError::Timeout
            | TransportError::Reset
            | TransportError::Truncated
            | TransportError::NotHttp
            | TransportError::Encoding(_)
            | TransportError::Other(_) => Outcome::Lost { cause },
        }
    }
}

impl TransportError {
    /// Attributes connection errors to the proxy, if all connections go to a proxy.
    pub fn attribute_to_proxy(self, proxy: Option<&str>) -> TransportError {
        match (proxy, self) {
            (
                Some(proxy),
                trouble @ (TransportError::Refused | TransportError::Unresolved | TransportError::Unconnected(_)),
            ) => TransportError::Proxy(format!("{proxy}: {trouble}")),
            (_, trouble) => trouble,
        }
    }

    /// How to correct the problem, for the first request of a run.
    pub fn remedy(&self) -> &'static str {
        match self {
            TransportError::Refused => "start the server, or check host and port",
            TransportError::Unresolved => "check the host name, and whether `connection.proxy` is needed",
            TransportError::Tls(_) => {
                "check the certificate and its name; a private authority belongs under `connection.ca`"
            }
            TransportError::Proxy(_) => "check `connection.proxy` in the profile, and that the proxy is running",
            TransportError::NotHttp => "check the port; an address with TLS begins with https://",
            TransportError::Unconnected(_) | TransportError::Timeout => "check host, port and firewall",
            TransportError::Reset
            | TransportError::Truncated
            | TransportError::Encoding(_)
            | TransportError::Other(_) => "check the log of the server; a proxy in between may cut connections",
            TransportError::Unsendable(_) => "check the address and the headers of the profile",
            TransportError::NoToken { remedy, .. } => remedy,
        }
    }
}

/// Classifies an error of the HTTP client. The texts of causes contain no credential.
pub(super) fn classify_error(error: &reqwest::Error) -> TransportError {
    let chain = list_causes(error);
    let deepest = chain.last().map(|cause| cause.to_string()).unwrap_or_default();
    if error.is_builder() {
        return TransportError::Unsendable(deepest);
    }
    if error.is_connect() {
        return classify_connect_error(error, &chain, deepest);
    }
    if error.is_timeout() {
        return TransportError::Timeout;
    }
    if ALERTS.iter().any(|alert| deepest.ends_with(&format!("received fatal alert: {alert}"))) {
        return TransportError::Tls(format!("the client's certificate is refused ({deepest})"));
    }
    for cause in &chain {
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            if hyper.is_incomplete_message() {
                return TransportError::Truncated;
            }
            if hyper.is_parse() {
                return TransportError::NotHttp;
            }
        }
        match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe) => {
                return TransportError::Reset;
            }
            Some(io::ErrorKind::UnexpectedEof) => return TransportError::Truncated,
            Some(io::ErrorKind::TimedOut) => return TransportError::Timeout,
            _ => {}
        }
    }
    let transport = chain.iter().any(|cause| cause.is::<hyper::Error>());
    if error.is_decode() && !transport {
        return TransportError::Encoding(format!("the content encoding is invalid: {deepest}"));
    }
    TransportError::Other(deepest)
}

fn classify_connect_error(error: &reqwest::Error, chain: &[&(dyn Error + 'static)], deepest: String) -> TransportError {
    let kind = |cause: &&(dyn Error + 'static)| cause.downcast_ref::<io::Error>().map(io::Error::kind);
    if chain.iter().filter_map(kind).any(|kind| kind == io::ErrorKind::ConnectionRefused) {
        return TransportError::Refused;
    }
    if error.is_dns() {
        return TransportError::Unresolved;
    }
    if let Some(tunnel) = chain.iter().map(|cause| cause.to_string()).find(|text| text.contains("tunnel")) {
        return TransportError::Proxy(tunnel);
    }
    if error.is_timeout() {
        return TransportError::Unconnected("the connection took too long".to_string());
    }
    if let Some(tls) = chain.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return TransportError::Tls(tls.to_string());
    }
    let text = deepest.to_ascii_lowercase();
    if ["tls", "ssl", "certificate", "handshake"].iter().any(|word| text.contains(word)) {
        TransportError::Tls(deepest)
    } else {
        TransportError::Unconnected(deepest)
    }
}

/// TLS alerts of a server that refuses the client's certificate (RFC 8446, section 6.2). With TLS 1.3 such an alert
/// arrives after the client's handshake, and the server has not read the request. The alert is recognised by text,
/// because HTTP/2 keeps only the text of an error.
const ALERTS: &[&str] = &["AccessDenied", "BadCertificate", "CertificateRequired", "CertificateUnknown", "UnknownCA"];

/// The error and all causes. `source()` of an I/O error skips the wrapped error.
fn list_causes(error: &reqwest::Error) -> Vec<&(dyn Error + 'static)> {
    let mut chain: Vec<&(dyn Error + 'static)> = Vec::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next.filter(|_| chain.len() < 32) {
        chain.push(cause);
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| cause.source());
    }
    chain
}

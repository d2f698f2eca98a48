//! Transport errors, classified by the chain of causes.
//!
//! The flags of the client's error do not suffice: a body that was cut off is a "decode" error; a reset and a
//! response that is not HTTP are "request" errors.

use crate::history::Outcome;
use std::error::Error;
use std::io;

/// Why a request got no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
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

impl Trouble {
    /// The outcome is unsent only if certainly no byte of the request arrived.
    pub fn into_outcome(self) -> Outcome {
        let cause = self.to_string();
        match self {
            Trouble::Refused
            | Trouble::Unresolved
            | Trouble::Tls(_)
            | Trouble::Proxy(_)
            | Trouble::Unconnected(_)
            | Trouble::Unsendable(_)
            | Trouble::NoToken { .. } => Outcome::Unsent { cause },
            Trouble::Timeout
            | Trouble::Reset
            | Trouble::Truncated
            | Trouble::NotHttp
            | Trouble::Encoding(_)
            | Trouble::Other(_) => Outcome::Lost { cause },
        }
    }
}

impl Trouble {
    /// Attributes connection errors to the proxy, if all connections go to a proxy.
    pub fn at(self, proxy: Option<&str>) -> Trouble {
        match (proxy, self) {
            (Some(proxy), trouble @ (Trouble::Refused | Trouble::Unresolved | Trouble::Unconnected(_))) => {
                Trouble::Proxy(format!("{proxy}: {trouble}"))
            }
            (_, trouble) => trouble,
        }
    }

    /// How to correct the problem, for the first request of a run.
    pub fn remedy(&self) -> &'static str {
        match self {
            Trouble::Refused => "start the server, or check host and port",
            Trouble::Unresolved => "check the host name, and whether `connection.proxy` is needed",
            Trouble::Tls(_) => "check the certificate and its name; a private authority belongs under `connection.ca`",
            Trouble::Proxy(_) => "check `connection.proxy` in the profile, and that the proxy is running",
            Trouble::NotHttp => "check the port; an address with TLS begins with https://",
            Trouble::Unconnected(_) | Trouble::Timeout => "check host, port and firewall",
            Trouble::Reset | Trouble::Truncated | Trouble::Encoding(_) | Trouble::Other(_) => {
                "check the log of the server; a proxy in between may cut connections"
            }
            Trouble::Unsendable(_) => "check the address and the headers of the profile",
            Trouble::NoToken { remedy, .. } => remedy,
        }
    }
}

/// Classifies an error of the HTTP client. The texts of causes contain no credential.
pub(super) fn trouble(error: &reqwest::Error) -> Trouble {
    let chain = chain(error);
    let deepest = chain.last().map(|cause| cause.to_string()).unwrap_or_default();
    if error.is_builder() {
        return Trouble::Unsendable(deepest);
    }
    if error.is_connect() {
        return connecting(error, &chain, deepest);
    }
    if error.is_timeout() {
        return Trouble::Timeout;
    }
    if ALERTS.iter().any(|alert| deepest.ends_with(&format!("received fatal alert: {alert}"))) {
        return Trouble::Tls(format!("the client's certificate is refused ({deepest})"));
    }
    for cause in &chain {
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            if hyper.is_incomplete_message() {
                return Trouble::Truncated;
            }
            if hyper.is_parse() {
                return Trouble::NotHttp;
            }
        }
        match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe) => {
                return Trouble::Reset;
            }
            Some(io::ErrorKind::UnexpectedEof) => return Trouble::Truncated,
            Some(io::ErrorKind::TimedOut) => return Trouble::Timeout,
            _ => {}
        }
    }
    let transport = chain.iter().any(|cause| cause.is::<hyper::Error>());
    if error.is_decode() && !transport {
        return Trouble::Encoding(format!("the content encoding is invalid: {deepest}"));
    }
    Trouble::Other(deepest)
}

fn connecting(error: &reqwest::Error, chain: &[&(dyn Error + 'static)], deepest: String) -> Trouble {
    let kind = |cause: &&(dyn Error + 'static)| cause.downcast_ref::<io::Error>().map(io::Error::kind);
    if chain.iter().filter_map(kind).any(|kind| kind == io::ErrorKind::ConnectionRefused) {
        return Trouble::Refused;
    }
    if error.is_dns() {
        return Trouble::Unresolved;
    }
    if let Some(tunnel) = chain.iter().map(|cause| cause.to_string()).find(|text| text.contains("tunnel")) {
        return Trouble::Proxy(tunnel);
    }
    if error.is_timeout() {
        return Trouble::Unconnected("the connection took too long".to_string());
    }
    if let Some(tls) = chain.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return Trouble::Tls(tls.to_string());
    }
    let text = deepest.to_ascii_lowercase();
    if ["tls", "ssl", "certificate", "handshake"].iter().any(|word| text.contains(word)) {
        Trouble::Tls(deepest)
    } else {
        Trouble::Unconnected(deepest)
    }
}

/// TLS alerts of a server that refuses the client's certificate (RFC 8446, section 6.2). With TLS 1.3 such an alert
/// arrives after the client's handshake, and the server has not read the request. The alert is recognised by text,
/// because HTTP/2 keeps only the text of an error.
const ALERTS: &[&str] = &["AccessDenied", "BadCertificate", "CertificateRequired", "CertificateUnknown", "UnknownCA"];

/// The error and all causes. `source()` of an I/O error skips the wrapped error.
fn chain(error: &reqwest::Error) -> Vec<&(dyn Error + 'static)> {
    let mut chain: Vec<&(dyn Error + 'static)> = Vec::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next.filter(|_| chain.len() < 32) {
        chain.push(cause);
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| cause.source());
    }
    chain
}

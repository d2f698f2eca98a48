//! Why there is no reply, told apart by the errors below the client's own.
//!
//! The client's flags do not suffice: a body that was cut off is a "decode" error,
//! a reset is a "request" error, and so is a reply that is not HTTP.

use crate::history::Outcome;
use std::error::Error;
use std::io;

/// What became of a request that got no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    #[error("nothing listens there: the connection was refused")]
    Refused,
    #[error("the host name cannot be resolved")]
    Unresolved,
    #[error("no secure connection: {0}")]
    Tls(String),
    #[error("this build speaks no TLS, the address begins with https://")]
    NoTls,
    #[error("no connection: {0}")]
    Unconnected(String),
    #[error("{0}")]
    Unsendable(String),
    #[error("no whole reply in time")]
    Timeout,
    #[error("the connection was reset")]
    Reset,
    #[error("the connection ended before the reply did")]
    Truncated,
    #[error("what came back is not HTTP")]
    NotHttp,
    /// The reply came and its content encoding is broken.
    #[error("{0}")]
    Encoding(String),
    #[error("no whole reply: {0}")]
    Other(String),
}

impl Trouble {
    /// Unsent only where it is certain that no byte of the request arrived.
    pub fn into_outcome(self) -> Outcome {
        let cause = self.to_string();
        match self {
            Trouble::Refused
            | Trouble::Unresolved
            | Trouble::Tls(_)
            | Trouble::NoTls
            | Trouble::Unconnected(_)
            | Trouble::Unsendable(_) => Outcome::Unsent { cause },
            Trouble::Timeout
            | Trouble::Reset
            | Trouble::Truncated
            | Trouble::NotHttp
            | Trouble::Encoding(_)
            | Trouble::Other(_) => Outcome::Lost { cause },
        }
    }
}

/// Reads the chain of causes. Texts of causes name no credential: the client puts none into them.
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
        return Trouble::Encoding(format!("its content encoding cannot be read: {deepest}"));
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
    if error.is_timeout() {
        return Trouble::Unconnected("not in time".to_string());
    }
    let text = deepest.to_ascii_lowercase();
    if text.contains("scheme is not http") {
        Trouble::NoTls
    } else if ["tls", "ssl", "certificate", "handshake"].iter().any(|word| text.contains(word)) {
        Trouble::Tls(deepest)
    } else {
        Trouble::Unconnected(deepest)
    }
}

/// The error and what is below it. An I/O error hides what it wraps from `source()`.
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

//! The interface of all schemes.

use super::credential::Credential;
use jiff::Timestamp;
use std::sync::Arc;

/// A request as it goes out, before it is proven.
#[derive(Debug, Clone, Copy)]
pub struct Composed<'a> {
    /// Upper case.
    pub method: &'a str,
    /// The whole address exactly as sent, with its query.
    pub url: &'a str,
    /// Inputs of the call and `content-type`; what the client adds by itself (`host`, `user-agent`) is absent.
    pub headers: &'a [(String, String)],
    /// Empty: none is sent.
    pub body: &'a [u8],
}

/// Headers that prove a request; they replace others of the same name.
pub type Proof = Vec<(String, Credential)>;

/// How one caller proves who it is.
pub trait Scheme: std::fmt::Debug + Send + Sync {
    /// What goes with this request. `now` is the wall clock's.
    fn prove(&self, request: &Composed<'_>, now: Timestamp) -> Proof;

    /// The same scheme with proof that is well formed and wrong: a token that never was, a signature
    /// made with another secret.
    fn forged(&self) -> Arc<dyn Scheme>;

    /// Every value that must not be recorded.
    fn secrets(&self) -> Vec<&Credential>;
}

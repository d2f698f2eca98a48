//! The interface of all schemes.

use crate::endpoint::Credential;
use jiff::Timestamp;
use serde_json::Value;
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
    /// What goes with this request. `now` is the wall clock's; `token` is there where [`Scheme::grant`] is.
    fn prove(&self, request: &Composed<'_>, now: Timestamp, token: Option<&Credential>) -> Proof;

    /// How to get a token first; none where the credentials suffice.
    fn grant(&self) -> Option<&dyn Grant> {
        None
    }

    /// The same scheme with proof that is well formed and wrong: a token that never was, a signature
    /// made with another secret. It needs no token service.
    fn forged(&self) -> Arc<dyn Scheme>;

    /// Every value that must not be recorded.
    fn secrets(&self) -> Vec<&Credential>;
}

/// How a token is got from a token service.
pub trait Grant {
    /// What to ask.
    fn request(&self) -> TokenRequest;

    /// The token in an answer of success.
    ///
    /// # Errors
    /// What the answer lacks; never a part of it.
    fn token(&self, answer: &TokenAnswer<'_>, now: Timestamp) -> Result<Token, String>;

    /// The documented code of a refusal.
    fn refusal(&self, _answer: &TokenAnswer<'_>) -> Option<&'static str> {
        None
    }
}

/// A POST to a token service.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// The whole address.
    pub url: String,
    /// Of the body.
    pub content_type: &'static str,
    /// Besides the type.
    pub headers: Proof,
    /// It holds the credentials.
    pub body: Credential,
}

/// What a token service answered.
pub struct TokenAnswer<'a> {
    /// A header by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// Null where the body is not JSON.
    pub body: &'a Value,
}

/// A token and its end.
#[derive(Debug, Clone)]
pub struct Token {
    /// As it is sent, without a word before it.
    pub value: Credential,
    /// None: the service does not say.
    pub ends: Option<Timestamp>,
}

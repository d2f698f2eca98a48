//! The interface of all authentication schemes.

use crate::endpoint::Credential;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// A composed request before authentication.
#[derive(Debug, Clone, Copy)]
pub struct ComposedRequest<'a> {
    /// Method in upper case.
    pub method: &'a str,
    /// The complete address as sent, with query.
    pub url: &'a str,
    /// Inputs of the call and `content-type`. Headers from the client (`host`, `user-agent`) are absent.
    pub headers: &'a [(String, String)],
    /// The body; empty for a request without a body.
    pub body: &'a [u8],
}

/// Headers that authenticate a request; they replace headers of equal names.
pub type ProofHeaders = Vec<(String, Credential)>;

/// An authentication scheme with the credentials of one caller.
pub trait AuthScheme: std::fmt::Debug + Send + Sync {
    /// The headers that authenticate a request. `now` is the current time; `token` is the token of [`AuthScheme::token_grant`].
    fn build_proof(&self, request: &ComposedRequest<'_>, now: Timestamp, token: Option<&Credential>) -> ProofHeaders;

    /// How to request a token; none if the credentials suffice.
    fn token_grant(&self) -> Option<&dyn TokenGrant> {
        None
    }

    /// The scheme with a well-formed but wrong proof: a token that was never issued, or a signature with a wrong
    /// secret. A forged scheme needs no token service.
    fn forge_scheme(&self) -> Arc<dyn AuthScheme>;

    /// All values that must not be recorded.
    fn list_secrets(&self) -> Vec<&Credential>;
}

/// A token service, as one caller uses the service.
pub trait TokenGrant {
    /// The token request.
    fn build_request(&self) -> TokenRequest;

    /// Reads the token from a successful answer.
    ///
    /// # Errors
    ///
    /// What the answer lacks, without parts of the answer.
    fn read_token(&self, answer: &TokenResponse<'_>, now: Timestamp) -> Result<IssuedToken, String>;

    /// Reads the documented error code from a refusal; none for an unknown code.
    fn read_refusal(&self, _answer: &TokenResponse<'_>) -> Option<&'static str> {
        None
    }
}

/// A POST request to a token service.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// The complete address.
    pub url: String,
    /// Content type of the body.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: ProofHeaders,
    /// The body, which contains the credentials.
    pub body: Credential,
}

/// The answer of a token service.
pub struct TokenResponse<'a> {
    /// Looks up a header by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// The JSON body; null for other bodies.
    pub body: &'a Value,
}

/// An issued token.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// The token alone, without a word before the token.
    pub value: Credential,
    /// Time of expiry; none if the service states none.
    pub ends: Option<Timestamp>,
}

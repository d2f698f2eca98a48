//! Authentication of requests.
//!
//! A [`AuthScheme`] is a pure function from the composed request to the headers that authenticate the caller. A scheme
//! with a token only describes the token request; `tokens` sends the request, and keeps and renews the token.

mod authenticator;
mod basic;
mod client_credentials;
mod fixed;
mod keystone;
mod scheme;
mod scp;
mod sdk_hmac;

pub use authenticator::Authenticator;
pub use scheme::{AuthScheme, ComposedRequest, IssuedToken, ProofHeaders, TokenGrant, TokenRequest, TokenResponse};

#[cfg(test)]
mod tests;

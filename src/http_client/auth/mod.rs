//! How requests are authenticated.
//!
//! A [`Scheme`] is pure: from the composed request it computes the headers that authenticate the caller. A scheme
//! that needs a token describes the token request; `tokens` sends the request, keeps and renews the token.

mod authenticator;
mod basic;
mod client_credentials;
mod fixed;
mod keystone;
mod scheme;
mod scp;
mod sdk_hmac;

pub use authenticator::Authenticator;
pub use scheme::{Composed, Grant, Proof, Scheme, Token, TokenAnswer, TokenRequest};

#[cfg(test)]
mod tests;

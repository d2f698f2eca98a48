//! Who asks, and how that is proven.
//!
//! A [`Scheme`] is pure: it sees the request as composed and says with what headers it is proven. One that
//! needs a token says what to ask for it; asking, keeping and renewing is done in `tokens`.

mod basic;
mod client_credentials;
mod clouds;
mod credential;
mod fixed;
mod forge;
mod identity;
mod keystone;
mod scheme;
mod scp;
mod sdk_hmac;
mod written;

pub use credential::{Credential, CredentialError};
pub use identity::{CALLERS, Identities, Identity};
pub use scheme::{Composed, Grant, Proof, Scheme, Token, TokenAnswer, TokenRequest};
pub(super) use written::{Resolver, Unresolved, Written};

#[cfg(test)]
mod tests;

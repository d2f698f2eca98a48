//! The HTTP client: an endpoint behind an address, with authentication, tokens and transport errors.

mod auth;
mod client;
mod connect;
mod error;
mod in_process;
mod offers;
mod options;
mod probing;
mod request_headers;
mod tokens;
mod transport_error;

pub use auth::{Authenticator, Composed, Grant, Proof, Scheme, Token, TokenAnswer, TokenRequest};
pub use client::Http;
pub use error::HttpError;
pub use in_process::ServiceEndpoint;
pub use offers::{free, offered};
pub use options::{HttpLimits, Wall};
pub use probing::{ProbeError, probe, recognise};

#[cfg(test)]
pub(crate) mod tests;

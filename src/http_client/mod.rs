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

pub use auth::{
    AuthScheme, Authenticator, ComposedRequest, IssuedToken, ProofHeaders, TokenAnswer, TokenGrant, TokenRequest,
};
pub use client::HttpEndpoint;
pub use error::HttpClientError;
pub use in_process::ServiceEndpoint;
pub use offers::{read_free_quota, read_offered_values};
pub use options::{HttpLimits, WallClock};
pub use probing::{ProbeError, probe_endpoint, recognise_api};

#[cfg(test)]
pub(crate) mod tests;

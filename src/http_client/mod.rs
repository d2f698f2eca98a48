//! The HTTP client: an endpoint behind an address, with authentication, tokens and transport errors. A service in this
//! process receives the same requests without the client.

mod auth;
mod in_process;
mod options;
mod request_headers;
mod request_url;
mod response_headers;

pub use auth::{
    AuthScheme, Authenticator, ComposedRequest, IssuedToken, ProofHeaders, TokenGrant, TokenRequest, TokenResponse,
};
pub use in_process::ServiceEndpoint;
pub use options::{HttpLimits, WallClock};

// The client itself, which opens sockets.
#[cfg(feature = "http")]
mod client;
#[cfg(feature = "http")]
mod connect;
#[cfg(feature = "http")]
mod error;
#[cfg(feature = "http")]
mod offers;
#[cfg(feature = "http")]
mod probing;
#[cfg(feature = "http")]
mod tokens;
#[cfg(feature = "http")]
mod transport_error;

#[cfg(feature = "http")]
pub use {
    client::HttpEndpoint,
    error::HttpClientError,
    offers::{read_free_quota, read_offered_values},
    probing::{ProbeError, probe_endpoint, recognise_api},
};

#[cfg(all(test, feature = "http"))]
pub(crate) mod tests;

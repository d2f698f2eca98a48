//! What an endpoint is: composition of requests, and reading of responses.
//!
//! The trait [`Endpoint`] knows no transport; the mock and the HTTP client implement the trait. This module knows
//! catalogs and histories, but no profile, suite or socket.

mod authentication;
mod call_reading;
mod composition;
mod credential;
mod forgery;
mod identity;
mod infrastructure;
mod provocation;
mod recorded_header;
mod request;
mod request_watch;
mod response_body;
#[cfg(feature = "http")]
mod routes;
mod shell_command;
mod wire_faults;

pub use authentication::{
    AuthSettings, BasicSettings, ClientCredentialsSettings, KeystoneDomain, KeystoneMethod, KeystoneReference,
    KeystoneScope, KeystoneSettings, ScpHmacSettings, SdkHmacSettings,
};
pub(crate) use call_reading::read_call;
pub use composition::{ComposeError, compose_request};
pub(crate) use composition::{percent_decode, percent_encode};
pub use credential::{Credential, CredentialError};
pub(crate) use forgery::forge_credential;
pub use identity::{CALLERS, Identities, Identity};
pub(crate) use infrastructure::{CONDITION_NAMES, FAILURES_MAX};
pub use infrastructure::{InfrastructureRecogniser, RecognisingEndpoint};
pub use provocation::{FailureProvocation, run_command};
pub(crate) use recorded_header::is_recorded_header;
pub use request::{Endpoint, PendingOutcome, Request};
pub use request_watch::{OutsideRequest, RequestWatch};
pub(crate) use response_body::{read_body, read_oversized_body};
pub use wire_faults::{DisturbedEndpoint, WireDisturbance, WireFaults};

// Only the HTTP client and the HTTP server use these.
#[cfg(feature = "http")]
pub(crate) use {
    response_body::is_html,
    routes::{RouteTable, RoutingResult, parse_query},
    wire_faults::{add_fields, build_retry_reply},
};

#[cfg(test)]
pub(crate) mod tests;

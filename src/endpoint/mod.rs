//! What an endpoint is: composition of requests, and reading of responses.
//!
//! The trait [`Endpoint`] knows no transport; the mock and the HTTP client implement the trait. This module knows
//! catalogs and histories, but no profile, suite or socket.

mod authentication;
mod composition;
mod credential;
mod forgery;
mod identity;
mod infrastructure;
mod provocation;
mod request;
mod response_body;
mod routes;
mod wire_faults;

pub use authentication::{
    AuthSettings, BasicSettings, ClientCredentialsSettings, Domain, KeystoneMethod, KeystoneScope, KeystoneSettings,
    Named, ScpHmacSettings, SdkHmacSettings,
};
pub use composition::{Call, ComposeError, compose};
pub(crate) use composition::{percent_decode, percent_encode};
pub use credential::{Credential, CredentialError};
pub(crate) use forgery::forge;
pub use identity::{CALLERS, Identities, Identity};
pub use infrastructure::{Hindered, Recogniser};
pub(crate) use infrastructure::{MOST, ROOTS};
pub use provocation::{Provocation, run_command};
pub use request::{Endpoint, Pending, Request};
pub(crate) use response_body::{beginning, is_html, read_body};
pub(crate) use routes::{Found, Routes};
pub use wire_faults::{Faulty, WireFault, WireFaults};
pub(crate) use wire_faults::{add_fields, come_back};

#[cfg(test)]
pub(crate) mod tests;

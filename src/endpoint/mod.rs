//! Places to send requests: over HTTP, or the mock in this process.
//!
//! It does not know plans or the oracle; `http` does not know the suite either.

mod auth;
mod compose;
pub mod mock;
mod request;

pub use auth::{Credential, CredentialError, Identities, Identity};
pub use compose::{Call, ComposeError, compose};
pub use request::{Endpoint, Pending, Request};

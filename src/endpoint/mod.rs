//! Places to send requests: over HTTP, or the mock in this process.
//!
//! It does not know plans or the oracle; `http` does not know the suite either.

mod auth;
mod body;
mod compose;
mod connect;
mod hindered;
mod http;
mod listen;
pub mod mock;
mod offer;
mod probe;
mod profile;
mod provoke;
mod reply;
mod request;
mod routes;
mod socket;
mod tokens;
mod trouble;
mod wire;

pub use auth::{
    CALLERS, Composed, Credential, CredentialError, Grant, Identities, Identity, Proof, Scheme, Token, TokenAnswer,
    TokenRequest,
};
pub use compose::{Call, ComposeError, compose};
pub use connect::{Connecting, Proxy, Version};
pub use hindered::{Hindered, Recogniser};
pub use http::{Http, HttpError, HttpLimits, Wall};
pub use listen::{ListenError, Site, bind, serve};
pub use offer::{free, offered};
pub use probe::{ProbeError, probe, recognise};
pub use profile::{Changes, Complete, Limits, Offer, Profile, ProfileError, Quota};
pub use provoke::{Provocation, run_command};
pub use request::{Endpoint, Pending, Request};
pub use wire::{Faulty, WireFault, WireFaults};

#[cfg(test)]
mod tests;

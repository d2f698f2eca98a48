//! Places to send requests: over HTTP, or the mock in this process.
//!
//! It does not know plans or the oracle; `http` does not know the suite either.

pub mod mock;
mod request;

pub use request::{Endpoint, Pending, Request};

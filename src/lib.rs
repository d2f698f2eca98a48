//! `probity` checks whether a cloud API does what its documentation says.
//!
//! | feature | adds |
//! |---|---|
//! | none | the engine, the mock, and [`conformance`](mod@conformance) against the mock and in process |
//! | `http` | endpoints at an address: the HTTP client, and the HTTP server of the mock |
//! | `cli`, the default | the command, the reader of pages, the suites and schemas of this project; implies `http` |

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod expr;
pub mod suite;
pub mod model;
pub mod plan;
pub mod history;
pub mod endpoint;
pub mod profile;
pub mod mock;
pub mod http_client;
#[cfg(feature = "http")]
pub mod http_server;
pub mod limits;
pub mod plan_execution;
pub mod cleanup;
pub mod oracle;
pub mod shrink;
pub mod campaign;
pub mod report;
pub mod session;
#[cfg(feature = "cli")]
pub mod cli;
pub mod conformance;

#[cfg(feature = "cli")]
pub use probity_pages as pages;
pub use probity_schema as schema;

pub use conformance::{Conformance, conformance};

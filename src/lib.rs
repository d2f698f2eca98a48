//! `probity` checks whether a cloud API does what its documentation says.

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
pub mod http_server;
pub mod limits;
pub mod run;
pub mod cleanup;
pub mod oracle;
pub mod shrink;
pub mod campaign;
pub mod report;
pub mod session;
pub mod cli;
pub mod conformance;

pub use probity_pages as pages;
pub use probity_schema as schema;

pub use conformance::{Conformance, conformance};

//! `probity` checks whether a cloud API does what its documentation says.

pub mod expr;
pub mod schema;
pub mod pages;
pub mod suite;
pub mod model;
pub mod plan;
pub mod history;
pub mod endpoint;
pub mod run;
pub mod oracle;
pub mod shrink;
pub mod campaign;
pub mod report;
pub mod cli;
pub mod conformance;

pub use conformance::{Conformance, conformance};

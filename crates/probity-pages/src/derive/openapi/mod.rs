//! OpenAPI descriptions: one page with several operations.
//!
//! Statements of the description hold as stated. Where examples, prose and schemas differ, the rules of all pages
//! apply. A part that is not read becomes a doubt, never a guess.

mod bodies;
mod layers;
mod constraints;
mod node;
mod operation;
mod parameters;
mod described_operation;
mod reader;
mod required;
mod schema;

pub(super) use described_operation::{has_operation, list_operation_names};
pub(super) use operation::make_described_operations;

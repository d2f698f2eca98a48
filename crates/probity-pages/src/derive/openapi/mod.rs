//! OpenAPI descriptions: one page with several operations.
//!
//! Statements of the description hold as stated. Where examples, prose and schemas differ, the rules of all pages
//! apply. A part that is not read becomes a doubt, never a guess.

mod bodies;
mod layers;
mod limits;
mod node;
mod operation;
mod parameters;
mod place;
mod reader;
mod required;
mod schema;

pub(super) use operation::make_described_operations;
pub(super) use place::{has_operation, list_operation_names};

//! Turns a page on one operation into an operation.

mod bodies;
mod operation;
mod parameters;

pub(super) use operation::make;
pub(super) use parameters::headers;

//! A page that describes one operation becomes an operation.

mod bodies;
mod operation;
mod parameters;

pub(super) use operation::make;
pub(super) use parameters::headers;

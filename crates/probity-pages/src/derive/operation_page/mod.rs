//! Turns a page on one operation into an operation.

mod bodies;
mod operation;
mod parameters;

pub(super) use operation::make_operation;
pub(super) use parameters::{collect_headers, find_table_place};

//! Operations of pages that describe each version of an operation in sections of its own.

mod bodies;
mod operation;
mod sections;

pub(super) use operation::make_versioned_operation;

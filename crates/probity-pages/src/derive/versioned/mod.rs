mod bodies;
mod operation;
mod sections;

pub(super) use operation::make_versioned_operation;

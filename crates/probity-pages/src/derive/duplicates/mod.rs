//! Several pages on one operation.

mod comparison;
mod leaders;
mod older_version;

pub(super) use leaders::merge_followers;

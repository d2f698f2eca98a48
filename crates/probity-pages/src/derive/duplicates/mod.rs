//! Several pages on one operation.

mod comparison;
mod leaders;
mod older_version;
mod shared_limits;

pub(super) use leaders::merge_followers;

//! Elastic Cloud Server: one set of servers behind two APIs.

mod authentication;
mod flavors;
mod jobs;
mod transitions;
mod native;
mod resize_transitions;
mod server;
mod v1;

pub use jobs::{Job, JobChange};
pub use native::respond as native;
pub use server::{Server, ServerChange};
pub use v1::respond as v1;

//! Elastic Cloud Server: one set of servers behind two APIs.

mod door;
mod flavors;
mod jobs;
mod moves;
mod native;
mod resizing;
mod server;
mod v1;

pub use jobs::{Job, JobChange};
pub use native::answer as native;
pub use server::{Server, ServerChange};
pub use v1::answer as v1;

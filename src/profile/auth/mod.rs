//! The authentication of callers in a profile.

mod clouds;
mod file;
mod resolve;
mod resolver;

pub(crate) use file::Written;
pub(crate) use resolver::{Resolver, Unresolved};

#[cfg(test)]
pub(crate) use clouds::cloud;

//! The authentication of callers in a profile.

mod cloud_files;
mod clouds;
mod file;
mod resolve;
mod resolver;

pub(crate) use file::AuthEntry;
pub(crate) use resolver::{AuthSettingsError, CredentialResolver};

#[cfg(test)]
pub(crate) use clouds::read_cloud;

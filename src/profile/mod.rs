//! The profile: one file that describes one endpoint, with addresses, credentials, pools and limits.

mod auth;
mod connection;
mod error;
mod file;
mod resolve;
mod checked;
mod settings;

pub use checked::Profile;
pub use connection::{Connecting, Proxy, Version};
pub use error::ProfileError;
pub use settings::{Changes, Complete, Limits, Offer, Quota};

#[cfg(test)]
pub(crate) use auth::{Resolver, Written, cloud};

#[cfg(test)]
mod tests;

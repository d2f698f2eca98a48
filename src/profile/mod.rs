//! The profile: one file that describes one endpoint, with addresses, credentials, pools and limits.

mod auth;
mod connection;
mod error;
mod file;
mod resolve;
mod checked;
mod claims;
mod redacted_digest;
mod settings;
mod waivers;

pub use checked::{PROFILE_BYTES_MAX, Profile};
pub use connection::{ConnectionSettings, HttpVersion, ProxySettings};
pub use error::ProfileError;
pub use settings::{
    BoundWaitPolicy, ChangePolicy, CompletenessPolicy, ConcurrencyPolicy, PoolOffer, ProfileLimits, ResourceQuota,
};

#[cfg(test)]
pub(crate) use auth::{AuthEntry, CredentialResolver, read_cloud};

#[cfg(test)]
mod tests;

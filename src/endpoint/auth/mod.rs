//! Who asks, and how that is proven.
//!
//! A [`Scheme`] is pure: it sees the request as composed and says with what headers it is proven. Those
//! that need a token say what to ask for it; asking, keeping and renewing is done in `tokens`.

mod credential;
mod forge;
mod identity;
mod scheme;
mod scp;
mod written;

pub use credential::{Credential, CredentialError};
pub use identity::{CALLERS, Identities, Identity};
pub use scheme::{Composed, Proof, Scheme};
pub(super) use written::Written;

#[cfg(test)]
mod tests;

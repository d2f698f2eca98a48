//! Authentication of one caller.

use super::basic::Basic;
use super::fixed::Fixed;
use super::scheme::{Composed, Grant, Proof, Scheme};
use crate::endpoint::{AuthSettings, Credential, Identity};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Authenticates the requests of one caller.
#[derive(Debug, Clone)]
pub struct Authenticator {
    headers: BTreeMap<String, Credential>,
    scheme: Option<Arc<dyn Scheme>>,
}

impl Authenticator {
    /// Takes headers and settings from an identity.
    #[must_use]
    pub fn new(identity: &Identity) -> Authenticator {
        Authenticator { headers: identity.headers.clone(), scheme: identity.auth.as_ref().map(build_scheme) }
    }

    /// How to request a token; none if the proof needs no token.
    #[must_use]
    pub fn grant(&self) -> Option<&dyn Grant> {
        self.scheme.as_ref().and_then(|scheme| scheme.grant())
    }

    /// The headers that authenticate a request. `now` is the current time; `token` is the token of
    /// [`Authenticator::grant`].
    #[must_use]
    pub fn prove(&self, request: &Composed<'_>, now: Timestamp, token: Option<&Credential>) -> Proof {
        let fixed = self.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
        fixed.chain(self.scheme.iter().flat_map(|scheme| scheme.prove(request, now, token))).collect()
    }

    /// All values to keep out of records.
    pub fn secrets(&self) -> impl Iterator<Item = &Credential> {
        self.headers.values().chain(self.scheme.iter().flat_map(|scheme| scheme.secrets()))
    }
}

pub(super) fn build_scheme(settings: &AuthSettings) -> Arc<dyn Scheme> {
    match settings {
        AuthSettings::Bearer { token } => Arc::new(Fixed::bearer(token.clone())),
        AuthSettings::Basic(basic) => Arc::new(Basic::new(&basic.username, basic.password.clone())),
        AuthSettings::ClientCredentials(client) => Arc::new(client.clone()),
        AuthSettings::Keystone(keystone) => Arc::new(keystone.clone()),
        AuthSettings::SdkHmac(keys) => Arc::new(keys.clone()),
        AuthSettings::ScpHmac(keys) => Arc::new(keys.clone()),
        AuthSettings::Forged(settings) => build_scheme(settings).forged(),
    }
}

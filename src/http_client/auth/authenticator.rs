//! Authentication of one caller.

use super::basic::BasicScheme;
use super::fixed::FixedHeader;
use super::scheme::{AuthScheme, ComposedRequest, ProofHeaders, TokenGrant};
use crate::endpoint::{AuthSettings, Credential, Identity};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Authenticates the requests of one caller.
#[derive(Debug, Clone)]
pub struct Authenticator {
    headers: BTreeMap<String, Credential>,
    scheme: Option<Arc<dyn AuthScheme>>,
}

impl Authenticator {
    /// Takes headers and settings from an identity.
    #[must_use]
    pub fn new(identity: &Identity) -> Authenticator {
        Authenticator { headers: identity.headers.clone(), scheme: identity.auth.as_ref().map(build_scheme) }
    }

    /// How to request a token; none if the proof needs no token.
    #[must_use]
    pub fn token_grant(&self) -> Option<&dyn TokenGrant> {
        self.scheme.as_ref().and_then(|scheme| scheme.token_grant())
    }

    /// The headers that authenticate a request. `now` is the current time; `token` is the token of
    /// [`Authenticator::token_grant`].
    #[must_use]
    pub fn build_proof(
        &self,
        request: &ComposedRequest<'_>,
        now: Timestamp,
        token: Option<&Credential>,
    ) -> ProofHeaders {
        let fixed = self.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
        fixed.chain(self.scheme.iter().flat_map(|scheme| scheme.build_proof(request, now, token))).collect()
    }

    /// All values to keep out of records.
    pub fn list_secrets(&self) -> impl Iterator<Item = &Credential> {
        self.headers.values().chain(self.scheme.iter().flat_map(|scheme| scheme.list_secrets()))
    }
}

pub(super) fn build_scheme(settings: &AuthSettings) -> Arc<dyn AuthScheme> {
    match settings {
        AuthSettings::Bearer { token } => Arc::new(FixedHeader::from_bearer(token.clone())),
        AuthSettings::Basic(basic) => Arc::new(BasicScheme::new(&basic.username, basic.password.clone())),
        AuthSettings::ClientCredentials(client) => Arc::new(client.clone()),
        AuthSettings::Keystone(keystone) => Arc::new(keystone.clone()),
        AuthSettings::SdkHmac(keys) => Arc::new(keys.clone()),
        AuthSettings::ScpHmac(keys) => Arc::new(keys.clone()),
        AuthSettings::Forged(settings) => build_scheme(settings).forge_scheme(),
    }
}

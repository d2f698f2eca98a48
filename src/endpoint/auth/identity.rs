//! The callers of a profile.

use super::credential::Credential;
use super::forge::forge;
use super::scheme::{Composed, Grant, Proof, Scheme};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who may call: the owner of things, someone else, the owner with proof that was good once, the owner
/// with proof that never was good, and nobody.
pub const CALLERS: &[&str] = &["owner", "other", "expired", "forged", "none"];

/// Whose credentials are used, by caller.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    callers: BTreeMap<String, Identity>,
}

/// One caller: what fills the paths of its requests, and what proves it.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// Values of path parameters that belong to the caller, such as a project id.
    pub parameters: BTreeMap<String, String>,
    /// Header name as it is sent, and its value.
    pub headers: BTreeMap<String, Credential>,
    /// What depends on the request or has to be fetched; beside `headers`.
    pub scheme: Option<Arc<dyn Scheme>>,
}

impl Identities {
    /// By caller. `forged` is made from the owner's proof where it is not given.
    pub fn new(mut callers: BTreeMap<String, Identity>) -> Identities {
        if let Some(forged) = callers.get("owner").and_then(Identity::forged) {
            callers.entry("forged".to_string()).or_insert(forged);
        }
        Identities { callers }
    }

    /// One caller; none where the profile does not have it.
    pub fn get(&self, caller: &str) -> Option<&Identity> {
        self.callers.get(caller)
    }

    /// The caller's value of a path parameter.
    ///
    /// `expired`, `forged` and `none` speak of the owner's things unless they say otherwise:
    /// an expired token is still the owner's, and whether it is checked is one question only.
    pub fn parameter(&self, caller: &str, name: &str) -> Option<&str> {
        let of = |caller: &str| self.callers.get(caller).and_then(|identity| identity.parameters.get(name));
        let owners = matches!(caller, "expired" | "forged" | "none").then(|| of("owner")).flatten();
        of(caller).or(owners).map(String::as_str)
    }

    /// Whether the profile has this caller, or its proof can be made.
    pub fn has(&self, caller: &str) -> bool {
        self.callers.contains_key(caller)
    }

    /// Every credential there is, to be kept out of what is recorded.
    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.callers.values().flat_map(|identity| {
            identity.headers.values().chain(identity.scheme.iter().flat_map(|scheme| scheme.secrets()))
        })
    }
}

impl Identity {
    /// How to get the token that its proof needs; none where it needs none.
    pub fn grant(&self) -> Option<&dyn Grant> {
        self.scheme.as_ref().and_then(|scheme| scheme.grant())
    }

    /// What goes with a request of this caller.
    pub fn prove(&self, request: &Composed<'_>, now: Timestamp, token: Option<&Credential>) -> Proof {
        let fixed = self.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
        fixed.chain(self.scheme.iter().flat_map(|scheme| scheme.prove(request, now, token))).collect()
    }

    /// With proof that is well formed and wrong; none if there is nothing to forge.
    ///
    /// Beside a scheme, headers stay: they are not what proves. Among headers those that came by a
    /// reference are forged, and all of them only where none did: what is written out beside a reference
    /// is no secret.
    fn forged(&self) -> Option<Identity> {
        let parameters = self.parameters.clone();
        if let Some(scheme) = &self.scheme {
            return Some(Identity { parameters, headers: self.headers.clone(), scheme: Some(scheme.forged()) });
        }
        let referred = self.headers.values().any(|value| !value.is_literal());
        let wrong = |value: &Credential| if referred && value.is_literal() { value.clone() } else { forge(value) };
        let headers: BTreeMap<_, _> = self.headers.iter().map(|(name, value)| (name.clone(), wrong(value))).collect();
        (!headers.is_empty()).then_some(Identity { parameters, headers, scheme: None })
    }
}

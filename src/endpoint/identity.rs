//! The callers of a profile.

use super::authentication::AuthSettings;
use super::credential::Credential;
use super::forge::forge;
use std::collections::BTreeMap;

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
    pub auth: Option<AuthSettings>,
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

    /// All callers that are known, with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Identity)> {
        self.callers.iter().map(|(caller, identity)| (caller.as_str(), identity))
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
            identity.headers.values().chain(identity.auth.iter().flat_map(AuthSettings::credentials))
        })
    }
}

impl Identity {
    /// With proof that is well formed and wrong; none if there is nothing to forge.
    ///
    /// Beside a scheme, headers stay: they are not what proves. Among headers those that came by a
    /// reference are forged, and all of them only where none did: what is written out beside a reference
    /// is no secret.
    fn forged(&self) -> Option<Identity> {
        let parameters = self.parameters.clone();
        if let Some(auth) = &self.auth {
            let auth = Some(AuthSettings::Forged(Box::new(auth.clone())));
            return Some(Identity { parameters, headers: self.headers.clone(), auth });
        }
        let referred = self.headers.values().any(|value| !value.is_literal());
        let wrong = |value: &Credential| if referred && value.is_literal() { value.clone() } else { forge(value) };
        let headers: BTreeMap<_, _> = self.headers.iter().map(|(name, value)| (name.clone(), wrong(value))).collect();
        (!headers.is_empty()).then_some(Identity { parameters, headers, auth: None })
    }
}

//! The callers: their path parameters and credentials.

use super::authentication::AuthSettings;
use super::credential::Credential;
use super::forgery::forge_credential;
use std::collections::BTreeMap;

/// All callers: the owner of the resources, a second identity, the owner with an expired proof, the owner with a
/// forged proof, and an unauthenticated caller.
pub const CALLERS: &[&str] = &["owner", "other", "expired", "forged", "none"];

/// The identity of each caller.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    callers: BTreeMap<String, Identity>,
}

/// The path parameters and the authentication of one caller.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// Values of path parameters, such as a project id.
    pub parameters: BTreeMap<String, String>,
    /// Values of credential headers by name.
    pub headers: BTreeMap<String, Credential>,
    /// Authentication in addition to `headers`.
    pub auth: Option<AuthSettings>,
}

impl Identities {
    /// Collects identities by caller. Without an entry for `forged`, a forged identity is derived from the owner's.
    pub fn new(mut callers: BTreeMap<String, Identity>) -> Identities {
        if let Some(forged) = callers.get("owner").and_then(Identity::forge_identity) {
            callers.entry("forged".to_string()).or_insert(forged);
        }
        Identities { callers }
    }

    /// The identity of a caller; none if the profile has no such caller.
    pub fn get(&self, caller: &str) -> Option<&Identity> {
        self.callers.get(caller)
    }

    /// All identities with the names of their callers.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Identity)> {
        self.callers.iter().map(|(caller, identity)| (caller.as_str(), identity))
    }

    /// The caller's value of a path parameter.
    ///
    /// Without a value of their own, `expired`, `forged` and `none` use the owner's value: their requests are about
    /// the owner's resources, and differ from the owner's requests in the proof only.
    pub fn find_parameter(&self, caller: &str, name: &str) -> Option<&str> {
        let of = |caller: &str| self.callers.get(caller).and_then(|identity| identity.parameters.get(name));
        let owners = matches!(caller, "expired" | "forged" | "none").then(|| of("owner")).flatten();
        of(caller).or(owners).map(String::as_str)
    }

    /// Whether the profile contains the caller, or a forged identity was derived.
    pub fn has_caller(&self, caller: &str) -> bool {
        self.callers.contains_key(caller)
    }

    /// All credentials, for their removal from records.
    pub fn list_credentials(&self) -> impl Iterator<Item = &Credential> {
        self.callers.values().flat_map(|identity| {
            identity.headers.values().chain(identity.auth.iter().flat_map(AuthSettings::list_credentials))
        })
    }
}

impl Identity {
    /// Names of the headers that prove the caller; `None` if requests are signed.
    #[must_use]
    pub fn list_proof_headers(&self) -> Option<Vec<String>> {
        let mut names: Vec<String> = self.headers.keys().map(|name| name.to_ascii_lowercase()).collect();
        if let Some(auth) = &self.auth {
            names.push(auth.find_proof_header()?.to_string());
        }
        Some(names)
    }

    /// This identity with a forged proof; none without credentials.
    ///
    /// With authentication settings, headers stay unchanged. Otherwise all headers from references are forged. If no
    /// header is from a reference, all headers are forged: a literal next to a reference is no secret.
    fn forge_identity(&self) -> Option<Identity> {
        let parameters = self.parameters.clone();
        if let Some(auth) = &self.auth {
            let auth = Some(AuthSettings::Forged(Box::new(auth.clone())));
            return Some(Identity { parameters, headers: self.headers.clone(), auth });
        }
        let referred = self.headers.values().any(|value| !value.is_literal());
        let wrong =
            |value: &Credential| if referred && value.is_literal() { value.clone() } else { forge_credential(value) };
        let headers: BTreeMap<_, _> = self.headers.iter().map(|(name, value)| (name.clone(), wrong(value))).collect();
        (!headers.is_empty()).then_some(Identity { parameters, headers, auth: None })
    }
}

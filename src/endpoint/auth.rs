//! Who asks, and how that is proven.
//!
//! One scheme so far: headers with fixed values. A scheme that signs each request
//! would stand beside [`Identity::headers`] and see the composed request.

use std::collections::BTreeMap;
use std::io::Read;

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
}

/// A value that is sent and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(String);

impl Identities {
    /// By caller: `owner`, `other`, `expired`, `none`.
    pub fn new(callers: BTreeMap<String, Identity>) -> Identities {
        Identities { callers }
    }

    /// The headers that prove this caller; empty for one that proves nothing.
    pub fn headers(&self, caller: &str) -> impl Iterator<Item = (&str, &Credential)> {
        let headers = self.callers.get(caller).map(|identity| &identity.headers);
        headers.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    /// The caller's value of a path parameter.
    ///
    /// `expired` and `none` speak of the owner's things unless they say otherwise:
    /// an expired token is still the owner's, and whether it is checked is one question only.
    pub fn parameter(&self, caller: &str, name: &str) -> Option<&str> {
        let of = |caller: &str| self.callers.get(caller).and_then(|identity| identity.parameters.get(name));
        let owners = matches!(caller, "expired" | "none").then(|| of("owner")).flatten();
        of(caller).or(owners).map(String::as_str)
    }

    /// Whether the profile has this caller.
    pub fn has(&self, caller: &str) -> bool {
        self.callers.contains_key(caller)
    }

    /// Every credential there is, to be kept out of what is recorded.
    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.callers.values().flat_map(|identity| identity.headers.values())
    }
}

impl Credential {
    /// A value that is known already.
    pub fn literal(value: &str) -> Credential {
        Credential(value.to_string())
    }

    /// From `env:NAME`, `file:PATH` (its first line), or the value itself.
    /// `environment` looks up a variable; the caller decides whose environment.
    pub fn read(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Credential, CredentialError> {
        let value = if let Some(name) = text.strip_prefix("env:") {
            environment(name).ok_or_else(|| CredentialError::Unset { name: name.to_string() })?
        } else if let Some(path) = text.strip_prefix("file:") {
            first_line(path)?
        } else {
            text.to_string()
        };
        let value = value.trim();
        // Named by where it came from, never by what it is.
        let origin = if value == text.trim() { "the value in the profile".to_string() } else { format!("`{text}`") };
        if value.is_empty() {
            return Err(CredentialError::Unusable { origin, cause: "is empty" });
        }
        if !value.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
            return Err(CredentialError::Unusable { origin, cause: "has characters that no header can carry" });
        }
        Ok(Credential(value.to_string()))
    }

    /// The value itself, for sending it and for keeping it out of records.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A credential that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// `env:` names a variable that is not there.
    #[error("the environment variable `{name}` is not set; set it, or name another with `env:`")]
    Unset {
        /// The variable.
        name: String,
    },
    /// `file:` names a file that cannot be read.
    #[error("the file `{path}` cannot be read ({cause}); put the credential on its first line")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        cause: String,
    },
    /// It was found and cannot be sent.
    #[error("{origin} {cause}; give the credential as one line of plain characters")]
    Unusable {
        /// Where it came from.
        origin: String,
        /// What is wrong with it.
        cause: &'static str,
    },
}

/// Tokens of a few kilobytes are common; a file longer than this is not a credential.
const FILE_BYTES_MAX: u64 = 64 << 10;

fn first_line(path: &str) -> Result<String, CredentialError> {
    let unreadable = |cause: String| CredentialError::Unreadable { path: path.to_string(), cause };
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(unreadable(format!("longer than {FILE_BYTES_MAX} bytes")));
    }
    Ok(text.lines().next().unwrap_or_default().to_string())
}

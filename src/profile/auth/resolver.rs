//! References to credentials, and their errors.

use crate::endpoint::{Credential, CredentialError};
use serde_saphyr::Spanned;

/// An unusable authentication, with the position of the wrong text in the profile, if any.
#[derive(Debug)]
pub(crate) struct AuthSettingsError {
    /// Line and column.
    pub at: Option<(u64, u64)>,
    pub cause: String,
    pub remedy: String,
}

/// Reads the credentials behind references, and notes the literal ones.
pub(crate) struct CredentialResolver<'a> {
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    literals: Vec<(u64, u64)>,
}

impl<'a> CredentialResolver<'a> {
    /// `environment` looks up a variable.
    pub fn new(environment: &'a dyn Fn(&str) -> Option<String>) -> CredentialResolver<'a> {
        CredentialResolver { environment, literals: Vec::new() }
    }

    /// Reads the credential of a text.
    pub fn read_credential(&mut self, text: &Spanned<String>) -> Result<Credential, AuthSettingsError> {
        let credential = Credential::read(&text.value, self.environment);
        let credential = credential.map_err(|error: CredentialError| {
            let message = error.to_string();
            let (cause, remedy) = message.rsplit_once("; ").unwrap_or((&message, "give a different credential"));
            error_in(text, cause, remedy)
        })?;
        if credential.is_literal() {
            self.literals.push(position_of(text));
        }
        Ok(credential)
    }

    /// Reads the credential of a header value.
    pub fn read_header(&mut self, text: &Spanned<String>) -> Result<Credential, AuthSettingsError> {
        let credential = self.read_credential(text)?;
        if !credential.fits_header() {
            return Err(error_in(
                text,
                "the credential has characters that HTTP headers do not allow",
                "use ASCII characters",
            ));
        }
        Ok(credential)
    }

    /// Line and column of each literal credential.
    pub fn into_literals(self) -> Vec<(u64, u64)> {
        self.literals
    }
}

pub(super) fn error_in(text: &Spanned<String>, cause: &str, remedy: &str) -> AuthSettingsError {
    AuthSettingsError { at: Some(position_of(text)), cause: cause.to_string(), remedy: remedy.to_string() }
}

pub(super) fn position_of(text: &Spanned<String>) -> (u64, u64) {
    (text.referenced.line(), text.referenced.column())
}

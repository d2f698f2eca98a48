//! References to credentials, and their errors.

use crate::endpoint::{Credential, CredentialError};
use serde_saphyr::Spanned;

/// An unusable authentication, with the position of the wrong text in the profile, if any.
#[derive(Debug)]
pub(crate) struct Unresolved {
    /// Line and column.
    pub at: Option<(u64, u64)>,
    pub cause: String,
    pub remedy: String,
}

/// Reads the credentials behind references, and notes the literal ones.
pub(crate) struct Resolver<'a> {
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    literals: Vec<(u64, u64)>,
}

impl<'a> Resolver<'a> {
    /// `environment` looks up a variable.
    pub fn new(environment: &'a dyn Fn(&str) -> Option<String>) -> Resolver<'a> {
        Resolver { environment, literals: Vec::new() }
    }

    /// Reads the credential of a text.
    pub fn credential(&mut self, text: &Spanned<String>) -> Result<Credential, Unresolved> {
        let credential = Credential::read(&text.value, self.environment);
        let credential = credential.map_err(|error: CredentialError| {
            let message = error.to_string();
            let (cause, remedy) = message.rsplit_once("; ").unwrap_or((&message, "give a different credential"));
            wrong(text, cause, remedy)
        })?;
        if credential.is_literal() {
            self.literals.push(place(text));
        }
        Ok(credential)
    }

    /// Reads the credential of a header value.
    pub fn header(&mut self, text: &Spanned<String>) -> Result<Credential, Unresolved> {
        let credential = self.credential(text)?;
        if !credential.fits_header() {
            return Err(wrong(
                text,
                "the credential has characters that HTTP headers do not allow",
                "use ASCII characters",
            ));
        }
        Ok(credential)
    }

    /// Line and column of each literal credential.
    pub fn literals(self) -> Vec<(u64, u64)> {
        self.literals
    }
}

pub(super) fn wrong(text: &Spanned<String>, cause: &str, remedy: &str) -> Unresolved {
    Unresolved { at: Some(place(text)), cause: cause.to_string(), remedy: remedy.to_string() }
}

pub(super) fn place(text: &Spanned<String>) -> (u64, u64) {
    (text.referenced.line(), text.referenced.column())
}

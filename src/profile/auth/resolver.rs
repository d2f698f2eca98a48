//! Gives values to references to credentials.

use crate::endpoint::{Credential, CredentialError};
use serde_saphyr::Spanned;

/// Why there is no scheme: at which text of the profile, or at the caller where none is to blame.
#[derive(Debug)]
pub(crate) struct Unresolved {
    /// Line and column.
    pub at: Option<(u64, u64)>,
    pub cause: String,
    pub remedy: String,
}

/// Gives values to references.
pub(crate) struct Resolver<'a> {
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    literals: Vec<(u64, u64)>,
}

impl<'a> Resolver<'a> {
    /// `environment` looks up a variable.
    pub fn new(environment: &'a dyn Fn(&str) -> Option<String>) -> Resolver<'a> {
        Resolver { environment, literals: Vec::new() }
    }

    /// The credential that a text refers to.
    pub fn credential(&mut self, text: &Spanned<String>) -> Result<Credential, Unresolved> {
        let credential = Credential::read(&text.value, self.environment);
        let credential = credential.map_err(|error: CredentialError| {
            let message = error.to_string();
            let (cause, remedy) = message.rsplit_once("; ").unwrap_or((&message, "give another"));
            wrong(text, cause, remedy)
        })?;
        if credential.is_literal() {
            self.literals.push(place(text));
        }
        Ok(credential)
    }

    /// The same, for a value that goes into a header as it is.
    pub fn header(&mut self, text: &Spanned<String>) -> Result<Credential, Unresolved> {
        let credential = self.credential(text)?;
        if !credential.fits_header() {
            return Err(wrong(text, "it has characters that no header can carry", "give plain characters"));
        }
        Ok(credential)
    }

    /// Line and column of the credentials that were written out.
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

//! The error of a profile, with its place.

use serde_saphyr::Spanned;

/// A profile that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {cause}; {remedy}")]
pub struct ProfileError {
    /// As the caller named it.
    pub file: String,
    /// Counts from 1; 0 where no line is to blame.
    pub line: u64,
    /// Counts from 1; 0 where no line is to blame.
    pub column: u64,
    /// What is wrong, without values that may be secret.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
}

pub(super) fn at<T>(file: &str, value: &Spanned<T>, cause: &str, remedy: &str) -> ProfileError {
    ProfileError {
        file: file.to_string(),
        line: value.referenced.line(),
        column: value.referenced.column(),
        cause: cause.to_string(),
        remedy: remedy.to_string(),
    }
}

//! Errors of a profile.

use serde_saphyr::Spanned;

/// An error in a profile, with place, cause and remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {cause}; {remedy}")]
pub struct ProfileError {
    /// Path of the profile.
    pub file: String,
    /// Line, from 1; 0 if the error belongs to no line.
    pub line: u64,
    /// Column, from 1; 0 if the error belongs to no line.
    pub column: u64,
    /// What is wrong, without secret values.
    pub cause: String,
    /// How to correct the error.
    pub remedy: String,
}

pub(super) fn error_at<T>(file: &str, value: &Spanned<T>, cause: &str, remedy: &str) -> ProfileError {
    ProfileError {
        file: file.to_string(),
        line: value.referenced.line(),
        column: value.referenced.column(),
        cause: cause.to_string(),
        remedy: remedy.to_string(),
    }
}

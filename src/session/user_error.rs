//! The errors that a user can correct: place, cause, remedy and exit kind.

use super::exit_kind::ExitKind;
use crate::expr::find_nearest;
use probity_input::{InputFileError, escape_line, redact_urls};
use std::fmt;
use std::path::Path;

/// An error of a file, an argument or an endpoint, with a remedy for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// File with line, argument, or address.
    pub place: String,
    /// What is wrong at the place.
    pub cause: String,
    /// How the user can correct the error.
    pub remedy: String,
    /// How the process ends because of the error.
    pub exit: ExitKind,
    /// Text printed before the error, such as the wrong lines of a file. Empty, or ends with a line feed.
    pub detail: String,
    /// Requests that were sent to an endpoint before the error.
    pub requests: u64,
}

impl UserError {
    /// The command line is wrong.
    pub fn usage(place: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) -> UserError {
        UserError::new(ExitKind::Usage, place.into(), cause.into(), remedy.into())
    }

    /// A file that was named, or that is needed, cannot be used.
    pub fn input(place: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) -> UserError {
        UserError::new(ExitKind::BadInput, place.into(), cause.into(), remedy.into())
    }

    /// The endpoint cannot be reached, or is not the API.
    pub fn endpoint(place: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) -> UserError {
        UserError::new(ExitKind::Endpoint, place.into(), cause.into(), remedy.into())
    }

    /// A signal came before a result. The signal decides the exit code.
    pub fn stopped(place: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) -> UserError {
        UserError::new(ExitKind::Undecided, place.into(), cause.into(), remedy.into())
    }

    fn new(exit: ExitKind, place: String, cause: String, remedy: String) -> UserError {
        UserError { place, cause, remedy, exit, detail: String::new(), requests: 0 }
    }

    /// Replaces the text printed before the error.
    #[must_use]
    pub fn with_detail(self, detail: String) -> UserError {
        UserError { detail, ..self }
    }

    /// Adds the number of requests that were sent before the error.
    #[must_use]
    pub fn with_requests(self, requests: u64) -> UserError {
        UserError { requests, ..self }
    }

    /// A folder that cannot be read.
    pub fn unreadable(path: &Path, error: &std::io::Error) -> UserError {
        let remedy = match error.kind() {
            std::io::ErrorKind::NotFound => "check the path; it is relative to the folder in which probity runs",
            std::io::ErrorKind::PermissionDenied => "make the folder readable",
            _ => "check that the path names a readable folder",
        };
        UserError::input(path.display().to_string(), format!("the folder cannot be read: {error}"), remedy)
    }

    /// An input file that cannot be read.
    pub fn from_input_file(error: InputFileError) -> UserError {
        UserError::input(error.path.display().to_string(), error.cause, error.remedy)
    }

    /// A report or another output file that cannot be written.
    pub fn unwritable(path: &Path, error: &std::io::Error) -> UserError {
        let cause = format!("the file cannot be written: {error}");
        UserError::input(path.display().to_string(), cause, "name another path, or make this path writable")
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.detail)?;
        let [cause, place, remedy] = [&self.cause, &self.place, &self.remedy].map(|text| redact_urls(text));
        writeln!(f, "error: {}", escape_line(&cause))?;
        writeln!(f, "  at      {}", escape_line(&place))?;
        write!(f, "  remedy  {}", escape_line(&remedy))
    }
}

impl std::error::Error for UserError {}

/// A remedy for an unknown name: "did you mean `x`?", or a short list of the known names.
pub fn suggest_name(name: &str, known: &[&str]) -> String {
    match find_nearest(name, known.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if known.is_empty() => "no name is known".to_string(),
        None if known.len() <= LISTED_MAX => format!("known names: {}", known.join(", ")),
        None => format!("known names ({} in all): {}, ...", known.len(), known[..LISTED_MAX].join(", ")),
    }
}

/// Most known names in a remedy.
const LISTED_MAX: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_gets_a_suggestion_and_an_unlike_name_gets_a_list() {
        assert_eq!(suggest_name("lampp", &["lamp", "door"]), "did you mean `lamp`?");
        assert_eq!(suggest_name("zzzzzzz", &["lamp", "door"]), "known names: lamp, door");
        assert_eq!(suggest_name("x", &[]), "no name is known");
    }
}

//! An error of the user's world: where, what, and what to do about it.

use super::exit::Exit;
use crate::expr::nearest;
use std::fmt;
use std::path::Path;

/// One clear error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// File with line, argument, or address.
    pub place: String,
    pub cause: String,
    pub remedy: String,
    pub exit: Exit,
    /// Printed before it: the lines of a file that are wrong. Empty, or ends with a line feed.
    pub detail: String,
}

impl Wrong {
    /// The command line is wrong.
    pub fn usage(place: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong {
            place: place.into(),
            cause: cause.into(),
            remedy: remedy.into(),
            exit: Exit::Usage,
            detail: String::new(),
        }
    }

    /// A file that was named, or that is needed, cannot be used.
    pub fn input(place: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong {
            place: place.into(),
            cause: cause.into(),
            remedy: remedy.into(),
            exit: Exit::BadInput,
            detail: String::new(),
        }
    }

    /// The endpoint is not there, or not the one.
    pub fn endpoint(place: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong {
            place: place.into(),
            cause: cause.into(),
            remedy: remedy.into(),
            exit: Exit::Endpoint,
            detail: String::new(),
        }
    }

    /// The same with what is to be printed before it.
    #[must_use]
    pub fn with_detail(self, detail: String) -> Wrong {
        Wrong { detail, ..self }
    }

    /// A file that cannot be read.
    pub fn unreadable(path: &Path, error: &std::io::Error) -> Wrong {
        let remedy = match error.kind() {
            std::io::ErrorKind::NotFound => "check the path; it is relative to the folder in which probity runs",
            std::io::ErrorKind::PermissionDenied => "make it readable",
            _ => "check that it is a file of text",
        };
        Wrong::input(path.display().to_string(), format!("it cannot be read: {error}"), remedy)
    }

    /// A report or another output that cannot be written.
    pub fn unwritable(path: &Path, error: &std::io::Error) -> Wrong {
        let cause = format!("it cannot be written: {error}");
        Wrong::input(path.display().to_string(), cause, "name another place, or make this one writable")
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.detail)?;
        writeln!(f, "error: {}", self.cause)?;
        writeln!(f, "  at      {}", self.place)?;
        write!(f, "  remedy  {}", self.remedy)
    }
}

impl std::error::Error for Wrong {}

/// "did you mean `x`?", or the short list of what there is.
pub fn meant(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if known.is_empty() => "there is none to choose from".to_string(),
        None if known.len() <= LISTED_MAX => format!("there is: {}", known.join(", ")),
        None => format!("there are {}, beginning with: {}", known.len(), known[..LISTED_MAX].join(", ")),
    }
}

const LISTED_MAX: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_keyboard_is_recognised_and_nonsense_is_not() {
        assert_eq!(meant("lampp", &["lamp", "door"]), "did you mean `lamp`?");
        assert_eq!(meant("zzzzzzz", &["lamp", "door"]), "there is: lamp, door");
        assert_eq!(meant("x", &[]), "there is none to choose from");
    }
}

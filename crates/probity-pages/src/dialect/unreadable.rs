//! The error of files that no reader takes.

/// The largest page that is read, in bytes; the largest known real page has a tenth of it.
pub const PAGE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A file that no reader takes: place, cause and remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {cause}\n  {remedy}")]
pub struct Unreadable {
    /// The file as the caller named it.
    pub file: String,
    /// 1-based line that shows the cause.
    pub line: u32,
    /// What is wrong with the file.
    pub cause: String,
    /// What the user can do.
    pub remedy: String,
}

pub(super) fn unreadable(file: &str, line: u32, cause: String, remedy: &str) -> Unreadable {
    Unreadable { file: file.into(), line, cause, remedy: remedy.into() }
}

//! The error of files without a reader.

/// The largest page that is read, in bytes. The largest known page has a tenth of this size.
pub const PAGE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A file cannot be read: place, cause and remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {cause}\n  {remedy}")]
pub struct UnreadablePage {
    /// The file, as named by the caller.
    pub file: String,
    /// 1-based line of the cause.
    pub line: u32,
    /// The reason.
    pub cause: String,
    /// The next step for the user.
    pub remedy: String,
}

pub(super) fn unreadable_page(file: &str, line: u32, cause: String, remedy: &str) -> UnreadablePage {
    UnreadablePage { file: file.into(), line, cause, remedy: remedy.into() }
}

//! Sources, warnings and errors of a derivation from files.

use crate::dialect::UnreadablePage;
use crate::manifest::ManifestError;
use std::path::PathBuf;

/// The pages to derive from.
#[derive(Debug, Clone)]
pub enum PageSources {
    /// A manifest. The files are relative to the pages folder.
    Manifest(PathBuf),
    /// Files or folders with pages. Ids of pages are the stems of the file names.
    Pages {
        /// Short name of the API.
        api: String,
        /// Files, or folders that are searched for pages.
        paths: Vec<PathBuf>,
    },
}

/// A problem that does not stop the derivation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeriveWarning {
    /// The file, with a line if known.
    pub place: String,
    /// The problem.
    pub cause: String,
}

impl std::fmt::Display for DeriveWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.cause)
    }
}

/// The forms of pages that are read, for a user whose pages gave nothing.
pub const READ_FORMS: &str = "an operation needs a heading `URI` with a line `METHOD /path`, or with the lines `PATH: /path` and `Method: METHOD`; headings such as `Request`, `Response`, `Example Request`, `Example Response` and `Status Codes` open its parts, and tables with the columns `Parameter` (or `Name`), `Type`, `Mandatory` and `Description` list fields; Markdown, reStructuredText, tables of pipes and OpenAPI 3 are read; `--words FILE` adds words of another language";

/// Reasons why a derivation failed, with place, cause and remedy.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// The manifest is malformed.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A page is of no supported dialect.
    #[error(transparent)]
    Unreadable(#[from] UnreadablePage),
    /// A file or folder cannot be opened.
    #[error("{}: {cause}\n  {remedy}", path.display())]
    Missing {
        /// The file or folder.
        path: PathBuf,
        /// The error of the system.
        cause: String,
        /// A remedy for the user.
        remedy: String,
    },
    /// The pages contain no operation, table, status or example.
    #[error("{}: no operation, table, status or example was found\n  name a page of an API reference", path.display())]
    NothingRead {
        /// The page, or the manifest.
        path: PathBuf,
    },
    /// The pages describe no operation.
    #[error("{}: {}\n  {READ_FORMS}", path.display(), describe_pages_without_operation(*pages, unread))]
    NoOperation {
        /// The first of the named files and folders.
        path: PathBuf,
        /// Number of pages that were read.
        pages: usize,
        /// The pages that cannot be read, each with the cause.
        unread: Vec<String>,
    },
    /// The output cannot be written. Existing files are unchanged.
    #[error("{}: {cause}\n  check that the folder can be created and written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        cause: String,
    },
}

/// Most pages that an error names.
const NAMED_MAX: usize = 10;

/// How many pages describe no operation, and which pages cannot be read.
pub fn describe_pages_without_operation(pages: usize, unread: &[String]) -> String {
    let read = format!("{pages} pages were read and describe no operation");
    if unread.is_empty() {
        return read;
    }
    let more = unread.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let named = &unread[..unread.len().min(NAMED_MAX)];
    format!("{read}; {} pages cannot be read: {}{more}", unread.len(), named.join("; "))
}

//! Errors and warnings of a derivation from files.

use crate::dialect::Unreadable;
use crate::manifest::ManifestError;
use std::path::PathBuf;

/// Where the pages come from.
#[derive(Debug, Clone)]
pub enum Sources {
    /// A manifest; its files are relative to the pages folder.
    Manifest(PathBuf),
    /// Pages or folders named directly; ids are the files' stems.
    Pages {
        /// The API's short name.
        api: String,
        /// Files, or folders that are searched for pages.
        paths: Vec<PathBuf>,
    },
}

/// Something worth a look that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// File, and line where there is one.
    pub place: String,
    /// What was seen.
    pub cause: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.cause)
    }
}

/// Why nothing was derived or written: place, cause, remedy.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// The manifest is malformed.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A page is of no dialect that is read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A file or folder cannot be opened.
    #[error("{}: {cause}\n  {remedy}", path.display())]
    Missing {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        cause: String,
        /// What the user can do.
        remedy: String,
    },
    /// Pages were read and hold nothing to derive.
    #[error("{}: no operation, table, status or example was found\n  name a page of an API reference", path.display())]
    NothingRead {
        /// The page, or the manifest.
        path: PathBuf,
    },
    /// The output cannot be written. What was there before is unchanged.
    #[error("{}: {cause}\n  check that the folder exists or can be made, and that it can be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
}

//! The error of reading a catalog or a schema.

use thiserror::Error;

/// Why a catalog or a schema cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {cause}; {remedy}")]
pub struct CatalogError {
    /// The file, with a JSON pointer into the file where one is known.
    pub place: String,
    /// The defect.
    pub cause: String,
    /// How to repair the defect.
    pub remedy: String,
}

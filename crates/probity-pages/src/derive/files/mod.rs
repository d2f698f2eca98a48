//! Reads pages from a folder and writes the result of a derivation. Only this part of derivation accesses files.

mod direct;
mod error;
mod output;
mod read;

pub use error::{DeriveError, DeriveWarning, PageSources, READ_FORMS, describe_pages_without_operation};
#[cfg(test)]
pub(super) use output::render_files;
pub use output::write_derivation;
pub use read::derive_files;

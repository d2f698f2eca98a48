//! Reads pages from a folder and writes the result of a derivation. Only this part of derivation accesses files.

mod direct;
mod error;
mod output;
mod read;

pub use error::{DeriveError, Sources, Warning};
#[cfg(test)]
pub(super) use output::rendered;
pub use output::write;
pub use read::derive_files;

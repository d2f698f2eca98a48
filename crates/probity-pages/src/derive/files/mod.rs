//! Reads pages from a folder and writes the result of a derivation. No further module of derivation uses files.

mod direct;
mod error;
mod read;
mod write;

pub use error::{DeriveError, Sources, Warning};
pub use read::derive_files;
#[cfg(test)]
pub(super) use write::rendered;
pub use write::write;

//! Reads pages from a folder and writes what was derived. Only this module touches files.

mod direct;
mod error;
mod read;
mod write;

pub use error::{DeriveError, Sources, Warning};
pub use read::derive_files;
#[cfg(test)]
pub(super) use write::rendered;
pub use write::write;

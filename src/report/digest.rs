//! Digests in the form of all files of the project.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// `sha256:` and 64 hex digits over the bytes.
#[must_use]
pub fn digest_bytes(bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(bytes);
    finish_digest(hash)
}

/// `sha256:` and 64 hex digits of a hash that the caller has filled.
#[must_use]
pub fn finish_digest(hash: Sha256) -> String {
    let mut text = String::from("sha256:");
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

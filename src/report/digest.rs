//! Digests as all files of the project write them.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// `sha256:` and 64 hex digits over the bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(bytes);
    written(hash)
}

/// A hash that was fed piece by piece, in the same form.
#[must_use]
pub fn written(hash: Sha256) -> String {
    let mut text = String::from("sha256:");
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

//! Tokens: replacements for secret values.
//!
//! A token shows the type of the value only. Equal values have equal tokens within a run, so that
//! a reader can compare them.

use sha2::{Digest, Sha256};

/// Hex digits of a token.
const HEX_CHARS: usize = 12;

/// The token of a scalar. `kind` is its type, and `salt` is a random text of the run.
pub(super) fn make_secret_placeholder(salt: &str, kind: &str, text: &str) -> String {
    let digest = Sha256::new()
        .chain_update(salt)
        .chain_update([0])
        .chain_update(kind)
        .chain_update([0])
        .chain_update(text)
        .finalize();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("secret:{kind}:{}", &hex[..HEX_CHARS])
}

/// Whether the text is a token.
pub fn is_secret_placeholder(text: &str) -> bool {
    let Some((kind, hex)) = text.strip_prefix("secret:").and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    ["string", "integer", "number"].contains(&kind)
        && hex.len() == HEX_CHARS
        && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

//! Forged credentials: well formed, and never issued.

use super::credential::Credential;
use sha2::{Digest, Sha256};

/// Forges a credential: letters replace letters, digits replace digits.
///
/// The result depends on the shape of the value only, and so reveals nothing else. A word in front (`Bearer `) stays.
/// Of a signed token all parts stay except the signature, so that the endpoint has to check the signature.
pub(crate) fn forge_credential(value: &Credential) -> Credential {
    let text = value.expose();
    let kept = text.rfind(' ').map_or(0, |at| at + 1).max(find_token_signature(text).unwrap_or(0));
    let (before, wrong) = text.split_at(kept);
    let mut drawn = generate_bytes();
    let mut made: Vec<char> =
        wrong.chars().map(|c| replace_character(c, drawn.next().expect("the sequence is endless"))).collect();
    if made.iter().collect::<String>() == wrong {
        match made.iter_mut().find(|c| c.is_ascii_alphanumeric()) {
            Some(c) => *c = replace_character(*c, compute_offset(*c) + 1),
            None => made.push('0'),
        }
    }
    Credential::from_process(format!("{before}{}", made.iter().collect::<String>()))
}

/// Where the signature of a JSON Web Signature in compact form begins (RFC 7515, section 3.1).
fn find_token_signature(text: &str) -> Option<usize> {
    let begins = text.rfind(' ').map_or(0, |at| at + 1);
    let parts: Vec<&str> = text[begins..].split('.').collect();
    // In Base64 `{"` becomes `eyJ`.
    let signed = parts.len() == 3 && parts[0].starts_with("eyJ") && !parts[2].is_empty();
    signed.then(|| text.len() - parts[2].len())
}

/// The character of the same class at index `drawn`.
fn replace_character(c: char, drawn: u8) -> char {
    let (first, many) = match c {
        'a'..='f' => (b'a', 6),
        'g'..='z' => (b'a', 26),
        'A'..='F' => (b'A', 6),
        'G'..='Z' => (b'A', 26),
        '0'..='9' => (b'0', 10),
        other => return other,
    };
    char::from(first + drawn % many)
}

fn compute_offset(c: char) -> u8 {
    match c {
        'a'..='z' => c as u8 - b'a',
        'A'..='Z' => c as u8 - b'A',
        _ => c as u8 - b'0',
    }
}

/// An endless sequence of bytes, equal in all processes.
fn generate_bytes() -> impl Iterator<Item = u8> {
    (0u64..).flat_map(|block| Sha256::digest(block.to_be_bytes()))
}

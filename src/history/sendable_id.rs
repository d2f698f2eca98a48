//! Ids that a later request can carry.

/// Longest id in bytes, percent-encoded. RFC 9110, section 4.1, asks servers for whole addresses of 8,000 bytes.
const ENCODED_BYTES_MAX: usize = 2_048;

/// Whether a request can name a resource by this id, in a path too. An empty id, a dot segment, an id with control
/// characters and an overlong id cannot stand in an address. An id with slashes is percent-encoded; a server or a
/// proxy that decodes the slashes must arrive at the same path, so the parts between slashes must be names too.
#[must_use]
pub fn is_sendable_id(id: &str) -> bool {
    let is_name = |part: &str| !matches!(part, "" | "." | "..");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    // Shorter than the limit unencoded, so that an id of megabytes is not counted to its end.
    id.len() <= ENCODED_BYTES_MAX
        && id.bytes().map(|byte| if plain(byte) { 1 } else { 3 }).sum::<usize>() <= ENCODED_BYTES_MAX
        && !id.chars().any(char::is_control)
        && id.split(['/', '\\']).all(is_name)
}

#[cfg(test)]
mod tests {
    use super::is_sendable_id;

    #[test]
    fn an_id_that_would_change_the_address_of_a_request_cannot_be_sent() {
        for id in ["", ".", "..", "a/../b", "../b", "/a", "a//b", "a/", "a\\..\\b", "a\n", "a\0", "\u{85}"] {
            assert!(!is_sendable_id(id), "{id:?}");
        }
        for length in [2_049, 1 << 20] {
            assert!(!is_sendable_id(&"a".repeat(length)));
        }
        assert!(!is_sendable_id(&"é".repeat(400)), "six bytes each, percent-encoded");
    }

    #[test]
    fn an_id_of_other_characters_can_be_sent() {
        for id in ["8a78", "...", "a.b", "projects/p/zones/z", "%2e%2e", "a b", "ü", &"a".repeat(2_048)] {
            assert!(is_sendable_id(id), "{id:?}");
        }
    }
}

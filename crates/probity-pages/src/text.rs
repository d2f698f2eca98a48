//! Text of pages, normalised for digests and citations: line breaks and indentation do not count.

use sha2::{Digest, Sha256};

/// The words of some lines, separated by one space. The result does not depend on line breaks.
pub fn normalise_lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for word in lines.into_iter().flat_map(str::split_whitespace) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// `sha256:` and 64 lower-case hex digits of the UTF-8 bytes of a text.
pub fn digest_text(text: &str) -> String {
    let mut out = String::from("sha256:");
    for byte in Sha256::digest(text.as_bytes()) {
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

/// The lines `first` to `last` (1-based, inclusive) of a text, without line ends. Numbers outside of the text have no line.
pub fn select_lines(text: &str, first: u32, last: u32) -> impl Iterator<Item = &str> {
    let skip = first.saturating_sub(1) as usize;
    let take = (last as usize).saturating_sub(skip);
    text.lines().skip(skip).take(take)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_and_indentation_do_not_change_a_digest() {
        let wide = normalise_lines(["a lamp  may be\tlit"]);
        let narrow = normalise_lines(["  a lamp", "", "may be", "lit "]);
        assert_eq!(wide, "a lamp may be lit");
        assert_eq!(digest_text(&wide), digest_text(&narrow));
        assert_ne!(digest_text(&wide), digest_text("a lamp may be unlit"));
    }

    #[test]
    fn a_digest_is_that_of_the_published_test_vector() {
        assert_eq!(digest_text("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn lines_outside_the_text_are_left_out() {
        let take = |first, last| select_lines("a\nb\nc\n", first, last).collect::<Vec<_>>().join("+");
        assert_eq!(take(2, 3), "b+c");
        assert_eq!(take(0, 1), "a");
        assert_eq!(take(3, 9), "c");
        assert_eq!(take(3, 2), "");
    }
}

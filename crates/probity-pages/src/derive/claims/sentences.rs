//! Sentences, headings and figures of a description.

use crate::document::PageLine;

/// Returns a line with `65535` in place of `65,535`, so that the comma does not split a list.
pub(super) fn remove_digit_commas(line: &PageLine) -> PageLine {
    let plain = |text: &str| {
        let chars: Vec<char> = text.chars().collect();
        let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        let parts = |at: usize| {
            chars[at] == ',' && at > 0 && digit(at - 1) && (1..=3).all(|it| digit(at + it)) && !digit(at + 4)
        };
        (0..chars.len()).filter(|at| !parts(*at)).map(|at| chars[at]).collect::<String>()
    };
    PageLine { text: plain(&line.text), strong: line.strong.iter().map(|it| plain(it)).collect(), ..line.clone() }
}

/// Splits a line into sentences.
pub(super) fn split_sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices(['.', ';', '。', '；']) {
        let after = at + text[at..].chars().next().map_or(1, char::len_utf8);
        let ends = match bytes.get(after) {
            None => true,
            Some(b' ') => !text[..at].ends_with("e.g") && !text[..at].ends_with("i.e"),
            Some(_) => text[at..].starts_with(['。', '；']),
        };
        if ends {
            out.push(text[start..at].trim());
            start = after;
        }
    }
    out.push(text[start..].trim());
    out.retain(|sentence| !sentence.is_empty());
    out
}

/// Whether a line is the heading of a part. Cells of later pages have four parts with headings.
pub(super) fn is_part_heading(text: &str) -> bool {
    let word = text.trim().trim_end_matches([':', '：']).to_lowercase();
    matches!(
        word.as_str(),
        "definition" | "constraints" | "constraint" | "range" | "default value" | "default" | "value range"
    )
}

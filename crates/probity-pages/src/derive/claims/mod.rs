//! What a description cell claims about a value: lengths, ranges, enumerations, formats,
//! defaults, whether it has any effect, and since when it exists.
//!
//! Wordings are recognised, not understood: a sentence that fits no pattern claims
//! nothing. Each claim keeps its lines. What is said twice with different figures, or
//! said in words that cannot be meant literally, is an [`Oddity`].

mod charset;
mod enumeration;
mod figures;
mod life;

use super::types::Type;
use crate::document::{Line, Text};

/// A claim with the lines it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::derive) struct Cited<T> {
    pub value: T,
    pub first: u32,
    pub last: u32,
}

impl<T> Cited<T> {
    fn on(line: &Line, value: T) -> Cited<T> {
        Cited { value, first: line.first, last: line.last }
    }
}

/// Lower and upper bound, inclusive.
pub(in crate::derive) type Bounds = (Option<i64>, Option<i64>);

/// What a page says about the shape of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::derive) enum Format {
    /// Thirty-six characters with hyphens.
    Uuid,
    /// Called a UUID; whether with hyphens is not said.
    UuidLike,
    Base64,
    Ipv4,
    DateTime,
    /// Date and time without a zone.
    LocalDateTime,
}

/// Something said in a way that leaves a doubt: kind, what is written, what it is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::derive) struct Oddity {
    pub kind: &'static str,
    pub says: String,
    pub taken: String,
    pub first: u32,
    pub last: u32,
}

/// Everything that one description claims.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::derive) struct Claims {
    pub length: Option<Cited<Bounds>>,
    /// The length is counted in bytes, not characters.
    pub bytes: bool,
    /// The length of the keys of a map, and of its values.
    pub key_length: Option<Cited<Bounds>>,
    pub value_length: Option<Cited<Bounds>>,
    pub range: Option<Cited<Bounds>>,
    /// The closed list of values, as written.
    pub values: Option<Cited<Vec<String>>>,
    pub format: Option<Cited<Format>>,
    /// A regular expression that is certain.
    pub pattern: Option<Cited<String>>,
    /// Names of character classes where the list is not certainly complete.
    pub charset: Option<Cited<Vec<String>>>,
    pub default: Option<Cited<String>>,
    pub nullable: Option<Cited<()>>,
    pub blank: Option<Cited<()>>,
    /// `unsupported`, `no-effect`, `discarded`, `reserved`, `unused`.
    pub dead: Option<Cited<&'static str>>,
    pub since: Option<Cited<String>>,
    /// Last microversion that has it.
    pub until: Option<Cited<String>>,
    pub mandatory_when: Option<Cited<()>>,
    pub optional: Option<Cited<()>>,
    /// A moment that may lie ahead when it is shown: until then there is nothing to show.
    pub ahead: Option<Cited<()>>,
    /// What it holds differs from case to case, by its description.
    pub varies: Option<Cited<()>>,
    /// It comes back only where something went wrong.
    pub on_error: Option<Cited<()>>,
    pub oddities: Vec<Oddity>,
}

/// Reads a description cell; the type tells figures of lengths from figures of values.
pub(in crate::derive) fn read(text: &Text, is: &Type) -> Claims {
    let mut claims = Claims::default();
    let lines: Vec<Line> = text.lines.iter().map(plain_figures).collect();
    figures::read(&lines, is, &mut claims);
    enumeration::read(&lines, is, &mut claims);
    charset::read(&lines, is, &mut claims);
    life::read(&lines, is, &mut claims);
    claims
}

/// A line with `65,535` written as `65535`, so that the comma does not part a list.
fn plain_figures(line: &Line) -> Line {
    let plain = |text: &str| {
        let chars: Vec<char> = text.chars().collect();
        let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        let parts = |at: usize| {
            chars[at] == ',' && at > 0 && digit(at - 1) && (1..=3).all(|it| digit(at + it)) && !digit(at + 4)
        };
        (0..chars.len()).filter(|at| !parts(*at)).map(|at| chars[at]).collect::<String>()
    };
    Line { text: plain(&line.text), strong: line.strong.iter().map(|it| plain(it)).collect(), ..line.clone() }
}

/// The sentences of a line.
fn sentences(text: &str) -> Vec<&str> {
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

/// The four-part cells of later pages open each part with a word of its own.
fn is_part_heading(text: &str) -> bool {
    let word = text.trim().trim_end_matches([':', '：']).to_lowercase();
    matches!(
        word.as_str(),
        "definition" | "constraints" | "constraint" | "range" | "default value" | "default" | "value range"
    )
}

#[cfg(test)]
mod tests;

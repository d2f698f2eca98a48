//! Phrases of several renderings.

use crate::schema::catalog::SourceLines;
use std::fmt::Write;

/// Widest line of a list of names, in characters.
const WIDTH: usize = 100;

/// Citations, separated by commas; a note for a clause without citations.
pub(super) fn list_citations(cites: &[SourceLines]) -> String {
    if cites.is_empty() {
        return "no page: a convention of probity".to_string();
    }
    cites.iter().map(SourceLines::to_string).collect::<Vec<_>>().join(", ")
}

/// A number with the word for one or for many.
pub(super) fn format_count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A sentence in indented lines of at most [`WIDTH`] characters.
pub(super) fn wrap_words(sentence: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut line = String::from(indent);
    for word in sentence.split(' ') {
        if line.chars().count() + word.chars().count() + 1 > WIDTH && line.trim() != "" {
            out.push_str(line.trim_end());
            out.push('\n');
            line = format!("{indent}  ");
        }
        line.push_str(word);
        line.push(' ');
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}

/// The first names, at most `most`, separated by commas, and the number of the others.
pub(super) fn join_first_names<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Names, separated by commas, in indented lines of at most [`WIDTH`] characters.
pub(super) fn wrap_names(names: &[&str], indent: &str) -> String {
    let mut out = String::new();
    let mut line = String::from(indent);
    for (index, name) in names.iter().enumerate() {
        let comma = if index + 1 < names.len() { "," } else { "" };
        if line.trim().is_empty() {
            line = format!("{indent}{name}{comma}");
        } else if line.chars().count() + name.chars().count() + 2 > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = format!("{indent}{name}{comma}");
        } else {
            let _ = write!(line, " {name}{comma}");
        }
    }
    if !line.trim().is_empty() {
        out.push_str(&line);
        out.push('\n');
    }
    out
}

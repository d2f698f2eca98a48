//! The texts of single cells.

use crate::derive::field::Need;
use crate::document::Text;

/// Returns the text of a cell on one line.
pub(in crate::derive) fn flat(text: &Text) -> String {
    text.lines.iter().map(|line| line.text.trim()).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Splits a name cell into the name and the need by a mark beside the name.
pub(super) fn split_name(text: &str) -> (String, Option<Need>) {
    let text = text.trim().trim_matches(['*', '`', '"']).trim();
    for (word, need) in [
        ("required", Need::Yes),
        ("optional", Need::No),
        ("(mandatory)", Need::Yes),
        ("(optional)", Need::No),
        ("(required)", Need::Yes),
    ] {
        if let Some(name) = text.strip_suffix(word).map(str::trim).filter(|name| !name.is_empty()) {
            return (name.to_string(), Some(need));
        }
    }
    (text.to_string(), None)
}

/// Returns the need by a cell of the mandatory column.
pub(super) fn need(text: &str) -> Need {
    let lower = text.trim().trim_end_matches('.').to_lowercase();
    match lower.as_str() {
        "yes" | "y" | "mandatory" | "required" | "m" | "true" | "是" | "必选" => Need::Yes,
        "no" | "n" | "optional" | "o" | "false" | "否" | "可选" => Need::No,
        "" | "-" | "n/a" | "--" | "/" => Need::Unsaid,
        _ => Need::When,
    }
}

pub(super) fn plain_need(text: &str) -> bool {
    matches!(need(text), Need::Yes | Need::No)
}

/// Returns the word before a condition, such as `yes` in "Yes (when …)". The condition itself stays on the page.
pub(super) fn lead(text: &str) -> String {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric()).collect();
    match need(&word) {
        Need::Yes => "yes, with a condition".into(),
        Need::No => "no, with a condition".into(),
        _ => "a condition".into(),
    }
}

pub(super) fn short(text: &str) -> String {
    let word: String = text.split_whitespace().next().unwrap_or_default().chars().take(32).collect();
    word
}

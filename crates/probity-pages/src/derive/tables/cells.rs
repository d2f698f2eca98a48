//! The texts of single cells.

use crate::derive::field::FieldNeed;
use crate::document::BlockText;

/// Returns the text of a cell on one line.
pub(in crate::derive) fn flatten_text(text: &BlockText) -> String {
    text.lines.iter().map(|line| line.text.trim()).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Splits a name cell into the name and the need by a mark beside the name.
pub(super) fn split_name(text: &str) -> (String, Option<FieldNeed>) {
    let text = text.trim().trim_matches(['*', '`', '"']).trim();
    for (word, need) in [
        ("required", FieldNeed::Yes),
        ("optional", FieldNeed::No),
        ("(mandatory)", FieldNeed::Yes),
        ("(optional)", FieldNeed::No),
        ("(required)", FieldNeed::Yes),
    ] {
        if let Some(name) = text.strip_suffix(word).map(str::trim).filter(|name| !name.is_empty()) {
            return (name.to_string(), Some(need));
        }
    }
    (text.to_string(), None)
}

/// Returns the need by a cell of the mandatory column.
pub(super) fn parse_need(text: &str) -> FieldNeed {
    let lower = text.trim().trim_end_matches('.').to_lowercase();
    match lower.as_str() {
        "yes" | "y" | "mandatory" | "required" | "m" | "true" | "是" | "必选" => FieldNeed::Yes,
        "no" | "n" | "optional" | "o" | "false" | "否" | "可选" => FieldNeed::No,
        "" | "-" | "n/a" | "--" | "/" => FieldNeed::Unsaid,
        _ => FieldNeed::When,
    }
}

pub(super) fn is_plain_need(text: &str) -> bool {
    matches!(parse_need(text), FieldNeed::Yes | FieldNeed::No)
}

/// Returns the word before a condition, such as `yes` in "Yes (when …)". The condition itself stays on the page.
pub(super) fn describe_condition(text: &str) -> String {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric()).collect();
    match parse_need(&word) {
        FieldNeed::Yes => "yes, with a condition".into(),
        FieldNeed::No => "no, with a condition".into(),
        _ => "a condition".into(),
    }
}

pub(super) fn take_first_word(text: &str) -> String {
    let word: String = text.split_whitespace().next().unwrap_or_default().chars().take(32).collect();
    word
}

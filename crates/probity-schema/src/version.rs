//! Microversions and the bounds of a field.

use super::shape::Notes;

/// A microversion as its numbers; `latest` is above all others.
pub(super) type Version = (u32, u32);

/// What a call's microversion says about a field that exists only in some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// No header: the oldest, hence below every `since` and every `until`.
    Oldest,
    Exactly(Version),
    /// A header that is no version: nothing is known about bounded fields.
    Unreadable,
}

impl Asked {
    pub(super) fn read(text: Option<&str>) -> Asked {
        match text {
            None => Asked::Oldest,
            Some(text) => parse(text).map_or(Asked::Unreadable, Asked::Exactly),
        }
    }

    /// Whether the field certainly exists in this version.
    pub(super) fn includes(self, notes: &Notes) -> bool {
        if notes.since.is_none() && notes.until.is_none() {
            return true;
        }
        match self {
            Asked::Oldest => notes.since.is_none(),
            Asked::Unreadable => false,
            Asked::Exactly(version) => {
                notes.since.is_none_or(|since| version >= since) && notes.until.is_none_or(|until| version <= until)
            }
        }
    }
}

/// `2.54`, `v2.54`, `2` or `latest`; a service name before it (`compute 2.54`) is skipped.
pub(super) fn parse(text: &str) -> Option<Version> {
    let word = text.split_whitespace().last()?;
    if word.eq_ignore_ascii_case("latest") {
        return Some((u32::MAX, u32::MAX));
    }
    let digits = word.strip_prefix(['v', 'V']).unwrap_or(word);
    let (major, minor) = digits.split_once('.').unwrap_or((digits, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

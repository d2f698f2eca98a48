//! Waivers as a profile writes them.

use super::error::{ProfileError, error_at};
use super::file::WaiverEntry;
use crate::known_deviations::{NamePattern, Waiver, WaiverScope};
use jiff::civil::Date;
use serde_saphyr::Spanned;

pub(super) fn resolve_waivers(entries: &[Spanned<WaiverEntry>], file: &str) -> Result<Vec<Waiver>, ProfileError> {
    entries.iter().map(|entry| resolve_waiver(entry, file)).collect()
}

fn resolve_waiver(entry: &Spanned<WaiverEntry>, file: &str) -> Result<Waiver, ProfileError> {
    let fail = |cause: &str, remedy: &str| Err(error_at(file, entry, cause, remedy));
    let written = &entry.value;
    let scope = match (&written.clause, &written.fingerprint) {
        (Some(pattern), None) => match NamePattern::new(pattern) {
            Some(pattern) => WaiverScope::Clauses(pattern),
            None => return fail("the pattern of a waiver is too long", "shorten the pattern"),
        },
        (None, Some(fingerprint)) => WaiverScope::Fingerprint(fingerprint.clone()),
        _ => return fail("a waiver has either `clause` or `fingerprint`", "write one of them"),
    };
    if written.fingerprint.is_some() && written.suite.is_none() {
        return fail("a waiver of a fingerprint needs its suite", "add `suite`, as the report names it");
    }
    if written.reason.trim().is_empty() {
        return fail("the reason of a waiver is empty", "write why the deviation is accepted");
    }
    let is_date = |text: &String| text.parse::<Date>().is_ok_and(|date| date.to_string() == *text);
    if !written.until.as_ref().is_none_or(is_date) {
        return fail("`until` of a waiver is not a date", "write the last day of the waiver as YYYY-MM-DD");
    }
    let place = format!("{file}:{}:{}", entry.referenced.line(), entry.referenced.column());
    Ok(Waiver {
        scope,
        suite: written.suite.clone(),
        reason: written.reason.clone(),
        owner: written.owner.clone(),
        until: written.until.clone(),
        place,
    })
}

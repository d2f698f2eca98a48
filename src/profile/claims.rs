//! Claims as a profile writes them.

use super::error::{ProfileError, error_at};
use super::file::ClaimsEntry;
use crate::known_deviations::{NamePattern, SuiteClaims};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

pub(super) fn resolve_claims(
    entries: &BTreeMap<String, Spanned<ClaimsEntry>>,
    file: &str,
) -> Result<BTreeMap<String, SuiteClaims>, ProfileError> {
    entries.iter().map(|(suite, entry)| Ok((suite.clone(), resolve_entry(entry, file)?))).collect()
}

fn resolve_entry(entry: &Spanned<ClaimsEntry>, file: &str) -> Result<SuiteClaims, ProfileError> {
    let ClaimsEntry { operations, kinds, clauses } = &entry.value;
    if operations.is_none() && kinds.is_none() && clauses.is_none() {
        let remedy =
            "name what is claimed under `operations`, `kinds` or `clauses`, or remove the suite: all is claimed";
        return Err(error_at(file, entry, "the claims about a suite are empty", remedy));
    }
    let read = |written: &Option<Vec<String>>| -> Result<Option<Vec<NamePattern>>, ProfileError> {
        let Some(written) = written else { return Ok(None) };
        let patterns: Option<Vec<NamePattern>> = written.iter().map(|text| NamePattern::new(text)).collect();
        match patterns {
            Some(patterns) => Ok(Some(patterns)),
            None => Err(error_at(file, entry, "a pattern of the claims is too long", "shorten the pattern")),
        }
    };
    Ok(SuiteClaims { operations: read(operations)?, kinds: read(kinds)?, clauses: read(clauses)? })
}

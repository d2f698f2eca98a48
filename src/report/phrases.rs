//! Phrases of several renderings.

use crate::schema::catalog::SourceLines;

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

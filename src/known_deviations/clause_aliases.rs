//! The earlier ids of renamed clauses.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The earlier ids of the clauses of a suite.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClauseAliases(BTreeMap<String, String>);

impl ClauseAliases {
    /// Collects pairs of an earlier id and the id of today.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> ClauseAliases {
        ClauseAliases(pairs.into_iter().map(|(alias, id)| (alias.to_string(), id.to_string())).collect())
    }

    /// The id of today of a clause, given any of its ids.
    #[must_use]
    pub fn find_current_id<'a>(&'a self, id: &'a str) -> &'a str {
        self.0.get(id).map_or(id, String::as_str)
    }

    /// All ids of a clause: the id of today, then the earlier ones.
    pub fn list_ids<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> {
        let earlier = self.0.iter().filter(move |(_, current)| *current == id);
        std::iter::once(id).chain(earlier.map(|(alias, _)| alias.as_str()))
    }

    /// A fingerprint with the clauses by their ids of today. A fingerprint begins with ids, joined by `+`.
    #[must_use]
    pub fn rename_fingerprint<'a>(&self, fingerprint: &'a str) -> Cow<'a, str> {
        let (ids, rest) = fingerprint.split_at(fingerprint.find(' ').unwrap_or(fingerprint.len()));
        if !ids.split('+').any(|id| self.0.contains_key(id)) {
            return Cow::Borrowed(fingerprint);
        }
        let ids: Vec<&str> = ids.split('+').map(|id| self.find_current_id(id)).collect();
        Cow::Owned(format!("{}{rest}", ids.join("+")))
    }
}

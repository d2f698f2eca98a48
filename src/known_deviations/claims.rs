//! What a vendor claims to implement, by patterns of names.

use super::name_pattern::NamePattern;
use std::collections::BTreeSet;

/// What a profile claims of one suite. Without patterns for a sort of names, all names of the sort are claimed.
#[derive(Debug, Clone, Default)]
pub struct SuiteClaims {
    /// Claimed operations.
    pub operations: Option<Vec<NamePattern>>,
    /// Claimed resource kinds.
    pub kinds: Option<Vec<NamePattern>>,
    /// Claimed clauses.
    pub clauses: Option<Vec<NamePattern>>,
}

impl SuiteClaims {
    /// Whether an operation about resources of these kinds is claimed.
    #[must_use]
    pub fn covers_operation<'a>(&self, operation: &str, kinds: impl IntoIterator<Item = &'a str>) -> bool {
        is_claimed(&self.operations, operation) && kinds.into_iter().all(|kind| self.covers_kind(kind))
    }

    /// Whether a resource kind is claimed.
    #[must_use]
    pub fn covers_kind(&self, kind: &str) -> bool {
        is_claimed(&self.kinds, kind)
    }

    /// Whether a clause is claimed by one of its ids, apart from its operations.
    #[must_use]
    pub fn covers_clause<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> bool {
        ids.into_iter().any(|id| is_claimed(&self.clauses, id))
    }

    /// Each pattern with the sort of its names, as a profile writes them.
    pub fn list_patterns(&self) -> impl Iterator<Item = (&'static str, &NamePattern)> {
        let sorts = [("operations", &self.operations), ("kinds", &self.kinds), ("clauses", &self.clauses)];
        sorts.into_iter().flat_map(|(sort, patterns)| patterns.iter().flatten().map(move |pattern| (sort, pattern)))
    }
}

fn is_claimed(patterns: &Option<Vec<NamePattern>>, name: &str) -> bool {
    patterns.as_ref().is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(name)))
}

/// The operations and clauses of a suite that the profile does not claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnclaimedParts {
    /// Ids of operations.
    pub operations: BTreeSet<String>,
    /// Ids of clauses.
    pub clauses: BTreeSet<String>,
}

impl UnclaimedParts {
    /// Why a deviation at an operation is no failure; `None` if the operation and a clause are claimed.
    #[must_use]
    pub fn explain_deviation(&self, operation: &str, clauses: &[&str]) -> Option<String> {
        if self.operations.contains(operation) {
            return Some(format!("the profile does not claim the operation {operation}"));
        }
        let is_unclaimed = !clauses.is_empty() && clauses.iter().all(|id| self.clauses.contains(*id));
        is_unclaimed.then(|| format!("the profile does not claim {}", clauses.join(", ")))
    }
}

//! Patterns of names, as the user writes them to select clauses or mutants.

use super::loaded_suite::LoadedSuite;
use super::user_error::{UserError, suggest_name};
use crate::model::{ClauseId, ClauseOrigin};
use crate::oracle::ClauseSelection;
use regex::Regex;
use std::collections::BTreeSet;

/// Patterns of names; without a pattern every name matches.
#[derive(Debug, Clone, Default)]
pub struct ClausePatterns {
    written: Vec<String>,
    compiled: Vec<Regex>,
}

impl ClausePatterns {
    /// In a pattern `*` stands for any characters and `?` for one. `flag` is named in errors.
    ///
    /// # Errors
    /// If a pattern is too long.
    pub fn new(flag: &str, written: &[String]) -> Result<ClausePatterns, UserError> {
        let mut compiled = Vec::with_capacity(written.len());
        for pattern in written {
            let exact = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
            let regex = Regex::new(&format!("^(?:{exact})$"));
            compiled.push(regex.map_err(|_| UserError::usage(flag, "the pattern is too long", "shorten the pattern"))?);
        }
        Ok(ClausePatterns { written: written.to_vec(), compiled })
    }

    /// Whether a name matches at least one pattern, or there is no pattern.
    #[must_use]
    pub fn matches_name(&self, name: &str) -> bool {
        self.compiled.is_empty() || self.names_any(name)
    }

    /// Whether a name matches at least one pattern. Without a pattern no name does.
    #[must_use]
    pub fn names_any(&self, name: &str) -> bool {
        self.compiled.iter().any(|pattern| pattern.is_match(name))
    }

    /// Checks that each pattern matches a clause of the suites. `flag` is named in the error.
    ///
    /// # Errors
    /// If a pattern matches no clause.
    pub fn check_matching(&self, flag: &str, loaded: &[LoadedSuite]) -> Result<(), UserError> {
        let ids: BTreeSet<&str> =
            loaded.iter().flat_map(|l| l.model.clauses.iter().map(|info| info.id.as_str())).collect();
        for (pattern, written) in self.compiled.iter().zip(&self.written) {
            if !ids.iter().any(|id| pattern.is_match(id)) {
                let remedy = suggest_name(written, &ids.iter().copied().collect::<Vec<_>>());
                return Err(UserError::usage(format!("{flag} {written}"), "no clause matches", remedy));
            }
        }
        Ok(())
    }

    /// The patterns as the user wrote them; none if there is no pattern.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        (!self.written.is_empty()).then(|| self.written.join(" "))
    }

    /// The matching clauses of a suite, events excluded.
    #[must_use]
    pub fn select_clauses(&self, loaded: &LoadedSuite) -> ClauseSelection {
        if self.compiled.is_empty() {
            return ClauseSelection(None);
        }
        let clauses = loaded.model.clauses.iter().enumerate();
        let promises = clauses.filter(|(_, info)| !matches!(info.origin, ClauseOrigin::Event(_)));
        let matching = promises.filter(|(_, info)| self.matches_name(&info.id));
        ClauseSelection(Some(matching.map(|(index, _)| ClauseId(index as u32)).collect()))
    }

    /// The suites with a matching clause.
    ///
    /// # Errors
    /// If a pattern matches no clause of any suite.
    pub fn keep_matching(&self, loaded: Vec<LoadedSuite>) -> Result<Vec<LoadedSuite>, UserError> {
        self.check_matching("--clause", &loaded)?;
        let has_match = |loaded: &LoadedSuite| self.select_clauses(loaded).0.is_none_or(|clauses| !clauses.is_empty());
        Ok(loaded.into_iter().filter(has_match).collect())
    }
}

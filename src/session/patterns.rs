//! Patterns of names, as the user writes them to select clauses or mutants.

use super::loaded_suite::LoadedSuite;
use super::user_error::{UserError, suggest_name};
use crate::known_deviations::NamePattern;
use crate::model::{ClauseId, ClauseInfo, ClauseOrigin};
use crate::oracle::ClauseSelection;
use crate::suite::list_open_questions;
use std::collections::BTreeSet;

/// Patterns of names; without a pattern every name matches.
#[derive(Debug, Clone, Default)]
pub struct ClausePatterns {
    selected: Vec<NamePattern>,
    excluded: Vec<NamePattern>,
}

impl ClausePatterns {
    /// In a pattern `*` stands for any characters and `?` for one. `flag` is named in errors.
    ///
    /// # Errors
    /// If a pattern is too long.
    pub fn new(flag: &str, written: &[String]) -> Result<ClausePatterns, UserError> {
        Ok(ClausePatterns { selected: read_patterns(flag, written)?, excluded: Vec::new() })
    }

    /// These patterns without the names that a further pattern matches. `flag` is named in errors.
    ///
    /// # Errors
    /// If a pattern is too long.
    pub fn without(self, flag: &str, written: &[String]) -> Result<ClausePatterns, UserError> {
        Ok(ClausePatterns { excluded: read_patterns(flag, written)?, ..self })
    }

    /// Whether a name matches at least one pattern, or there is no pattern; and the name is not excluded.
    #[must_use]
    pub fn matches_name(&self, name: &str) -> bool {
        (self.selected.is_empty() || self.names_any(name)) && !self.excluded.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether a name matches at least one pattern. Without a pattern no name does.
    #[must_use]
    pub fn names_any(&self, name: &str) -> bool {
        self.selected.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether a name of the clause, of today or earlier, matches at least one pattern, or there is no pattern; and none is
    /// excluded.
    fn matches_clause(&self, info: &ClauseInfo) -> bool {
        let is_selected = self.selected.is_empty() || info.list_names().any(|name| self.names_any(name));
        is_selected && !info.list_names().any(|name| self.excluded.iter().any(|pattern| pattern.matches(name)))
    }

    /// Checks that each pattern matches a clause or an open question of the suites. `flag` is named in the error.
    ///
    /// # Errors
    /// If a pattern matches neither.
    pub fn check_matching_questions(&self, flag: &str, loaded: &[LoadedSuite]) -> Result<(), UserError> {
        let open: Vec<String> =
            loaded.iter().flat_map(|it| list_open_questions(&it.text)).map(|question| question.id).collect();
        let of_clauses = self.selected.iter().filter(|pattern| !open.iter().any(|id| pattern.matches(id)));
        check_patterns(flag, of_clauses, loaded)
    }

    /// Checks that each pattern matches a clause of the suites. `flag` is named in the error.
    ///
    /// # Errors
    /// If a pattern matches no clause.
    pub fn check_matching(&self, flag: &str, loaded: &[LoadedSuite]) -> Result<(), UserError> {
        check_patterns(flag, &self.selected, loaded)
    }

    /// Checks that each excluded pattern matches a clause of the suites. `flag` is named in the error.
    ///
    /// # Errors
    /// If a pattern matches no clause.
    pub fn check_excluded(&self, flag: &str, loaded: &[LoadedSuite]) -> Result<(), UserError> {
        check_patterns(flag, &self.excluded, loaded)
    }

    /// The patterns as the user wrote them; none if there is no pattern.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        join_patterns(&self.selected)
    }

    /// The patterns of excluded names as the user wrote them; none if there is none.
    #[must_use]
    pub fn excluded_text(&self) -> Option<String> {
        join_patterns(&self.excluded)
    }

    /// The matching clauses of a suite, events excluded.
    #[must_use]
    pub fn select_clauses(&self, loaded: &LoadedSuite) -> ClauseSelection {
        if self.selected.is_empty() && self.excluded.is_empty() {
            return ClauseSelection(None);
        }
        let clauses = loaded.model.clauses.iter().enumerate();
        let promises = clauses.filter(|(_, info)| !matches!(info.origin, ClauseOrigin::Event(_)));
        let matching = promises.filter(|(_, info)| self.matches_clause(info));
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

fn read_patterns(flag: &str, written: &[String]) -> Result<Vec<NamePattern>, UserError> {
    let read = |text: &String| {
        NamePattern::new(text).ok_or_else(|| UserError::usage(flag, "the pattern is too long", "shorten the pattern"))
    };
    written.iter().map(read).collect()
}

fn join_patterns(patterns: &[NamePattern]) -> Option<String> {
    let texts: Vec<&str> = patterns.iter().map(NamePattern::text).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

/// What a pattern that matches nothing may have meant: a pattern for all clauses of a group, if it is one, else a clause.
fn list_similar_patterns(pattern: &str, ids: &BTreeSet<&str>) -> BTreeSet<String> {
    match pattern.strip_suffix(".*") {
        Some(_) => ids.iter().filter_map(|id| Some(format!("{}.*", id.split_once('.')?.0))).collect(),
        None => ids.iter().map(|id| (*id).to_string()).collect(),
    }
}

fn check_patterns<'p>(
    flag: &str,
    patterns: impl IntoIterator<Item = &'p NamePattern>,
    loaded: &[LoadedSuite],
) -> Result<(), UserError> {
    let clauses = loaded.iter().flat_map(|loaded| &loaded.model.clauses);
    let ids: BTreeSet<&str> = clauses.flat_map(ClauseInfo::list_names).collect();
    for pattern in patterns {
        if !ids.iter().any(|id| pattern.matches(id)) {
            let known = list_similar_patterns(pattern.text(), &ids);
            let remedy = suggest_name(pattern.text(), &known.iter().map(String::as_str).collect::<Vec<_>>());
            return Err(UserError::usage(format!("{flag} {}", pattern.text()), "no clause matches", remedy));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a pattern that matches nothing may have meant, of the clauses `dim.bright`, `dim.twice` and `light.bright`.
    fn check(pattern: &str, expected: &str) {
        let ids = BTreeSet::from(["dim.bright", "dim.twice", "light.bright"]);
        let known = list_similar_patterns(pattern, &ids);
        assert_eq!(suggest_name(pattern, &known.iter().map(String::as_str).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn a_misspelt_group_suggests_a_group_and_a_misspelt_clause_a_clause() {
        check("lihgt.*", "did you mean `light.*`?");
        check("dim.twise", "did you mean `dim.twice`?");
    }
}

//! What a report says as a whole.

use super::compile::Report;
use crate::oracle::Verdict;

/// What a report says as a whole; the exit code of the campaign follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportConclusion {
    /// At least one clause failed, and not only by known deviations.
    Deviation,
    /// No clause failed, and a clause that counts is undecided, no clause passed, or the campaign stopped early.
    Undecided,
    /// Every clause that counts passed.
    Passed,
}

impl ReportConclusion {
    /// The conclusion in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ReportConclusion::Deviation => "deviation",
            ReportConclusion::Undecided => "undecided",
            ReportConclusion::Passed => "passed",
        }
    }
}

impl Report {
    /// The conclusion. A report in which no claimed clause passed is never a pass.
    #[must_use]
    pub fn conclude(&self) -> ReportConclusion {
        if self.clauses.iter().any(|row| row.verdict == Verdict::Fail && self.find_clause_excuse(row).is_none()) {
            ReportConclusion::Deviation
        } else if self.stopped.is_some()
            || !self.clauses.iter().any(|row| row.verdict == Verdict::Pass && !row.not_claimed)
            || self.failed_expressions.iter().any(|failed| self.find_first_clause(failed).is_none())
            || self.clauses.iter().any(|row| self.misses_decision(row))
        {
            ReportConclusion::Undecided
        } else {
            ReportConclusion::Passed
        }
    }
}

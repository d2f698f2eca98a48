//! Clauses with their verdicts, as a certificate states them.

use crate::known_deviations::Excuse;
use crate::oracle::{ClauseDecidability, Verdict};
use crate::report::Report;
use crate::suite::ClauseBasis;
use serde::{Deserialize, Serialize};

/// A clause with its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifiedClause {
    /// The id of the clause.
    pub id: String,
    /// The promise in words.
    pub says: String,
    /// Where the promise is written.
    pub cites: Vec<String>,
    /// Whether pages state the promise, or a named rule.
    pub basis: ClauseBasis,
    /// The verdict.
    pub verdict: Verdict,
    /// Why a deviation is excused; none without an excuse.
    pub excuse: Option<String>,
    /// Why the endpoint does not have to show the clause; none if it has to.
    pub exempt: Option<String>,
}

/// The words of in-toto for a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ResultWord {
    /// Every clause that can be decided at the endpoint passed.
    Passed,
    /// No clause failed, except known deviations, and some clause stayed undecided or has a known deviation.
    Warned,
    /// A clause failed, and the deviation is not excused.
    Failed,
}

impl CertifiedClause {
    /// Whether the clause stayed undecided and is not exempt.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        matches!(self.verdict, Verdict::Inconclusive | Verdict::Untested) && self.exempt.is_none()
    }
}

/// What clauses say as a whole.
#[must_use]
pub fn conclude_clauses(clauses: &[CertifiedClause]) -> ResultWord {
    let fails = |row: &CertifiedClause| row.verdict == Verdict::Fail && row.excuse.is_none();
    let falls_short = |row: &CertifiedClause| row.verdict == Verdict::Fail || row.is_undecided();
    if clauses.iter().any(fails) {
        ResultWord::Failed
    } else if clauses.iter().any(falls_short) {
        ResultWord::Warned
    } else {
        ResultWord::Passed
    }
}

/// The clauses of a report, as a certificate states them.
#[must_use]
pub fn list_certified_clauses(report: &Report) -> Vec<CertifiedClause> {
    let rows = report.clauses.iter();
    rows.map(|row| CertifiedClause {
        id: row.id.clone(),
        says: row.says.clone(),
        cites: row.cites.iter().map(ToString::to_string).collect(),
        basis: row.basis,
        verdict: row.verdict,
        excuse: report.find_clause_excuse(row).map(Excuse::describe),
        exempt: row.not_claimed.then(|| "not claimed".to_string()).or_else(|| explain_exemption(&row.standing)),
    })
    .collect()
}

/// Why the endpoint does not have to show a clause; `None` if it has to.
fn explain_exemption(standing: &ClauseDecidability) -> Option<String> {
    match standing {
        ClauseDecidability::Unreachable(why) => Some(format!("unreachable: {why}")),
        ClauseDecidability::Unobservable(why) => Some(format!("unobservable: {why}")),
        ClauseDecidability::Reachable | ClauseDecidability::NotReached(_) => None,
    }
}

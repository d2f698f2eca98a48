//! Which failed clauses do not fail a run, and the findings as entries of a baseline.

use super::compile::Report;
use super::exceptions::list_fingerprints;
use super::rows::{ClauseRow, FindingRow};
use crate::known_deviations::{BaselineEntry, ClauseAliases, Excuse};
use crate::oracle::Verdict;

impl Report {
    /// Why a failed clause does not fail the run: the excuse of its first finding, if each of its findings has one.
    #[must_use]
    pub fn find_clause_excuse(&self, row: &ClauseRow) -> Option<&Excuse> {
        if row.verdict != Verdict::Fail || self.spending.unkept_findings > 0 {
            return None;
        }
        let findings = self.findings.iter().filter(|finding| row.findings.contains(&finding.number));
        let excuses: Option<Vec<&Excuse>> = findings.map(|finding| finding.excuse.as_ref()).collect();
        excuses?.first().copied()
    }

    /// The earlier ids of the clauses.
    #[must_use]
    pub fn collect_aliases(&self) -> ClauseAliases {
        let rows = self.clauses.iter();
        ClauseAliases::from_pairs(
            rows.flat_map(|row| row.aliases.iter().map(|alias| (alias.as_str(), row.id.as_str()))),
        )
    }

    /// Number of findings that do not fail the run.
    #[must_use]
    pub fn count_known_findings(&self) -> usize {
        self.findings.iter().filter(|finding| finding.excuse.is_some()).count()
    }

    /// The findings as entries of a baseline, one for each fingerprint.
    #[must_use]
    pub fn list_baseline_entries(&self) -> Vec<BaselineEntry> {
        let entry = |finding: &FindingRow, fingerprint: &str| BaselineEntry {
            suite: self.suite.name.clone(),
            fingerprint: fingerprint.to_string(),
            clauses: finding.clauses.iter().map(|clause| clause.id.clone()).collect(),
            says: finding.clauses.iter().map(|clause| clause.says.clone()).collect(),
            accepted: self.today.clone(),
            disposition: None,
            text: None,
            ticket: None,
        };
        let findings = self.findings.iter();
        findings.flat_map(|finding| list_fingerprints(finding).map(move |print| entry(finding, print))).collect()
    }
}

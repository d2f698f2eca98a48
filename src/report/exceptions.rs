//! Known deviations in a report: baseline and waivers.

use super::rows::{ClauseRow, FindingRow};
use crate::known_deviations::{BaselineEntry, DeviationIdentity, SuiteExceptions, Waiver};
use crate::oracle::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What baseline and waivers mean for a report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnownDeviationsRow {
    /// Whether the run had a baseline.
    pub baseline: bool,
    /// Number of findings that neither the baseline nor a waiver covers. They fail the run.
    pub new: usize,
    /// Number of findings that the baseline or waivers cover.
    pub known: usize,
    /// Entries of the baseline that the run did not show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<GoneDeviationRow>,
    /// The waivers for the suite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverRow>,
    /// Whether a waiver without an effect fails the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fails_idle_waivers: bool,
}

impl KnownDeviationsRow {
    /// The waivers without an effect: expired, or without a deviation in this run.
    pub fn list_idle_waivers(&self) -> impl Iterator<Item = &WaiverRow> {
        self.waivers.iter().filter(|waiver| waiver.expired || waiver.findings.is_empty())
    }
}

/// An entry of the baseline that the run did not show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GoneDeviationRow {
    /// The fingerprint of the entry.
    pub fingerprint: String,
    /// Ids of the clauses of the entry.
    pub clauses: Vec<String>,
    /// Whether all these clauses passed. If not, the run did not show whether the deviation is still there.
    pub passed: bool,
}

/// A waiver with its effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WaiverRow {
    /// What the waiver covers, such as `clause resize.*`.
    pub scope: String,
    /// Why the deviation is accepted.
    pub reason: String,
    /// Who answers for the waiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day of the waiver, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whether the waiver had ended on the day of the run, so that it covered nothing.
    pub expired: bool,
    /// Where the waiver is written, `profile.yaml:12:5`.
    pub place: String,
    /// Numbers of the findings that the waiver covers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<usize>,
}

/// Sets the excuses of findings. Returns what baseline and waivers mean for the report; `None` if there are none.
pub(super) fn apply_exceptions(
    findings: &mut [FindingRow],
    clauses: &[ClauseRow],
    exceptions: &SuiteExceptions,
) -> Option<KnownDeviationsRow> {
    if !exceptions.are_given() {
        return None;
    }
    let mut waivers: Vec<WaiverRow> =
        exceptions.list_waivers().map(|(waiver, ended)| compile_waiver(waiver, ended)).collect();
    for finding in findings.iter_mut() {
        let found = identify_finding(finding);
        let excuse = exceptions.find_excuse(&found);
        let used: BTreeSet<&str> = exceptions.find_waivers(&found).iter().map(|waiver| waiver.place.as_str()).collect();
        for row in waivers.iter_mut().filter(|row| used.contains(row.place.as_str())) {
            row.findings.push(finding.number);
        }
        finding.excuse = excuse;
    }
    let known = findings.iter().filter(|finding| finding.excuse.is_some()).count();
    let shown: BTreeSet<&str> = findings.iter().flat_map(list_fingerprints).collect();
    let gone = exceptions.entries().iter().filter(|entry| !shown.contains(entry.fingerprint.as_str()));
    Some(KnownDeviationsRow {
        baseline: exceptions.has_baseline(),
        new: findings.len() - known,
        known,
        gone: gone.map(|entry| describe_gone(entry, clauses)).collect(),
        waivers,
        fails_idle_waivers: exceptions.fails_idle_waivers(),
    })
}

/// A finding as baselines and waivers name it.
fn identify_finding(finding: &FindingRow) -> DeviationIdentity<'_> {
    let contradicted = finding.clauses.iter().map(|clause| clause.id.as_str());
    let clauses: BTreeSet<&str> = contradicted.chain(finding.related.iter().map(String::as_str)).collect();
    let fingerprints = if finding.lacks_fingerprints { Vec::new() } else { list_fingerprints(finding).collect() };
    DeviationIdentity { fingerprints, clauses: clauses.into_iter().collect(), operation: &finding.operation }
}

/// The fingerprints of all differences that a finding stands for.
pub(super) fn list_fingerprints(finding: &FindingRow) -> impl Iterator<Item = &str> {
    finding.fingerprints.iter().chain(&finding.related_fingerprints).map(String::as_str)
}

fn compile_waiver(waiver: &Waiver, expired: bool) -> WaiverRow {
    WaiverRow {
        scope: waiver.describe_scope(),
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        until: waiver.until.clone(),
        expired,
        place: waiver.place.clone(),
        findings: Vec::new(),
    }
}

fn describe_gone(entry: &BaselineEntry, clauses: &[ClauseRow]) -> GoneDeviationRow {
    let has_passed = |id: &String| clauses.iter().any(|row| row.id == *id && row.verdict == Verdict::Pass);
    GoneDeviationRow {
        fingerprint: entry.fingerprint.clone(),
        clauses: entry.clauses.clone(),
        passed: !entry.clauses.is_empty() && entry.clauses.iter().all(has_passed),
    }
}

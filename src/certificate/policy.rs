//! The conditions that a certificate has to meet.

use super::certified_clause::CertifiedClause;
use crate::oracle::Verdict;
use crate::report::{Report, ReportTarget, RunFacts};
use crate::session::UserError;
use probity_input::read_input_text;
use serde::{Deserialize, Serialize};
use std::path::Path;
use url::{Host, Url};

/// Longest policy file in bytes.
const POLICY_BYTES_MAX: u64 = 1 << 20;
/// Most ids in one reason.
const NAMED_MAX: usize = 5;

/// The conditions that a certificate has to meet. A policy file has the same fields, in YAML; a missing field has its
/// default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CertificatePolicy {
    /// Most clauses that may be inconclusive or untested, apart from clauses that no endpoint of this profile has to show.
    pub undecided_max: u64,
    /// Fewest requests of plans.
    pub requests_min: u64,
    /// Least share of mutants that the campaign would have detected, in percent.
    pub detected_percent_min: usize,
    /// Which deviations a certificate may state.
    pub deviations: PermittedDeviations,
}

/// Which deviations a certificate may state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PermittedDeviations {
    /// All: the result of the certificate is then `FAILED`.
    #[default]
    Any,
    /// Those that the baseline or a waiver excuses.
    Known,
    /// None, excused or not.
    None,
}

impl Default for CertificatePolicy {
    fn default() -> CertificatePolicy {
        CertificatePolicy {
            undecided_max: 0,
            requests_min: 300,
            detected_percent_min: 80,
            deviations: PermittedDeviations::Any,
        }
    }
}

/// What a policy judges.
pub(super) struct JudgedRun<'a> {
    pub report: &'a Report,
    pub facts: Option<&'a RunFacts>,
    pub clauses: &'a [CertifiedClause],
    /// Mutants, and those that the campaign would have detected.
    pub power: (usize, usize),
    /// Whether the certificate says that it is a trial.
    pub trial: bool,
}

impl CertificatePolicy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// If the file cannot be read, or is no policy.
    pub fn read(file: &Path) -> Result<CertificatePolicy, UserError> {
        let text = read_input_text(file, POLICY_BYTES_MAX).map_err(UserError::from_input_file)?;
        serde_saphyr::from_str(&text).map_err(|error| {
            UserError::input(
                file.display().to_string(),
                format!("the file is not a policy: {error}"),
                "write `undecided_max`, `requests_min`, `detected_percent_min` and `deviations`, as docs/CERTIFICATES.md describes them",
            )
        })
    }

    /// Why there is no certificate for a run; empty if there is one.
    pub(super) fn list_refusals(&self, run: &JudgedRun<'_>) -> Vec<String> {
        let mut reasons: Vec<String> = refuse_endpoint(run).into_iter().chain(refuse_gaps(run)).collect();
        reasons.extend(refuse_selection(run.report));
        let undecided = run.clauses.iter().filter(|row| row.is_undecided());
        let undecided: Vec<&str> = undecided.map(|row| row.id.as_str()).collect();
        if undecided.len() as u64 > self.undecided_max {
            reasons.push(format!(
                "{} clauses are undecided, and the policy permits {}: {}",
                undecided.len(),
                self.undecided_max,
                name_some(&undecided)
            ));
        }
        let requests = run.report.spending.requests;
        if requests < self.requests_min {
            let least = self.requests_min;
            reasons.push(format!("the plans sent {requests} requests, and the policy demands {least}"));
        }
        let (mutants, detected) = run.power;
        if detected.saturating_mul(100) < self.detected_percent_min.saturating_mul(mutants) {
            reasons.push(format!(
                "the campaign would have detected {detected} of {mutants} mutants, and the policy demands {} %",
                self.detected_percent_min
            ));
        }
        reasons.extend(self.refuse_deviations(run.clauses));
        reasons
    }

    fn refuse_deviations(&self, clauses: &[CertifiedClause]) -> Option<String> {
        let is_refused = |row: &&CertifiedClause| {
            row.verdict == Verdict::Fail
                && match self.deviations {
                    PermittedDeviations::Any => false,
                    PermittedDeviations::Known => row.excuse.is_none(),
                    PermittedDeviations::None => true,
                }
        };
        let failed: Vec<&str> = clauses.iter().filter(is_refused).map(|row| row.id.as_str()).collect();
        let permitted = if self.deviations == PermittedDeviations::Known { "only known ones" } else { "none" };
        (!failed.is_empty()).then(|| {
            format!("{} clauses failed, and the policy permits {permitted}: {}", failed.len(), name_some(&failed))
        })
    }
}

/// A mock, or an address of this machine, is not what a vendor offers.
fn refuse_endpoint(run: &JudgedRun<'_>) -> Option<String> {
    let target = match &run.report.target {
        ReportTarget::Mock { .. } => "the run was at the mock".to_string(),
        ReportTarget::InProcess(name) => format!("{name} ran in the process of its tests"),
        ReportTarget::Address(address) if is_loopback(address) => format!("{address} is an address of this machine"),
        ReportTarget::Address(_) => return None,
    };
    (!run.trial).then(|| format!("{target}; with --trial the certificate says that it is a trial"))
}

fn is_loopback(address: &str) -> bool {
    match Url::parse(address).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
        }
        // An address that cannot be read proves nothing about the endpoint.
        None => true,
    }
}

fn refuse_gaps(run: &JudgedRun<'_>) -> Option<String> {
    let Some(facts) = run.facts else {
        return Some(
            "run.json is missing: nothing tells when the run was, and whether the history is whole".to_string(),
        );
    };
    (!facts.history_gaps.is_empty()).then(|| format!("the history is not whole: {}", facts.history_gaps.join(" ")))
}

fn refuse_selection(report: &Report) -> Vec<String> {
    let mut reasons = Vec::new();
    reasons.extend(report.selected.as_ref().map(|only| format!("the run reports only the clauses `{only}`")));
    reasons.extend(report.excluded.as_ref().map(|without| format!("the run leaves out the clauses `{without}`")));
    reasons.extend(report.stopped.as_ref().map(|why| format!("the run ended early: {why}")));
    reasons
}

fn name_some(ids: &[&str]) -> String {
    let named = ids[..ids.len().min(NAMED_MAX)].join(", ");
    if ids.len() > NAMED_MAX { format!("{named}, …") } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_is_recognised_in_each_spelling() {
        for address in
            ["http://127.1:8774", "http://[::1]/", "https://LOCALHOST", "http://[::ffff:127.0.0.1]/v2", "http://0/"]
        {
            assert!(is_loopback(address), "{address}");
        }
        assert!(!is_loopback("https://ecs.example.com/v2"));
    }
}

//! What a result rests on: program, endpoint, seed, limits, pages, clauses, exceptions, policy.

use super::certified_clause::{CertifiedClause, ResultWord, conclude_clauses};
use super::policy::CertificatePolicy;
use crate::campaign::MutantKindScore;
use crate::report::{ClaimsRow, NamedDigest, RunFacts, WaiverRow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a result rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestConditions {
    /// Whether this is a trial of the procedure: a mock, a service on this machine, or no certificate at all.
    pub trial: bool,
    /// When the certificate was made, RFC 3339, UTC.
    pub certified: String,
    /// The program that judged the evidence and made the certificate.
    pub program: ProgramIdentity,
    /// Title of the suite.
    pub title: String,
    /// The suite by its name, with the digest of its text and of the suites that it extends.
    pub suite: NamedDigest,
    /// The catalog by its name, with the digest of its files.
    pub catalog: NamedDigest,
    /// The documentation pages of the catalog.
    pub pages: Vec<NamedDigest>,
    /// The endpoint in words: its address without credentials.
    pub endpoint: String,
    /// `sha256:…` of the profile without its secrets; none for a target without a profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The values that the endpoint offered, by pool, as `sha256:…` of their JSON form.
    pub pools: String,
    /// When the run started, RFC 3339, UTC.
    pub started: String,
    /// Wall-clock milliseconds of the run.
    pub duration_ms: u64,
    /// The seed of all random choices.
    pub seed: u64,
    /// The date against which lifecycles were judged.
    pub today: String,
    /// Percentage by which the bounds of transitions were multiplied.
    pub settle_percent: u32,
    /// Limits of the run, by name.
    pub limits: BTreeMap<String, u64>,
    /// Requests of plans.
    pub requests: u64,
    /// The recorded exchanges, linked by digests.
    pub evidence: EvidenceChain,
    /// The clauses with their verdicts, in the order of the suite.
    pub clauses: Vec<CertifiedClause>,
    /// The waivers of the profile.
    pub waivers: Vec<WaiverRow>,
    /// What the profile claims, and what the endpoint offers; none for a profile that claims everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimsRow>,
    /// The mutants that the campaign would have detected, by kind.
    pub power: Vec<MutantKindScore>,
    /// The conditions that the certificate had to meet.
    pub policy: CertificatePolicy,
}

/// The program that made a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramIdentity {
    /// The version of probity.
    pub version: String,
    /// `sha256:…` of the program file; none if it cannot be read.
    pub digest: Option<String>,
}

/// The recorded exchanges as a chain: each link is the SHA-256 of the link before and of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceChain {
    /// Number of plans.
    pub plans: u64,
    /// Number of exchanges.
    pub exchanges: u64,
    /// The last link, `sha256:…`.
    pub last: String,
}

impl TestConditions {
    /// What the clauses say as a whole.
    #[must_use]
    pub fn conclude(&self) -> ResultWord {
        conclude_clauses(&self.clauses)
    }
}

/// The limits of a run; empty if `run.json` is missing.
#[must_use]
pub fn list_limits(facts: Option<&RunFacts>) -> BTreeMap<String, u64> {
    facts.map(|facts| facts.limits.clone()).unwrap_or_default()
}

//! Which deviation ends a plan, and which deviations show the defect of a finding.

use super::conclusion::RecordedFinding;
use crate::model::ClauseId;
use crate::oracle::Finding;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Which deviation ends a plan. After other deviations the plan goes on.
#[derive(Debug, Clone, Default)]
pub enum EndingDeviation {
    /// None.
    #[default]
    None,
    /// The first one.
    Any,
    /// The first one that shows the defect of a finding.
    OfFinding(Rc<FindingMatcher>),
}

impl EndingDeviation {
    /// Whether one of the deviations ends the plan.
    #[must_use]
    pub fn is_among(&self, findings: &[Finding]) -> bool {
        match self {
            EndingDeviation::None => false,
            EndingDeviation::Any => !findings.is_empty(),
            EndingDeviation::OfFinding(matcher) => findings.iter().any(|finding| matcher.matches(finding)),
        }
    }
}

/// Recognises the defect of one finding beside the defects of the other findings of a campaign.
#[derive(Debug, Clone)]
pub struct FindingMatcher {
    /// All clauses that the finding contradicts: which of them a deviation blames depends on the plan.
    suspected_clauses: Vec<ClauseId>,
    fingerprints: BTreeSet<String>,
    /// Fingerprints of other findings.
    others: BTreeSet<String>,
}

impl FindingMatcher {
    /// The matcher for the finding with an index.
    #[must_use]
    pub fn new(findings: &[RecordedFinding], index: usize) -> FindingMatcher {
        let fingerprints: BTreeSet<String> = findings[index].finding.fingerprints.iter().cloned().collect();
        let others = findings.iter().enumerate().filter(|(other, _)| *other != index);
        let others: BTreeSet<String> =
            others.flat_map(|(_, other)| other.finding.fingerprints.iter().cloned()).collect();
        let own: BTreeSet<String> = fingerprints.difference(&others).cloned().collect();
        FindingMatcher {
            suspected_clauses: findings[index].finding.suspected_clauses.clone(),
            // A finding all of whose differences are known from several others is told apart by the whole.
            fingerprints: if own.is_empty() { fingerprints } else { own },
            others,
        }
    }

    /// Whether a deviation shows the defect: it has a fingerprint of the finding, or contradicts a clause of the finding
    /// in a way that no other finding has. A smaller plan often shows the same defect at another place.
    #[must_use]
    pub fn matches(&self, other: &Finding) -> bool {
        let is_known = |fingerprint: &String| self.others.contains(fingerprint);
        self.is_exact(other)
            || (other.suspected_clauses.iter().any(|clause| self.suspected_clauses.contains(clause))
                && !other.fingerprints.iter().any(is_known))
    }

    /// Whether a deviation contradicts a clause of the finding in a way that another finding has.
    #[must_use]
    pub fn is_related(&self, other: &Finding) -> bool {
        self.is_other(other) && other.suspected_clauses.iter().any(|clause| self.suspected_clauses.contains(clause))
    }

    /// Whether a deviation is another finding: all its fingerprints are known from other findings.
    #[must_use]
    pub fn is_other(&self, other: &Finding) -> bool {
        !self.is_exact(other) && other.fingerprints.iter().all(|fingerprint| self.others.contains(fingerprint))
    }

    /// Whether a deviation has a fingerprint of the finding.
    #[must_use]
    pub fn is_exact(&self, other: &Finding) -> bool {
        other.fingerprints.iter().any(|fingerprint| self.fingerprints.contains(fingerprint))
    }
}

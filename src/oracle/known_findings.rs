//! Which deviations of a campaign or a recorded history are new, and which repeat an earlier finding.

use super::infrastructure_hint::InfrastructureHint;
use super::judge::Finding;
use crate::model::ClauseId;
use std::collections::{BTreeMap, BTreeSet};

/// The contradicted clauses and the hints of the findings so far.
#[derive(Debug, Default)]
pub struct KnownFindings {
    clauses: BTreeSet<Vec<ClauseId>>,
    /// The index of the finding with each hint.
    hints: BTreeMap<InfrastructureHint, usize>,
    findings: usize,
}

/// The relation of a deviation to the findings so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingNovelty {
    /// The deviation is a finding of its own.
    New,
    /// An earlier finding contradicts the same clauses.
    SameClauses,
    /// The finding with this index has the same hint. [`Finding::add_related_clauses`] follows.
    SameHint(usize),
}

impl KnownFindings {
    /// Compares a deviation with the findings so far, and notes a new finding.
    pub fn classify_finding(&mut self, finding: &Finding) -> FindingNovelty {
        if let Some(&index) = finding.hint.as_ref().and_then(|hint| self.hints.get(hint)) {
            return FindingNovelty::SameHint(index);
        }
        if !self.clauses.insert(finding.clauses.clone()) {
            return FindingNovelty::SameClauses;
        }
        if let Some(hint) = &finding.hint {
            self.hints.insert(hint.clone(), self.findings);
        }
        self.findings += 1;
        FindingNovelty::New
    }
}

impl Finding {
    /// Whether the finding contradicts a clause.
    #[must_use]
    pub fn contradicts(&self, clause: ClauseId) -> bool {
        self.clauses.contains(&clause) || self.related_clauses.contains(&clause)
    }

    /// Adds the clauses that another response with the same hint contradicts.
    pub fn add_related_clauses(&mut self, clauses: &[ClauseId]) {
        let further = clauses.iter().filter(|clause| !self.clauses.contains(clause));
        self.related_clauses.extend(further);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::InfrastructureFailure;

    fn make_finding(clauses: &[u32], when: Option<&str>) -> Finding {
        Finding {
            clauses: clauses.iter().map(|&clause| ClauseId(clause)).collect(),
            hint: when.map(|when| InfrastructureHint { kind: InfrastructureFailure::Quota, when: when.to_string() }),
            ..Finding::default()
        }
    }

    #[test]
    fn the_same_hint_is_one_finding_that_contradicts_the_clauses_of_all_its_responses() {
        let mut known = KnownFindings::default();
        let mut first = make_finding(&[1], Some("status == 403"));
        let second = make_finding(&[2], Some("status == 403"));
        assert_eq!(known.classify_finding(&make_finding(&[7], None)), FindingNovelty::New);
        assert_eq!(known.classify_finding(&first), FindingNovelty::New);
        assert_eq!(known.classify_finding(&second), FindingNovelty::SameHint(1));
        assert_eq!(known.classify_finding(&make_finding(&[7], None)), FindingNovelty::SameClauses);
        assert!(!first.contradicts(ClauseId(2)));
        first.add_related_clauses(&second.clauses);
        assert!(first.contradicts(ClauseId(1)) && first.contradicts(ClauseId(2)));
    }
}

//! Which deviations of a campaign or a recorded history are new, and which repeat an earlier finding.

use super::infrastructure_hint::InfrastructureHint;
use super::judge::Finding;
use crate::model::ClauseId;
use std::collections::BTreeMap;

/// Most findings of a campaign or a recorded history that are kept. Each keeps its plan and its history in memory, and
/// nobody reads more. Further deviations are counted, and their clauses fail.
pub const FINDINGS_MAX: usize = 200;

/// Most findings about the same clauses. Each counterexample costs requests.
const SAME_CLAUSES_MAX: usize = 5;

/// Most fingerprints of repetitions that a finding keeps.
const RELATED_FINGERPRINTS_MAX: usize = 200;

/// The fingerprints, the contradicted clauses and the hints of the findings so far.
#[derive(Debug, Default)]
pub struct KnownFindings {
    /// The index of the finding with each fingerprint.
    fingerprints: BTreeMap<String, usize>,
    /// The indices of the findings about equal clauses.
    clauses: BTreeMap<Vec<ClauseId>, Vec<usize>>,
    /// The index of the finding with each hint.
    hints: BTreeMap<InfrastructureHint, usize>,
    findings: usize,
}

/// The relation of a deviation to the findings so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingNovelty {
    /// The deviation is a finding of its own.
    New,
    /// The deviation repeats the finding with this index. [`Finding::add_repetition`] follows.
    Repeated(usize),
    /// The deviation would be a finding of its own beyond the number of findings that a campaign keeps.
    /// [`crate::model::ClauseTally::note_unkept`] follows.
    Unkept,
}

impl KnownFindings {
    /// Compares a deviation with the findings so far, and notes a new finding. A deviation repeats a finding with the
    /// same hint or the same fingerprints, and the last of several findings about the same clauses.
    pub fn classify_finding(&mut self, finding: &Finding) -> FindingNovelty {
        if let Some(index) = self.find_repeated(finding) {
            return FindingNovelty::Repeated(index);
        }
        if self.findings >= FINDINGS_MAX {
            return FindingNovelty::Unkept;
        }
        let index = self.findings;
        self.findings += 1;
        self.clauses.entry(finding.clauses.clone()).or_default().push(index);
        if let Some(hint) = &finding.hint {
            self.hints.insert(hint.clone(), index);
        }
        for fingerprint in &finding.fingerprints {
            self.fingerprints.entry(fingerprint.clone()).or_insert(index);
        }
        FindingNovelty::New
    }

    fn find_repeated(&self, finding: &Finding) -> Option<usize> {
        let same_hint = finding.hint.as_ref().and_then(|hint| self.hints.get(hint)).copied();
        let same_clauses = || self.clauses.get(&finding.clauses).filter(|known| known.len() >= SAME_CLAUSES_MAX);
        same_hint
            .or_else(|| same_clauses().and_then(|known| known.last().copied()))
            .or_else(|| find_common(&self.fingerprints, &finding.fingerprints))
    }
}

/// The index of the first key, if the map has all keys.
fn find_common(known: &BTreeMap<String, usize>, keys: &[String]) -> Option<usize> {
    let indices: Option<Vec<usize>> = keys.iter().map(|key| known.get(key).copied()).collect();
    indices?.first().copied()
}

impl Finding {
    /// Whether the finding contradicts a clause.
    #[must_use]
    pub fn contradicts(&self, clause: ClauseId) -> bool {
        self.clauses.contains(&clause) || self.related_clauses.contains(&clause)
    }

    /// The contradicted clauses.
    pub fn list_contradicted(&self) -> impl Iterator<Item = ClauseId> {
        self.clauses.iter().chain(&self.related_clauses).copied()
    }

    /// Adds the clauses that a repetition contradicts, so that none of them passes; its fingerprints, so that a baseline
    /// with those of the finding does not cover another difference; and the operation.
    pub fn add_repetition(&mut self, repetition: &Finding) {
        let clauses = &self.clauses;
        self.related_clauses.extend(repetition.list_contradicted().filter(|clause| !clauses.contains(clause)));
        self.lacks_fingerprints |= repetition.lacks_fingerprints;
        let fingerprints = repetition.fingerprints.iter().chain(&repetition.related_fingerprints);
        for fingerprint in fingerprints.filter(|fingerprint| !self.fingerprints.contains(fingerprint)) {
            if self.related_fingerprints.len() < RELATED_FINGERPRINTS_MAX {
                self.related_fingerprints.insert(fingerprint.clone());
            } else {
                self.lacks_fingerprints |= !self.related_fingerprints.contains(fingerprint);
            }
        }
        let operations = repetition.operations.iter().chain([&repetition.operation]);
        self.operations.extend(operations.filter(|operation| **operation != self.operation).cloned());
    }
}

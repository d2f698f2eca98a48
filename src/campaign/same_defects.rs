//! Findings that turned out to show one defect, after shrinking.

use super::conclusion::RecordedFinding;
use std::collections::{BTreeMap, BTreeSet};

/// Merges findings that show the defect of another finding. `same_as` has, by index, the fingerprints of the other
/// finding. Of two findings the one with a counterexample stays, and of two with one the earlier.
pub(super) fn merge_same_defects(
    findings: Vec<RecordedFinding>,
    same_as: &BTreeMap<usize, BTreeSet<String>>,
) -> Vec<RecordedFinding> {
    let mut into: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, fingerprints) in same_as {
        let is_other = |(other, found): &(usize, &RecordedFinding)| {
            other != index && found.finding.fingerprints.iter().any(|fingerprint| fingerprints.contains(fingerprint))
        };
        let Some((other, _)) = findings.iter().enumerate().find(is_other) else { continue };
        let other = resolve_target(&into, other);
        if other == *index {
            continue;
        }
        let (kept, removed) = if findings[other].counterexample.is_some() { (other, *index) } else { (*index, other) };
        into.insert(removed, kept);
    }
    let mut merged: BTreeMap<usize, RecordedFinding> = BTreeMap::new();
    let mut removed: Vec<(usize, RecordedFinding)> = Vec::new();
    for (index, found) in findings.into_iter().enumerate() {
        match into.contains_key(&index) {
            true => removed.push((resolve_target(&into, index), found)),
            false => {
                merged.insert(index, found);
            }
        }
    }
    for (target, found) in removed {
        let Some(kept) = merged.get_mut(&target) else { continue };
        kept.count += found.count;
        kept.finding.add_repetition(&found.finding);
    }
    merged.into_values().collect()
}

/// The finding into which a finding is merged, directly or over others.
fn resolve_target(into: &BTreeMap<usize, usize>, mut index: usize) -> usize {
    while let Some(next) = into.get(&index) {
        index = *next;
    }
    index
}

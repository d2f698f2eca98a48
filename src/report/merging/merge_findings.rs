//! Findings of several shards: deviations with the same fingerprints are one.

use crate::report::compile::Report;
use crate::report::exceptions::list_fingerprints;
use crate::report::rows::{CounterexampleRow, FindingRow};
use std::collections::{BTreeMap, BTreeSet};

/// The number of each merged finding, by the index of the shard and the number there.
pub(super) type FindingNumbers = BTreeMap<(usize, usize), usize>;

/// The findings in the order of plans, with their new numbers.
pub(super) fn merge_findings(shards: &[Report]) -> (Vec<FindingRow>, FindingNumbers) {
    let mut all: Vec<(usize, &FindingRow)> = shards
        .iter()
        .enumerate()
        .flat_map(|(shard, report)| report.findings.iter().map(move |finding| (shard, finding)))
        .collect();
    all.sort_by_key(|(shard, finding)| (finding.plan, finding.exchange, *shard, finding.number));
    let mut merged: Vec<FindingRow> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbers = FindingNumbers::new();
    for (shard, finding) in all {
        let index = match find_repeated(&known, finding) {
            Some(index) => {
                add_repetition(&mut merged[index], finding);
                index
            }
            None => {
                merged.push(finding.clone());
                merged.len() - 1
            }
        };
        for fingerprint in &finding.fingerprints {
            known.entry(fingerprint.clone()).or_insert(index);
        }
        numbers.insert((shard, finding.number), index + 1);
    }
    for (index, finding) in merged.iter_mut().enumerate() {
        finding.number = index + 1;
        rename_files(&mut finding.counterexample, index + 1);
    }
    (merged, numbers)
}

/// The index of the finding that a finding repeats: all its fingerprints are known.
fn find_repeated(known: &BTreeMap<String, usize>, finding: &FindingRow) -> Option<usize> {
    let indices: Option<Vec<usize>> = finding.fingerprints.iter().map(|print| known.get(print).copied()).collect();
    indices?.first().copied()
}

/// Adds a deviation that a finding shows too. A counterexample that was seen again takes the place of one that was not.
fn add_repetition(finding: &mut FindingRow, repetition: &FindingRow) {
    if repetition.counterexample.seen_again && !finding.counterexample.seen_again {
        let first = std::mem::replace(finding, repetition.clone());
        take_counts(finding, &first);
    } else {
        take_counts(finding, repetition);
    }
}

fn take_counts(finding: &mut FindingRow, other: &FindingRow) {
    finding.count += other.count;
    finding.lacks_fingerprints |= other.lacks_fingerprints;
    // A finding is known only if each of its repetitions is.
    finding.excuse = finding.excuse.take().filter(|_| other.excuse.is_some());
    let own: BTreeSet<String> = finding.fingerprints.iter().cloned().collect();
    let mut prints: BTreeSet<String> = finding.related_fingerprints.iter().cloned().collect();
    prints.extend(list_fingerprints(other).filter(|print| !own.contains(*print)).map(str::to_string));
    finding.related_fingerprints = prints.into_iter().collect();
    let mut operations: BTreeSet<String> = finding.operations.iter().cloned().collect();
    operations
        .extend(other.operations.iter().chain([&other.operation]).filter(|id| **id != finding.operation).cloned());
    finding.operations = operations.into_iter().collect();
    let clauses: BTreeSet<&str> = finding.clauses.iter().map(|clause| clause.id.as_str()).collect();
    let mut related: Vec<String> = finding.related.clone();
    let further = other.clauses.iter().map(|clause| &clause.id).chain(&other.related);
    for id in further.filter(|id| !clauses.contains(id.as_str())) {
        if !related.contains(id) {
            related.push(id.clone());
        }
    }
    finding.related = related;
}

/// Names the files of a counterexample by the new number of the finding.
fn rename_files(shown: &mut CounterexampleRow, number: usize) {
    let Some((old, _)) = shown.file.rsplit_once('.') else { return };
    let (kind, _) = old.rsplit_once('-').unwrap_or((old, ""));
    let (old, new) = (format!("{old}."), format!("{kind}-{number}."));
    let rename = |text: &str| text.replace(&old, &new);
    shown.replay = rename(&shown.replay);
    shown.script_text = rename(&shown.script_text);
    shown.script = shown.script.as_deref().map(rename);
    shown.file = rename(&shown.file);
}

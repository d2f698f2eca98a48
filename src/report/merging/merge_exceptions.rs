//! Known deviations and claims of several shards.

use super::merge_findings::FindingNumbers;
use crate::oracle::Verdict;
use crate::report::claims::{ClaimsRow, add_answers};
use crate::report::compile::Report;
use crate::report::exceptions::{GoneDeviationRow, KnownDeviationsRow, list_fingerprints};
use crate::report::rows::{ClauseRow, FindingRow};
use std::collections::BTreeSet;

/// What baseline and waivers mean for the whole run; `None` if the shards had none.
pub(super) fn merge_known_deviations(
    shards: &[Report],
    (clauses, findings): (&[ClauseRow], &[FindingRow]),
    numbers: &FindingNumbers,
) -> Option<KnownDeviationsRow> {
    let rows: Vec<&KnownDeviationsRow> = shards.iter().filter_map(|report| report.known_deviations.as_ref()).collect();
    let mut merged = (*rows.first()?).clone();
    merged.known = findings.iter().filter(|finding| finding.excuse.is_some()).count();
    merged.new = findings.len() - merged.known;
    let shown: BTreeSet<&str> = findings.iter().flat_map(list_fingerprints).collect();
    let has_passed = |id: &String| clauses.iter().any(|row| row.id == *id && row.verdict == Verdict::Pass);
    let gone = merged.gone.iter().filter(|row| !shown.contains(row.fingerprint.as_str()));
    merged.gone = gone
        .map(|row| GoneDeviationRow {
            passed: !row.clauses.is_empty() && row.clauses.iter().all(has_passed),
            ..row.clone()
        })
        .collect();
    for waiver in &mut merged.waivers {
        let mut covered = BTreeSet::new();
        for (shard, report) in shards.iter().enumerate() {
            let rows = report.known_deviations.iter().flat_map(|known| &known.waivers);
            let same = rows.filter(|row| row.place == waiver.place && row.scope == waiver.scope);
            covered.extend(same.flat_map(|row| &row.findings).filter_map(|number| numbers.get(&(shard, *number))));
        }
        waiver.findings = covered.into_iter().copied().collect();
    }
    Some(merged)
}

/// The claims, held against the responses of all shards; `None` if the profile has none.
pub(super) fn merge_claims(shards: &[Report], findings: &[FindingRow]) -> Option<ClaimsRow> {
    let rows: Vec<&ClaimsRow> = shards.iter().filter_map(|report| report.claims.as_ref()).collect();
    let mut merged = (*rows.first()?).clone();
    for row in &rows[1..] {
        add_answers(&mut merged.answers, &row.answers);
    }
    Some(merged.compare_with_offer(findings))
}

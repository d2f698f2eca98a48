//! What the profile claims, what the endpoint offers, and where the two differ.

use super::phrases::{format_count, join_first_names};
use super::rows::{ClauseRow, FindingRow};
use crate::known_deviations::UnclaimedParts;
use crate::model::Model;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most names in a sentence.
const NAMED_MAX: usize = 12;

/// The claims of the profile about the suite, held against what the endpoint offers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClaimsRow {
    /// Number of claimed operations.
    pub claimed_operations: usize,
    /// Ids of the operations that the profile does not claim. A campaign calls each a few times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclaimed_operations: Vec<String>,
    /// Ids of the clauses that the profile does not claim and that the suite calls mandatory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclaimed_mandatory: Vec<String>,
    /// Ids of the clauses that the profile does not claim and that the suite calls optional.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclaimed_optional: Vec<String>,
    /// How the endpoint answered the owner's calls, by operation and status.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, BTreeMap<u16, u64>>,
    /// Claimed operations of which no call was accepted, and each was answered with 404, 405 or 501.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claimed_not_offered: Vec<OperationAnswersRow>,
    /// Operations with an accepted call that the profile does not claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offered_not_claimed: Vec<OperationAnswersRow>,
}

/// How the endpoint answered the owner's calls of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OperationAnswersRow {
    /// Id of the operation.
    pub operation: String,
    /// Number of responses, by status.
    pub statuses: BTreeMap<u16, u64>,
}

/// Holds claims against the responses of a campaign. `answers` has the responses to the owner by operation and status.
pub(super) fn compile_claims(
    model: &Model,
    unclaimed: &UnclaimedParts,
    answers: &BTreeMap<String, BTreeMap<u16, u64>>,
    (clauses, findings): (&[ClauseRow], &[FindingRow]),
) -> ClaimsRow {
    let list_ids = |optional: bool| -> Vec<String> {
        let rows = clauses.iter().filter(|row| row.not_claimed && row.optional == optional);
        rows.map(|row| row.id.clone()).collect()
    };
    let row = ClaimsRow {
        claimed_operations: model.operations.keys().filter(|id| !unclaimed.operations.contains(*id)).count(),
        unclaimed_operations: unclaimed.operations.iter().cloned().collect(),
        unclaimed_mandatory: list_ids(false),
        unclaimed_optional: list_ids(true),
        answers: answers.clone(),
        ..ClaimsRow::default()
    };
    row.compare_with_offer(findings)
}

/// Adds responses by operation and status.
pub(super) fn add_answers(
    answers: &mut BTreeMap<String, BTreeMap<u16, u64>>,
    others: &BTreeMap<String, BTreeMap<u16, u64>>,
) {
    for (operation, statuses) in others {
        let known = answers.entry(operation.clone()).or_default();
        statuses.iter().for_each(|(status, count)| *known.entry(*status).or_default() += count);
    }
}

impl ClaimsRow {
    /// These claims, with where they differ from what the responses show.
    #[must_use]
    pub(super) fn compare_with_offer(self, findings: &[FindingRow]) -> ClaimsRow {
        let is_claimed = |operation: &String| !self.unclaimed_operations.contains(operation);
        let has_finding = |operation: &String| findings.iter().any(|finding| finding.operation == *operation);
        let list_rows = |is_listed: &dyn Fn(&String, &BTreeMap<u16, u64>) -> bool| -> Vec<OperationAnswersRow> {
            let rows = self.answers.iter().filter(|(operation, statuses)| is_listed(operation, statuses));
            rows.map(|(operation, statuses)| OperationAnswersRow {
                operation: operation.clone(),
                statuses: statuses.clone(),
            })
            .collect()
        };
        ClaimsRow {
            claimed_not_offered: list_rows(&|operation, statuses| {
                is_claimed(operation) && is_not_offered(statuses, has_finding(operation))
            }),
            offered_not_claimed: list_rows(&|operation, statuses| {
                !is_claimed(operation) && statuses.keys().any(|status| *status < 400)
            }),
            ..self
        }
    }
}

/// Whether responses say that the endpoint has no such operation. A 404 alone may be about the resource: only with a
/// deviation it is about the operation.
fn is_not_offered(statuses: &BTreeMap<u16, u64>, deviates: bool) -> bool {
    let says_so = deviates || statuses.keys().any(|status| matches!(status, 405 | 501));
    says_so && statuses.keys().all(|status| matches!(status, 404 | 405 | 501))
}

/// The claims in sentences.
pub(super) fn describe_claims(claims: &ClaimsRow) -> Vec<String> {
    let all = claims.claimed_operations + claims.unclaimed_operations.len();
    let mut sentences = vec![match claims.unclaimed_operations.as_slice() {
        [] => format!("The profile claims all {all} operations."),
        names => format!(
            "The profile claims {} of {all} operations; not claimed: {}.",
            claims.claimed_operations,
            join_names(names.iter().map(String::as_str))
        ),
    }];
    for (word, ids) in [("mandatory", &claims.unclaimed_mandatory), ("optional", &claims.unclaimed_optional)] {
        if !ids.is_empty() {
            let clauses = format_count(ids.len(), &format!("{word} clause"), &format!("{word} clauses"));
            sentences.push(format!(
                "Not claimed, and so not failed: {clauses}: {}.",
                join_names(ids.iter().map(String::as_str))
            ));
        }
    }
    for (words, rows) in [
        ("Claimed and not offered", &claims.claimed_not_offered),
        ("Offered and not claimed", &claims.offered_not_claimed),
    ] {
        if !rows.is_empty() {
            let described: Vec<String> = rows.iter().map(describe_answers).collect();
            sentences.push(format!("{words}: {}.", join_names(described.iter().map(String::as_str))));
        }
    }
    sentences
}

fn describe_answers(row: &OperationAnswersRow) -> String {
    let statuses: Vec<String> = row.statuses.iter().map(|(status, count)| format!("{status} {count}×")).collect();
    format!("{} ({})", row.operation, statuses.join(", "))
}

fn join_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    join_first_names(&names.collect::<Vec<_>>(), NAMED_MAX)
}

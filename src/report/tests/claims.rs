//! Claims and responses in, sentences out.

use super::{model, usual};
use crate::known_deviations::UnclaimedParts;
use crate::report::claims::{compile_claims, describe_claims};
use std::collections::BTreeMap;

/// The sentences for a profile that claims neither `unclaimed` nor the clauses `dim.*`, and responses written
/// `operation status count`.
fn check(unclaimed: &[&str], answers: &[&str], expected: &[&str]) {
    let mut report = usual();
    for row in &mut report.clauses {
        row.not_claimed = row.id.starts_with("dim.") && !unclaimed.is_empty();
        row.optional = row.id == "dim.twice";
    }
    let unclaimed = UnclaimedParts {
        operations: unclaimed.iter().map(|id| id.to_string()).collect(),
        clauses: report.clauses.iter().filter(|row| row.not_claimed).map(|row| row.id.clone()).collect(),
    };
    let mut statuses: BTreeMap<String, BTreeMap<u16, u64>> = BTreeMap::new();
    for answer in answers {
        let words: Vec<&str> = answer.split(' ').collect();
        let [operation, status, count] = words.as_slice() else { panic!("{answer}") };
        let (status, count) = (status.parse().expect("a status"), count.parse().expect("a number"));
        statuses.entry((*operation).to_string()).or_default().insert(status, count);
    }
    // The report has a finding at `showLamp`, and none at another operation.
    let row = compile_claims(&model(), &unclaimed, &statuses, (&report.clauses, &report.findings));
    assert_eq!(describe_claims(&row), expected);
}

const ALL: &str = "The profile claims all 4 operations.";
const SOME: &str = "The profile claims 3 of 4 operations; not claimed: dimLamp.";
const MANDATORY: &str = "Not claimed, and so not failed: 1 mandatory clause: dim.bright.";
const OPTIONAL: &str = "Not claimed, and so not failed: 1 optional clause: dim.twice.";

#[test]
fn an_operation_that_is_never_accepted_and_not_allowed_is_not_offered() {
    check(&[], &["removeLamp 405 3"], &[ALL, "Claimed and not offered: removeLamp (405 3×)."]);
    check(
        &[],
        &["removeLamp 404 1", "removeLamp 501 2"],
        &[ALL, "Claimed and not offered: removeLamp (404 1×, 501 2×)."],
    );
    check(&[], &["removeLamp 405 3", "removeLamp 204 1"], &[ALL]);
    check(&[], &["removeLamp 405 3", "removeLamp 400 1"], &[ALL]);
}

#[test]
fn a_404_is_about_the_operation_only_where_it_is_a_deviation() {
    check(&[], &["removeLamp 404 9"], &[ALL]);
    check(&[], &["showLamp 404 9"], &[ALL, "Claimed and not offered: showLamp (404 9×)."]);
}

#[test]
fn an_operation_without_a_claim_is_offered_if_a_call_is_accepted() {
    check(&["dimLamp"], &["dimLamp 405 3"], &[SOME, MANDATORY, OPTIONAL]);
    let offered = "Offered and not claimed: dimLamp (202 1×, 409 2×).";
    check(&["dimLamp"], &["dimLamp 202 1", "dimLamp 409 2"], &[SOME, MANDATORY, OPTIONAL, offered]);
}

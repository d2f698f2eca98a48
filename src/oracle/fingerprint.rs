//! Fingerprints of deviations: equal for two responses that show the same defect.

use super::general_refusal::find_general_refusal;
use crate::history::{Exchange, Outcome};
use crate::model::{ClauseId, DeviationEvidence, Difference, DifferenceKind, ExpectedOutcome, Model, ResourceId};
use crate::suite::ClauseOperations;

/// The fingerprints of a deviation, one for each difference: the clauses, the operation, the kind of the difference
/// and its place, without ids, times and values. `exchange` deviates.
/// A difference that does not depend on the operation has `*` in its place.
#[must_use]
pub(super) fn compute_fingerprints(
    model: &Model,
    exchange: &Exchange,
    clauses: &[ClauseId],
    evidence: &DeviationEvidence,
) -> Vec<String> {
    if let Some(fingerprint) = find_general_refusal(exchange, evidence) {
        return vec![fingerprint];
    }
    let operation = evidence.blamed.as_ref().map_or(exchange.call.operation.as_str(), |call| call.operation.as_str());
    let is_input = |difference: &&Difference| matches!(difference.what, DifferenceKind::Input(_));
    let input: Vec<&Difference> = evidence.differences.iter().filter(is_input).collect();
    // The broken keyword tells apart what the outcome of the call does not.
    let telling = if input.is_empty() { evidence.differences.iter().collect() } else { input };
    let mut all: Vec<String> = telling
        .iter()
        .map(|difference| {
            let (kind, place) = describe_place(model, &difference.what);
            let clauses = if difference.clauses.is_empty() { clauses } else { &difference.clauses };
            let (names, operation) = match find_shared_promise(model, exchange, clauses, &difference.what) {
                Some(promise) => (promise, "*"),
                None => (list_names(model, &select_clauses_of(model, operation, clauses)), operation),
            };
            format!("{names} {operation} {kind} {place}").trim_end().to_string()
        })
        .collect();
    if all.is_empty() {
        all.push(format!("{} {operation} response", list_names(model, clauses)));
    }
    all.sort();
    all.dedup();
    all
}

/// The promise of a difference that is the same defect at every operation: the status of a refusal by a clause about any
/// operation, a value that follows from the fields of a resource, and the body of a refusal.
fn find_shared_promise(
    model: &Model,
    exchange: &Exchange,
    clauses: &[ClauseId],
    what: &DifferenceKind,
) -> Option<String> {
    let refused = matches!(&exchange.outcome, Outcome::Replied(reply) if reply.status >= 400);
    let is_general = |clause: &ClauseId| {
        model.find_suite_clause(*clause).is_some_and(|clause| matches!(clause.calls, ClauseOperations::AllBut(_)))
    };
    match what {
        DifferenceKind::Schema(_) if refused => Some("refusal".to_string()),
        DifferenceKind::Derived { .. } => Some(list_names(model, clauses)),
        // Whether an endpoint confuses owners depends on the operation; what it answers to a caller does not.
        DifferenceKind::Outcome { expected, got }
            if is_wrong_refusal(expected, *got) && clauses.iter().all(is_general) =>
        {
            Some(list_names(model, clauses))
        }
        _ => None,
    }
}

/// Whether a call was refused as it had to be, with another status.
fn is_wrong_refusal(expected: &ExpectedOutcome, got: u16) -> bool {
    expected.accepted == Some(false) && (400..500).contains(&got)
}

/// The clauses of the blamed operation, if there are any: of several calls in transition one is behind the difference.
fn select_clauses_of(model: &Model, operation: &str, clauses: &[ClauseId]) -> Vec<ClauseId> {
    let names_operation = |clause: &&ClauseId| {
        model.find_suite_clause(**clause).is_some_and(|clause| match &clause.calls {
            ClauseOperations::Only(operations) => operations.iter().any(|named| named == operation),
            ClauseOperations::AllBut(_) => false,
        })
    };
    let own: Vec<ClauseId> = clauses.iter().filter(names_operation).copied().collect();
    if own.is_empty() { clauses.to_vec() } else { own }
}

fn list_names(model: &Model, clauses: &[ClauseId]) -> String {
    clauses.iter().map(|clause| model.clause_info(*clause).id.as_str()).collect::<Vec<_>>().join("+")
}

fn describe_place(model: &Model, what: &DifferenceKind) -> (&'static str, String) {
    let kind = |resource: &ResourceId| model.resource_kind(resource).name.clone();
    match what {
        DifferenceKind::Outcome { got: 500.., .. } => ("server-error", String::new()),
        DifferenceKind::Outcome { expected, got: 400.. } if expected.accepted == Some(true) => {
            ("refused", String::new())
        }
        DifferenceKind::Outcome { expected, got: 200..300 } if expected.accepted == Some(false) => {
            ("accepted", String::new())
        }
        DifferenceKind::Outcome { .. } => ("status", String::new()),
        DifferenceKind::Field { resource, field, .. } => ("field", format!("{}.{field}", kind(resource))),
        DifferenceKind::Listing { resource, expected: true } => ("missing", kind(resource)),
        DifferenceKind::Listing { resource, expected: false } => ("surplus", kind(resource)),
        DifferenceKind::NotGone { resource, .. } => ("not-gone", kind(resource)),
        DifferenceKind::Unsettled { resource, .. } => ("unsettled", kind(resource)),
        DifferenceKind::Derived { resource, name, .. } => ("derived", format!("{}.{name}", kind(resource))),
        DifferenceKind::Condition { parts } => {
            ("condition", parts.first().map(|part| part.text.clone()).unwrap_or_default())
        }
        DifferenceKind::Schema(difference) => {
            ("schema", format!("{}:{}", generalize_pointer(&difference.place), difference.keyword))
        }
        DifferenceKind::Input(difference) => {
            ("input", format!("{}:{}", generalize_pointer(&difference.place), difference.keyword))
        }
        DifferenceKind::Paging { .. } => ("pages", String::new()),
    }
}

/// A pointer with `*` in place of indices, and of names that look like ids.
fn generalize_pointer(pointer: &str) -> String {
    let generalize = |segment: &str| {
        let index = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        let id = segment.len() >= 16 && segment.bytes().filter(u8::is_ascii_digit).count() >= 4;
        if index || id { "*".to_string() } else { segment.to_string() }
    };
    pointer.split('/').map(generalize).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::generalize_pointer;

    #[test]
    fn a_place_has_neither_indices_nor_ids() {
        assert_eq!(generalize_pointer("/servers/12/flavor/id"), "/servers/*/flavor/id");
        assert_eq!(generalize_pointer("/tags/8a78c0de-4f9b-4c2f-8090-aec68fadc6e9/v2"), "/tags/*/v2");
        assert_eq!(generalize_pointer(""), "");
        assert_eq!(generalize_pointer("/os-extended-availability-zone/7"), "/os-extended-availability-zone/*");
    }
}

//! Fingerprints of deviations: equal for two responses that show the same defect.

use super::general_refusal::find_general_refusal;
use crate::history::Exchange;
use crate::model::{ClauseId, DeviationEvidence, Difference, DifferenceKind, Model, ResourceId};

/// The fingerprints of a deviation, one for each difference: the clauses, the operation, the kind of the difference
/// and its place, without ids, times and values. `exchange` deviates.
/// A refusal or an acceptance that is about the caller or the headers is the same defect at every operation.
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
    let operation = exchange.call.operation.as_str();
    let operation = evidence.blamed.as_ref().map_or(operation, |call| &call.operation);
    let is_input = |difference: &&Difference| matches!(difference.what, DifferenceKind::Input(_));
    let input: Vec<&Difference> = evidence.differences.iter().filter(is_input).collect();
    // The broken keyword tells apart what the outcome of the call does not.
    let telling = if input.is_empty() { evidence.differences.iter().collect() } else { input };
    let mut all: Vec<String> = telling
        .iter()
        .map(|difference| {
            let (kind, place) = describe_place(model, &difference.what);
            let clauses = if difference.clauses.is_empty() { clauses } else { &difference.clauses };
            format!("{} {operation} {kind} {place}", list_names(model, clauses)).trim_end().to_string()
        })
        .collect();
    if all.is_empty() {
        all.push(format!("{} {operation} response", list_names(model, clauses)));
    }
    all.sort();
    all.dedup();
    all
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

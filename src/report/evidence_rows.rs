//! The evidence of a finding, in the form of `report.json`.

use super::evidence_text::EvidenceText;
use crate::history::Exchange;
use crate::model::{DeviationEvidence, DifferenceKind, ExpectationReason, Model};
use crate::plan::Plan;
use crate::schema::catalog::SourceLines;
use probity_input::shorten_text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the nearest possible state differs from the response, and why that state was expected.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EvidenceRow {
    /// The differences, and nothing that agrees.
    pub differences: Vec<DifferenceRow>,
    /// Number of possible states besides the nearest one. The response contradicts them too.
    pub other_states: usize,
    /// Why the nearest state was expected, the most important reason first.
    pub because: Vec<ReasonRow>,
}

/// One difference between the nearest possible state and the response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DifferenceRow {
    /// `status`, `field`, `listing`, `not-gone`, `unsettled`, `derived`, `condition`, `schema`, `input` or `pages`.
    pub kind: String,
    /// What differs: `server-1: flavor`, `/title`; empty for the outcome of the call.
    pub place: String,
    /// What was expected, in words.
    pub expected: String,
    /// What came instead, in words.
    pub got: String,
    /// The lines with a requirement of a schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub cite: Option<SourceLines>,
    /// Ids of the clauses that demand the expected side.
    pub clauses: Vec<String>,
}

/// One reason for an expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReasonRow {
    /// The reason as one sentence.
    pub says: String,
    /// Id of the clause behind the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// Index of the step behind the reason, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
}

/// The row of an evidence. `plan` and `exchanges` are those of the history that the evidence is from, `at` is the exchange that deviates.
#[must_use]
pub fn compile_evidence(
    model: &Model,
    evidence: &DeviationEvidence,
    plan: &Plan,
    exchanges: &[Exchange],
    at: &Exchange,
) -> EvidenceRow {
    let handles = exchanges.iter().flat_map(|exchange| &exchange.created);
    let handles: BTreeMap<&str, &str> = handles.map(|(handle, id)| (id.as_str(), handle.as_str())).collect();
    let text = EvidenceText { model, plan, handles: &handles, at };
    let name = |clause: &crate::model::ClauseId| model.clause_info(*clause).id.clone();
    let differences = evidence.differences.iter().map(|difference| {
        let (place, expected, got) = text.describe_difference(&difference.what);
        DifferenceRow {
            kind: name_kind(&difference.what).to_string(),
            place: bound_text(&place),
            expected: bound_text(&expected),
            got: bound_text(&got),
            cite: match &difference.what {
                DifferenceKind::Schema(schema) | DifferenceKind::Input(schema) => schema.source.clone(),
                _ => None,
            },
            clauses: difference.clauses.iter().map(name).collect(),
        }
    });
    let reasons = evidence.reasons.iter().map(|reason| {
        let (clause, call) = match reason {
            ExpectationReason::Applied(account) => (Some(account.clause), None),
            ExpectationReason::NotApplied { account, call, .. } => (Some(account.clause), Some(call)),
            ExpectationReason::Promised { clause, call, .. } => (Some(*clause), call.as_ref()),
            ExpectationReason::LastShown { call, .. }
            | ExpectationReason::NoClauseChanges { call, .. }
            | ExpectationReason::RefusedChangesNothing { call, .. } => (None, Some(call)),
            ExpectationReason::NothingRefuses(_) => (None, None),
        };
        let says = bound_text(&text.describe_reason(reason));
        ReasonRow { says, clause: clause.as_ref().map(name), step: call.map(|call| call.step) }
    });
    EvidenceRow { differences: differences.collect(), other_states: evidence.other_states, because: reasons.collect() }
}

/// Most characters of a text about a response in a report; the history has the whole response.
const TEXT_CHARS_MAX: usize = 4_000;

/// A text about a response, shortened.
pub(super) fn bound_text(text: &str) -> String {
    shorten_text(text, TEXT_CHARS_MAX).into_owned()
}

fn name_kind(what: &DifferenceKind) -> &'static str {
    match what {
        DifferenceKind::Outcome { .. } => "status",
        DifferenceKind::Field { .. } => "field",
        DifferenceKind::Listing { .. } => "listing",
        DifferenceKind::NotGone { .. } => "not-gone",
        DifferenceKind::Unsettled { .. } => "unsettled",
        DifferenceKind::Derived { .. } => "derived",
        DifferenceKind::Condition { .. } => "condition",
        DifferenceKind::Schema(_) => "schema",
        DifferenceKind::Input(_) => "input",
        DifferenceKind::Paging { .. } => "pages",
    }
}

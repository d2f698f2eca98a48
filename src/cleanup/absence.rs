//! The responses that prove the absence of a resource.

use super::calls::make_show_call;
use crate::model::{CallView, EvaluationLog, Model, ResourceId, ResourceOwner, allows_status, evaluate_clauses};
use crate::schema::{CompiledCatalog, InputClass};
use crate::suite::{ClauseDecision, PermittedStatuses};
use std::collections::BTreeSet;

/// Statuses that mean absence by themselves (RFC 9110).
const ABSENT: [u16; 2] = [404, 410];
/// Statuses about the caller, the form of the request, the moment or the rate. A clause about absence that leaves the
/// status open does not make them a proof.
const OTHER_REASONS: [u16; 21] =
    [401, 402, 403, 405, 406, 407, 408, 409, 411, 412, 413, 414, 415, 417, 421, 423, 424, 425, 426, 428, 429];

/// The statuses with which the owner's read of a resource proves absence: those of the clauses that demand a refusal
/// because the resource does not exist.
#[must_use]
pub fn list_absence_statuses(model: &Model, schemas: &CompiledCatalog, kind: usize) -> BTreeSet<u16> {
    let mut statuses = BTreeSet::from(ABSENT);
    let id = ResourceId { kind: kind as u16, id: "absent".into() };
    let Some(show) = make_show_call(model, schemas, &id, ResourceOwner::Owner) else { return statuses };
    let asked = CallView::new(model, &show, InputClass::Valid);
    // A guard that cannot be evaluated proves nothing.
    let reading = evaluate_clauses(model, &asked, &[], &[], &EvaluationLog::discarding());
    for id in reading.demanded {
        let Some(clause) = model.find_suite_clause(id) else { continue };
        let named = matches!(&clause.decision, ClauseDecision::Refuse(PermittedStatuses::Exactly(_)));
        let proves = |status: &u16| named || !OTHER_REASONS.contains(status);
        let allowed = (400..=499).filter(|status| allows_status(model, &show.operation, id, *status));
        statuses.extend(allowed.filter(proves));
    }
    statuses
}

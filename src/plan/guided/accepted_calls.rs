//! Calls that must be accepted, and calls without a clause.

use super::context::{CALLS_MAX, ChoiceContext, is_late, try_call};
use super::score::{CallScore, score_best_clause};
use crate::model::{ApplicableClauses, leaves_outcome_open};
use crate::plan::compose::{CallRequirements, compose_call};
use crate::plan::planning_context::CandidateCall;

/// A call of an operation that must be accepted.
pub(super) fn find_accepted_call(view: &mut ChoiceContext<'_, '_>, operation: &str) -> Option<CandidateCall> {
    let mut doubtful = None;
    for _ in 0..CALLS_MAX {
        let percent = [0, 50, 100][view.rng.draw_below(3) as usize];
        let ask = CallRequirements {
            operation: operation.to_string(),
            optional_percent: percent,
            settled_only: true,
            ..CallRequirements::default()
        };
        let Some((call, outlook)) = try_call(view, &ask) else {
            continue;
        };
        if !outlook.is_accepted() {
            continue;
        }
        let open = |reading: &ApplicableClauses| leaves_outcome_open(view.input.model, &call.view, reading);
        if !outlook.may_refuse(view.input.model) && !outlook.0.iter().any(open) {
            return Some(call);
        }
        doubtful = doubtful.or(Some(call));
    }
    doubtful
}

/// An accepted change without a create or a delete, in the context with the fewest tests.
pub(super) fn find_accepted_change(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    let hints = view.planning.hints;
    let steady = |id: &String| !hints.creating.contains(id) && !hints.deleting.contains(id);
    let changing = view.input.model.operations.values().filter(|operation| operation.changes && steady(&operation.id));
    let mut operations: Vec<&str> = changing.map(|operation| operation.id.as_str()).collect();
    let mut best: Option<(CallScore, CandidateCall)> = None;
    let mut tries = CALLS_MAX;
    while !operations.is_empty() && tries > 0 {
        let operation = operations.remove(view.rng.draw_below(operations.len() as u64) as usize);
        let Some(call) = find_accepted_call(view, operation) else {
            continue;
        };
        tries -= 1;
        let Some(outlook) = view.planning.predict(&call) else {
            continue;
        };
        let least = score_best_clause(view, &call, &outlook);
        if best.as_ref().is_none_or(|(known, _)| least < *known) {
            best = Some((least, call));
        }
    }
    best.map(|(_, call)| call)
}

/// Any call without a create or a delete. A call without a clause is counted as silent. Changes that may make
/// resources undetermined come at the end of a plan.
pub(super) fn compose_any_call(view: &mut ChoiceContext<'_, '_>) -> Option<CandidateCall> {
    let hints = view.planning.hints;
    let steady = |id: &&String| !hints.creating.contains(*id) && !hints.deleting.contains(*id);
    let late = is_late(view);
    let open = view.input.model.operations.values().filter(|operation| late || !operation.changes);
    let operations: Vec<String> = open.map(|operation| &operation.id).filter(steady).cloned().collect();
    for _ in 0..4 * CALLS_MAX {
        let ask = CallRequirements {
            operation: view.rng.pick_element(&operations)?.clone(),
            optional_percent: 30,
            ..CallRequirements::default()
        };
        if let Some(call) = compose_call(view.planning, &ask, view.rng) {
            return Some(call);
        }
    }
    None
}

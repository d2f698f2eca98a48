//! Calls that must be accepted, and calls without a clause.

use super::context::{CALLS_MAX, View, late, tried};
use super::score::{Score, score_of_any};
use crate::model::{Reading, undecided};
use crate::plan::compose::{Ask, build};
use crate::plan::planning_context::Call;

/// A call of an operation that must be accepted.
pub(super) fn accepted_call(view: &mut View<'_, '_>, operation: &str) -> Option<Call> {
    let mut doubtful = None;
    for _ in 0..CALLS_MAX {
        let percent = [0, 50, 100][view.rng.below(3) as usize];
        let ask = Ask { operation: operation.to_string(), optional_percent: percent, plain: true, ..Ask::default() };
        let Some((call, outlook)) = tried(view, &ask) else {
            continue;
        };
        if !outlook.accepted() {
            continue;
        }
        let open = |reading: &Reading| undecided(view.situation.model, &call.asked, reading);
        if !outlook.may_refuse(view.situation.model) && !outlook.0.iter().any(open) {
            return Some(call);
        }
        doubtful = doubtful.or(Some(call));
    }
    doubtful
}

/// An accepted change without a create or a delete, in the context with the fewest tests.
pub(super) fn accepted_move(view: &mut View<'_, '_>) -> Option<Call> {
    let hints = view.scene.hints;
    let steady = |id: &String| !hints.creating.contains(id) && !hints.deleting.contains(id);
    let changing =
        view.situation.model.operations.values().filter(|operation| operation.changes && steady(&operation.id));
    let mut operations: Vec<&str> = changing.map(|operation| operation.id.as_str()).collect();
    let mut best: Option<(Score, Call)> = None;
    let mut tries = CALLS_MAX;
    while !operations.is_empty() && tries > 0 {
        let operation = operations.remove(view.rng.below(operations.len() as u64) as usize);
        let Some(call) = accepted_call(view, operation) else {
            continue;
        };
        tries -= 1;
        let Some(outlook) = view.scene.outlook(&call) else {
            continue;
        };
        let least = score_of_any(view, &call, &outlook);
        if best.as_ref().is_none_or(|(known, _)| least < *known) {
            best = Some((least, call));
        }
    }
    best.map(|(_, call)| call)
}

/// Any call without a create or a delete. A call without a clause is counted as silent. Changes that may make
/// resources undetermined come at the end of a plan.
pub(super) fn anything(view: &mut View<'_, '_>) -> Option<Call> {
    let hints = view.scene.hints;
    let steady = |id: &&String| !hints.creating.contains(*id) && !hints.deleting.contains(*id);
    let late = late(view);
    let open = view.situation.model.operations.values().filter(|operation| late || !operation.changes);
    let operations: Vec<String> = open.map(|operation| &operation.id).filter(steady).cloned().collect();
    for _ in 0..4 * CALLS_MAX {
        let ask = Ask { operation: view.rng.pick(&operations)?.clone(), optional_percent: 30, ..Ask::default() };
        if let Some(call) = build(view.scene, &ask, view.rng) {
            return Some(call);
        }
    }
    None
}

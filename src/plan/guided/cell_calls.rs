//! Composes a call for a cell.

use super::accepted_calls::find_accepted_call;
use super::context::{CALLS_MAX, ChoiceContext, try_call};
use crate::model::{CallCell, CellKind, has_accepting_clause};
use crate::plan::compose::CallRequirements;
use crate::plan::handles::named_handles;
use crate::plan::keyword_breaks::KeywordBreak;
use crate::plan::planning_context::{CandidateCall, NamedResource, PlanningContext, is_own};
use crate::plan::presence::ResourcePresence;
use crate::plan::spoiled_call::restore_handles;
use crate::schema::{BodyEdit, list_body_edits};
use std::collections::BTreeSet;

/// Edits of the body for one invalid call.
const EDITS_MAX: usize = 4;

/// What filling a cell costs; the lowest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CellCost {
    /// Nothing changes.
    Request,
    /// A change, with its polls.
    Change,
    /// A new resource later.
    Deletion,
}

/// The cheapest call of an operation that fills one of the cells.
pub(super) fn find_cell_call(
    view: &mut ChoiceContext<'_, '_>,
    operation: &str,
    kinds: &BTreeSet<CellKind>,
) -> Option<(CellCost, CandidateCall, CallCell)> {
    let fits = |view: &ChoiceContext<'_, '_>, call: CandidateCall| {
        let cell = view.planning.find_cell(&call)?;
        (cell.operation == operation && kinds.contains(&cell.kind)).then_some((call, cell))
    };
    let spoils = |kind: &CellKind| matches!(kind, CellKind::Caller(_) | CellKind::Invalid(_));
    if kinds.iter().any(spoils)
        && let Some(good) = find_good_call(view, operation)
    {
        for kind in kinds {
            let call = match kind {
                CellKind::Caller(caller) => change_caller(view, &good, caller),
                CellKind::Invalid(keyword) => break_keyword(view, &good, keyword, &fits),
                _ => None,
            };
            if let Some((call, cell)) = call.and_then(|call| fits(view, call)) {
                return Some((CellCost::Request, call, cell));
            }
        }
    }
    for kind in kinds {
        let CellKind::Absent(name) = kind else { continue };
        let ask = CallRequirements {
            operation: operation.to_string(),
            absent: Some(name.clone()),
            caller: Some("owner".to_string()),
            settled_only: true,
            ..CallRequirements::default()
        };
        for _ in 0..CALLS_MAX {
            let Some((call, _)) = try_call(view, &ask) else { continue };
            if let Some((call, cell)) = fits(view, call) {
                return Some((CellCost::Request, call, cell));
            }
        }
    }
    find_valid_call(view, operation, kinds, &fits)
}

type CellCheck<'a> = dyn Fn(&ChoiceContext<'_, '_>, CandidateCall) -> Option<(CandidateCall, CallCell)> + 'a;

/// A valid call on a resource in a state without such a call.
fn find_valid_call(
    view: &mut ChoiceContext<'_, '_>,
    operation: &str,
    kinds: &BTreeSet<CellKind>,
    fits: &CellCheck<'_>,
) -> Option<(CellCost, CandidateCall, CallCell)> {
    let wanted: BTreeSet<String> = kinds.iter().filter_map(name_wanted_state).collect();
    let in_state = |actor: &&NamedResource| {
        view.planning.name_resource_state(&actor.id).is_some_and(|state| wanted.contains(&state))
    };
    let mut targets: Vec<Option<String>> =
        list_settled(view.planning).filter(in_state).map(|actor| Some(actor.name.clone())).collect();
    if kinds.contains(&CellKind::Valid(None)) {
        targets.push(None);
    }
    let hints = view.planning.hints;
    let changes = view.input.model.operations[operation].changes;
    let mut silent = None;
    for target in targets {
        for _ in 0..CALLS_MAX {
            let ask = CallRequirements {
                operation: operation.to_string(),
                target: target.clone(),
                caller: Some("owner".to_string()),
                settled_only: true,
                ..CallRequirements::default()
            };
            let Some((call, outlook)) = try_call(view, &ask) else { continue };
            let Some((call, cell)) = fits(view, call) else { continue };
            if outlook.is_accepted() && changes {
                let cost = if hints.deleting.contains(operation) { CellCost::Deletion } else { CellCost::Change };
                return Some((cost, call, cell));
            }
            if outlook.is_accepted() || outlook.is_refused() || !changes {
                return Some((CellCost::Request, call, cell));
            }
            silent = silent.or(Some((CellCost::Change, call, cell)));
        }
    }
    silent
}

/// A call that must be accepted; any call, if no clause of the operation accepts calls.
fn find_good_call(view: &mut ChoiceContext<'_, '_>, operation: &str) -> Option<CandidateCall> {
    let model = view.input.model;
    if has_accepting_clause(model, &model.operations[operation]) {
        return find_accepted_call(view, operation);
    }
    let ask = CallRequirements { operation: operation.to_string(), settled_only: true, ..CallRequirements::default() };
    try_call(view, &ask).map(|(call, _)| call)
}

fn change_caller(view: &ChoiceContext<'_, '_>, good: &CandidateCall, caller: &str) -> Option<CandidateCall> {
    let mut step = good.step.clone();
    step.call.caller = caller.to_string();
    view.planning.make_candidate_call(step)
}

/// The good call with one change that breaks a keyword and nothing else.
fn break_keyword(
    view: &mut ChoiceContext<'_, '_>,
    good: &CandidateCall,
    keyword: &str,
    fits: &CellCheck<'_>,
) -> Option<CandidateCall> {
    let hints = view.planning.hints;
    let ways = hints.keyword_breaks(&good.step.call.operation).get(keyword)?;
    let mut steps = Vec::new();
    for way in ways {
        if let KeywordBreak::Query { name, value } = way {
            let mut step = good.step.clone();
            match value {
                Some(value) => drop(step.call.query.insert(name.clone(), value.clone())),
                None => drop(step.call.query.remove(name)),
            }
            steps.push(step);
        }
    }
    if let Some(body) = &good.call.body {
        let (schemas, version) = (view.planning.schemas, good.view.get_version());
        let operation = schemas.find_operation(&good.step.call.operation)?;
        let shape = schemas.find_request_schema(operation, version)?;
        let names = named_handles(&good.step);
        let edits = list_body_edits(shape, body, version);
        let mut edits: Vec<&BodyEdit> = edits.iter().filter(|edit| ways.iter().any(|way| way.is_edit(edit))).collect();
        while !edits.is_empty() && steps.len() < EDITS_MAX {
            let edit = edits.swap_remove(view.rng.draw_below(edits.len() as u64) as usize);
            let mut step = good.step.clone();
            let value = edit.make_variant(shape, body, version).value;
            step.call.body = value.map(|value| restore_handles(value, view.planning, &names));
            steps.push(step);
        }
    }
    while !steps.is_empty() {
        let step = steps.swap_remove(view.rng.draw_below(steps.len() as u64) as usize);
        let call = view.planning.make_candidate_call(step).and_then(|call| fits(view, call));
        if let Some((call, _)) = call {
            return Some(call);
        }
    }
    None
}

/// Kind and state of the resource that a cell asks for.
pub(super) fn name_wanted_state(kind: &CellKind) -> Option<String> {
    match kind {
        CellKind::Valid(Some(state)) => Some(state.clone()),
        _ => None,
    }
}

/// The settled resources of the owner.
pub(super) fn list_settled<'a>(planning: &'a PlanningContext<'_>) -> impl Iterator<Item = &'a NamedResource> {
    let settled = |actor: &&NamedResource| is_own(actor) && actor.presence == ResourcePresence::Settled;
    planning.resources.iter().filter(settled)
}

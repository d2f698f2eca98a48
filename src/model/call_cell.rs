//! Cells: the kinds of calls of one operation that a campaign should send at least once.
//!
//! A cell says who calls, about which resource, and with which input. Each exchange fills at most one cell. The module
//! does not know which cells an operation has; `plan` lists them.

use super::applicability::{ApplicableClauses, evaluate_clauses};
use super::call_view::CallView;
use super::clause_expressions::collect_roots;
use super::clause_info::ClauseId;
use super::compile::{Model, find_state_field};
use super::evaluation_log::EvaluationLog;
use super::input_class::leaves_outcome_open;
use super::operation_model::OperationModel;
use super::possible_state::PossibleState;
use super::resource_state::{Existence, ResourceId, ResourceOwner};
use crate::expr::ExprValue;
use crate::schema::InputClass;
use crate::suite::{ClauseDecision, IdExpression, UNNAMED};
use std::fmt;

/// What a cell asks of a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellKind {
    /// The owner calls with valid input; with the kind and the stable state of the named resource, such as
    /// `server ACTIVE`, or `None` if the call names no resource.
    Valid(Option<String>),
    /// A caller calls who may not, and nothing else is wrong. `other` is a caller who does not own the resource.
    Caller(String),
    /// The call names an absent resource, by the name in `about`, and nothing else is wrong.
    Absent(String),
    /// The owner calls with input that breaks one keyword, such as `maxLength`, and nothing else is wrong.
    Invalid(String),
}

/// One cell of an operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallCell {
    /// Id of the operation.
    pub operation: String,
    /// What the cell asks of a call.
    pub kind: CellKind,
}

impl fmt::Display for CellKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CellKind::Valid(None) => f.write_str("valid"),
            CellKind::Valid(Some(state)) => write!(f, "valid at {state}"),
            CellKind::Caller(caller) => write!(f, "by {caller}"),
            CellKind::Absent(name) => write!(f, "absent {name}"),
            CellKind::Invalid(keyword) => write!(f, "invalid {keyword}"),
        }
    }
}

/// The exchanges that filled a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellCount {
    /// Number of exchanges.
    pub count: u64,
    /// Numbers of the plan and of the exchange in the plan, of the first exchange.
    pub first: (u64, u64),
}

/// What the resources of a call are, in all possible states.
enum NamedResources {
    /// The call names none.
    None,
    /// Each exists and is settled; with the kind and state of the first one.
    Settled(String),
    /// As `Settled`, and one belongs to another caller.
    Foreign,
    /// One does not exist; with its name in `about`.
    Absent(String),
}

/// The cell that a call fills; `None` if several things are wrong with the call, or if the state of a resource is not
/// known. `before` has the possible states of the resources before the call, and `readings` the clauses that apply there.
#[must_use]
pub fn classify_cell(
    model: &Model,
    asked: &CallView,
    before: &[PossibleState],
    readings: &[ApplicableClauses],
) -> Option<CallCell> {
    let operation = &model.operations[&asked.operation];
    let named = find_named_resources(model, operation, asked, before)?;
    let is_owner = asked.caller == "owner";
    // With two reasons for a refusal, an endpoint that overlooks one of them is not found out.
    let has_one_reason = || readings.iter().all(|reading| reading.demanded.len() <= 1);
    let kind = match named {
        // The keyword is broken in the id itself.
        NamedResources::Absent(name) if asked.class == InputClass::Invalid && reads_id_from_input(operation, &name) => {
            classify_invalid(model, operation, asked, readings, Some(&name))?
        }
        NamedResources::Absent(name) => {
            let is_reason = |reading| is_refused_for(model, reading, &[name.as_str()]);
            if !is_owner || asked.class == InputClass::Invalid || !readings.iter().all(is_reason) {
                return None;
            }
            CellKind::Absent(name)
        }
        NamedResources::Foreign => {
            if !would_be_accepted(model, operation, asked, before.first()?) {
                return None;
            }
            CellKind::Caller("other".to_string())
        }
        _ if !is_owner => {
            if asked.caller == "other" || !would_be_accepted(model, operation, asked, before.first()?) {
                return None;
            }
            CellKind::Caller(asked.caller.clone())
        }
        _ if asked.class == InputClass::Invalid => classify_invalid(model, operation, asked, readings, None)?,
        NamedResources::None if is_accepted(model, operation, asked, readings) => CellKind::Valid(None),
        NamedResources::Settled(state)
            if is_accepted(model, operation, asked, readings)
                || (asked.class == InputClass::Valid && has_one_reason()) =>
        {
            CellKind::Valid(Some(state))
        }
        _ => return None,
    };
    Some(CallCell { operation: asked.operation.clone(), kind })
}

/// The cell of a call by the owner with invalid input. `absent` is a resource whose id is in the input.
fn classify_invalid(
    model: &Model,
    operation: &OperationModel,
    asked: &CallView,
    readings: &[ApplicableClauses],
    absent: Option<&str>,
) -> Option<CellKind> {
    let [keyword] = asked.broken_keywords.as_slice() else { return None };
    let mut parts = vec!["input", "body", "query"];
    parts.extend(list_unnamed(operation, asked).chain(absent));
    let is_refused = readings.iter().all(|reading| is_refused_for(model, reading, &parts));
    (asked.caller == "owner" && is_refused).then(|| CellKind::Invalid(keyword.clone()))
}

/// Whether the id of a resource stands in the body or in the query.
fn reads_id_from_input(operation: &OperationModel, name: &str) -> bool {
    operation.about.iter().filter(|about| about.name == name).any(|about| match &about.binding {
        IdExpression::Existing(expr) => expr.roots().iter().any(|root| matches!(root.as_ref(), "body" | "query")),
        IdExpression::New(_) => false,
    })
}

/// Whether every clause that demands the refusal reads one of these roots, so that nothing else is wrong.
fn is_refused_for(model: &Model, reading: &ApplicableClauses, parts: &[&str]) -> bool {
    let reads = |clause: &ClauseId| {
        let roots = model.find_suite_clause(*clause).map(|clause| collect_roots(&model.suite, clause));
        roots.is_some_and(|roots| roots.iter().any(|root| parts.contains(&root.as_str())))
    };
    reading.demanded.iter().all(reads)
}

/// Names in `about` of resources that the call does not name, for example because the body is missing.
fn list_unnamed<'a>(operation: &'a OperationModel, asked: &CallView) -> impl Iterator<Item = &'a str> {
    let unnamed = asked.existing.iter().filter(|(_, ids)| ids.iter().all(Option::is_none));
    unnamed.map(|(index, _)| operation.about[*index].name.as_str())
}

/// The resources of a call; `None` if one of them is not settled or has several possible states.
fn find_named_resources(
    model: &Model,
    operation: &OperationModel,
    asked: &CallView,
    before: &[PossibleState],
) -> Option<NamedResources> {
    let mut named = NamedResources::None;
    for (index, id) in asked.existing.iter().flat_map(|(index, ids)| ids.iter().map(move |id| (*index, id))) {
        // An id that the call leaves out names nothing.
        let Some(id) = id else { continue };
        match find_resource_state(model, id, before)? {
            None if matches!(named, NamedResources::Absent(_)) => return None,
            None => named = NamedResources::Absent(operation.about[index].name.clone()),
            Some((owner, _)) if owner != asked.owner.unwrap_or(ResourceOwner::Owner) => match named {
                NamedResources::Absent(_) => return None,
                _ => named = NamedResources::Foreign,
            },
            Some((_, state)) if matches!(named, NamedResources::None) => named = NamedResources::Settled(state),
            Some(_) => {}
        }
    }
    Some(named)
}

/// Owner, kind and state of a settled resource, or an inner `None` for an absent resource; `None` if the belief does not
/// tell.
#[expect(clippy::option_option, reason = "absent and unknown are two answers")]
fn find_resource_state(
    model: &Model,
    id: &ResourceId,
    before: &[PossibleState],
) -> Option<Option<(ResourceOwner, String)>> {
    let mut found: Option<Option<(ResourceOwner, String)>> = None;
    for world in before {
        let held = world.iter().find(|held| held.id == *id);
        let here = match held.map(|held| &held.state) {
            None => None,
            Some(state) if state.existence == Existence::Gone => None,
            Some(state) if state.existence != Existence::Present || !state.is_settled() => return None,
            Some(state) => Some((state.owner, name_resource_state(model, id, &state.fields))),
        };
        if found.as_ref().is_some_and(|known| *known != here) {
            return None;
        }
        found = Some(here);
    }
    found.or(Some(None))
}

/// Kind and state of a resource; `?` stands for all states without a name in the suite.
#[must_use]
pub fn name_resource_state(model: &Model, id: &ResourceId, fields: &[ExprValue]) -> String {
    let kind = model.resource_kind(id);
    let state = match find_state_field(model, usize::from(id.kind)).map(|index| &fields[index]) {
        Some(ExprValue::Str(state)) if kind.stable.iter().any(|stable| **stable == **state) => state.to_string(),
        Some(_) => UNNAMED.to_string(),
        None => "exists".to_string(),
    };
    format!("{} {state}", kind.name)
}

/// Whether a call with good input must be accepted; without a clause that accepts calls, whether no clause refuses it.
fn is_accepted(model: &Model, operation: &OperationModel, asked: &CallView, readings: &[ApplicableClauses]) -> bool {
    let accepts = has_accepting_clause(model, operation);
    readings.iter().all(|reading| {
        reading.demanded.is_empty()
            && if accepts {
                !reading.accepts.is_empty() && !leaves_outcome_open(model, asked, reading)
            } else {
                asked.class == InputClass::Valid
            }
    })
}

/// Whether the call would be accepted from the owner of its resources, so that only the caller is wrong.
fn would_be_accepted(model: &Model, operation: &OperationModel, asked: &CallView, world: &PossibleState) -> bool {
    if asked.class == InputClass::Invalid {
        return false;
    }
    let ids = || asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
    let held = ids().find_map(|id| world.iter().find(|held| held.id == *id));
    let owner = held.map_or(ResourceOwner::Owner, |held| held.state.owner);
    let caller = if owner == ResourceOwner::Owner { "owner" } else { "other" };
    let rightful = CallView { caller: caller.to_string(), owner: Some(owner), ..asked.clone() };
    let reading = evaluate_clauses(model, &rightful, world, &[], &EvaluationLog::discarding());
    is_accepted(model, operation, &rightful, &[reading])
}

/// Whether a clause of an operation accepts calls.
#[must_use]
pub fn has_accepting_clause(model: &Model, operation: &OperationModel) -> bool {
    let written = operation.clauses.iter().filter_map(|clause| model.find_suite_clause(*clause));
    written.into_iter().any(|clause| matches!(clause.decision, ClauseDecision::Accept(_)))
}

//! Which clauses apply to a call in one possible state.
//!
//! A refusal takes precedence over acceptance. Where several reasons to refuse a call hold, the pages do not
//! say
//! which reason the endpoint reports, so the status of any of the reasons is accepted (design, "Refusals").

use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::possible_state::{PossibleResource, find_resource};
use super::resource_state::ResourceId;
use super::roots::{ExpressionRoots, SuiteEvaluationError, make_world_root, record_for_caller};
use crate::expr::{Expr, ExprValue};
use crate::schema::InputClass;
use crate::suite::{Clause, ClauseDecision, ClauseOperations, ClauseTiming, PermittedStatuses};
use std::sync::Arc;

/// The clauses that apply to a call in one possible state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApplicableClauses {
    /// Clauses that demand a refusal.
    pub demanded: Vec<ClauseId>,
    /// Clauses that permit a refusal: a `may refuse`, an undetermined guard, or a guard that holds during a
    /// transition.
    pub permitted: Vec<ClauseId>,
    /// Clauses that demand acceptance, unless a clause demands or permits a refusal.
    pub accepts: Vec<ClauseId>,
    /// Accepting clauses with an undetermined guard.
    pub may_accept: Vec<ClauseId>,
}

impl ApplicableClauses {
    /// Whether no clause determines the outcome of the call.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.demanded.is_empty() && self.accepts.is_empty()
    }

    /// Clauses that demand or permit a refusal with `status`.
    pub fn list_explaining<'a>(
        &'a self,
        model: &'a Model,
        operation: &'a str,
        status: u16,
    ) -> impl Iterator<Item = ClauseId> + 'a {
        self.demanded
            .iter()
            .chain(&self.permitted)
            .copied()
            .filter(move |clause| allows_status(model, operation, *clause, status))
    }
}

/// Whether the verb of a clause allows a status. An accepting clause and a refusing clause both list statuses.
#[must_use]
pub fn allows_status(model: &Model, operation: &str, clause: ClauseId, status: u16) -> bool {
    let Some(clause) = model.find_suite_clause(clause) else { return false };
    let operation = &model.operations[operation];
    let (statuses, documented, class) = match &clause.decision {
        ClauseDecision::Accept(statuses) => (statuses, &operation.success, 2),
        ClauseDecision::Refuse(statuses) | ClauseDecision::MayRefuse(statuses) => {
            (statuses, &operation.client_error, 4)
        }
    };
    match statuses {
        PermittedStatuses::Exactly(codes) => codes.contains(&status),
        PermittedStatuses::Documented if documented.is_empty() => status / 100 == class,
        PermittedStatuses::Documented => documented.contains(&status),
    }
}

/// One assignment of a resource to each name in a call: the name, the resource id, and the record.
pub type ResourceCombination<'a> = Vec<(&'a str, Option<&'a ResourceId>, ExprValue)>;

/// The combinations of the resources that a call names, as the caller sees the resources. A call has one
/// combination, unless a name stands for a batch.
#[must_use]
pub fn list_combinations<'a>(
    model: &'a Model,
    asked: &'a CallView,
    world: &[Arc<PossibleResource>],
) -> Vec<ResourceCombination<'a>> {
    let about = &model.operations[&asked.operation].about;
    let mut all: Vec<ResourceCombination<'a>> = vec![Vec::new()];
    for (index, ids) in &asked.existing {
        let name = about[*index].name.as_str();
        let mut bound: Vec<(&str, Option<&ResourceId>, ExprValue)> = ids
            .iter()
            .map(|id| {
                (
                    name,
                    id.as_ref(),
                    id.as_ref()
                        .and_then(|id| find_resource(world, id))
                        .map_or(ExprValue::Null, |held| record_for_caller(asked.owner, held)),
                )
            })
            .collect();
        if bound.is_empty() {
            bound.push((name, None, ExprValue::Null));
        }
        all = all
            .iter()
            .flat_map(|combination| {
                bound.iter().map(move |one| [combination.as_slice(), std::slice::from_ref(one)].concat())
            })
            .collect();
        // Several batches in one call would multiply. No page describes a call with several batches; the limit
        // guards against a bad suite.
        all.truncate(1_000);
    }
    all
}

/// Evaluates every clause of the operation in one possible state.
///
/// # Errors
/// If the evaluation of a guard fails on valid input: the suite is faulty.
pub fn evaluate_clauses(
    model: &Model,
    asked: &CallView,
    world: &[Arc<PossibleResource>],
    strangers: &[usize],
) -> Result<ApplicableClauses, SuiteEvaluationError> {
    let operation = &model.operations[&asked.operation];
    let combinations = list_combinations(model, asked, world);
    let all = (!operation.reads_all.is_empty())
        .then(|| make_world_root(model, operation.reads_all.iter().copied(), world, asked.owner, strangers));
    let mut reading = ApplicableClauses::default();
    for &id in &operation.clauses {
        let clause = model.find_suite_clause(id).expect("operations index written clauses only");
        let mut truths = Vec::with_capacity(combinations.len());
        for combination in &combinations {
            truths.push(evaluate_clause(model, asked, world, clause, combination, all.as_ref())?);
        }
        add_if_applicable(&mut reading, id, clause, &truths);
    }
    Ok(reading)
}

/// Whether a clause applies to one combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GuardResult {
    Yes,
    No,
    Unknown,
    /// The guard holds or is undetermined, and a resource of the call is in a transition.
    InTransition,
}

/// A refusal applies to a batch if one combination meets the guard; an acceptance applies if every combination
/// does.
fn add_if_applicable(reading: &mut ApplicableClauses, id: ClauseId, clause: &Clause, truths: &[GuardResult]) {
    let any = |truth| truths.contains(&truth);
    match clause.decision {
        ClauseDecision::Accept(_) if any(GuardResult::No) || any(GuardResult::InTransition) => {}
        ClauseDecision::Accept(_) if any(GuardResult::Unknown) => reading.may_accept.push(id),
        ClauseDecision::Accept(_) => reading.accepts.push(id),
        ClauseDecision::Refuse(_) if any(GuardResult::Yes) => reading.demanded.push(id),
        ClauseDecision::Refuse(_) | ClauseDecision::MayRefuse(_)
            if truths.iter().any(|truth| *truth != GuardResult::No) =>
        {
            reading.permitted.push(id)
        }
        ClauseDecision::Refuse(_) | ClauseDecision::MayRefuse(_) => {}
    }
}

fn evaluate_clause(
    model: &Model,
    asked: &CallView,
    world: &[Arc<PossibleResource>],
    clause: &Clause,
    combination: &ResourceCombination<'_>,
    all: Option<&ExprValue>,
) -> Result<GuardResult, SuiteEvaluationError> {
    let accepts = matches!(clause.decision, ClauseDecision::Accept(_));
    if accepts && (asked.class == InputClass::Invalid || !has_existing_resources(combination)) {
        return Ok(GuardResult::No);
    }
    let things: Vec<(&str, ExprValue)> = combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
    let roots = ExpressionRoots { model, call: asked, resources: &things, reply: None, entry: None, world: all };
    let held = match &clause.when {
        None => Some(true),
        Some(guard) => evaluate_guard(&roots, guard, clause)?,
    };
    if held == Some(false) {
        return Ok(GuardResult::No);
    }
    let general = matches!(clause.calls, ClauseOperations::AllBut(_));
    let fogged = !general && combination.iter().any(|(_, _, value)| *value == ExprValue::Unknown);
    if held.is_none() || fogged {
        return Ok(GuardResult::Unknown);
    }
    let moving = |id: &ResourceId| find_resource(world, id).is_some_and(|held| held.state.transition.is_some());
    if !applies_in_transition(clause) && combination.iter().any(|(_, id, _)| id.is_some_and(moving)) {
        return Ok(GuardResult::InTransition);
    }
    Ok(GuardResult::Yes)
}

/// Whether each given id leads to a resource, and whether the call gives an id at all if the operation names
/// resources.
fn has_existing_resources(combination: &ResourceCombination<'_>) -> bool {
    let missing = |(_, id, value): &(&str, Option<&ResourceId>, ExprValue)| id.is_some() && *value == ExprValue::Null;
    !combination.iter().any(missing) && (combination.is_empty() || combination.iter().any(|(_, id, _)| id.is_some()))
}

fn evaluate_guard(
    roots: &ExpressionRoots<'_>,
    guard: &Expr,
    clause: &Clause,
) -> Result<Option<bool>, SuiteEvaluationError> {
    match roots.evaluate(guard, clause.place.line) {
        Ok(ExprValue::Bool(value)) => Ok(Some(value)),
        Ok(ExprValue::Unknown) => Ok(None),
        // The guard relies on the schema, and the input violates the schema: the guard is undetermined.
        Ok(_) | Err(_) if roots.call.class != InputClass::Valid => Ok(None),
        Ok(other) => {
            let message = format!("the guard must be true or false, but it is {other}");
            Err(SuiteEvaluationError::new(roots.model, clause.place.line, guard, message))
        }
        Err(fault) => Err(fault),
    }
}

/// Whether a clause applies during a transition. A general clause judges the caller and not the state of a
/// resource, so `while` does not restrict the clause.
#[must_use]
pub fn applies_in_transition(clause: &Clause) -> bool {
    clause.timing == ClauseTiming::Any || matches!(clause.calls, ClauseOperations::AllBut(_))
}

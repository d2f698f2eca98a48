//! Which clauses apply to a call in one possible state.
//!
//! A refusal takes precedence over acceptance. Where several reasons to refuse a call hold, the pages do not
//! say
//! which reason the endpoint reports, so the status of any of the reasons is accepted (design, "Refusals").

use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::evaluation_error::SuiteEvaluationError;
use super::evaluation_log::EvaluationLog;
use super::possible_state::{PossibleResource, find_resource};
use super::resource_state::ResourceId;
use super::roots::{ExpressionRoots, explain_failure, make_world_root, record_for_caller};
use crate::expr::{Expr, ExprScope, ExprValue};
use crate::schema::InputClass;
use crate::suite::{Clause, ClauseDecision, ClauseOperations, ClauseTiming, LetDefinition, PermittedStatuses};
use std::cell::RefCell;
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
    /// The clauses of `permitted` and `may_accept` whose guard could not be evaluated.
    pub failed: Vec<ClauseId>,
}

impl ApplicableClauses {
    /// Whether no clause determines the outcome of the call.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.demanded.is_empty() && self.accepts.is_empty()
    }

    /// The clauses without those whose guard could not be evaluated, as an endpoint would follow them.
    #[must_use]
    pub fn without_failed(mut self) -> ApplicableClauses {
        let failed = std::mem::take(&mut self.failed);
        self.permitted.retain(|clause| !failed.contains(clause));
        self.may_accept.retain(|clause| !failed.contains(clause));
        self
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

/// Evaluates every clause of the operation in one possible state. A guard that fails on valid input is undetermined,
/// and `log` keeps the failure.
#[must_use]
pub fn evaluate_clauses(
    model: &Model,
    asked: &CallView,
    world: &[Arc<PossibleResource>],
    strangers: &[usize],
    log: &EvaluationLog,
) -> ApplicableClauses {
    let operation = &model.operations[&asked.operation];
    let combinations = list_combinations(model, asked, world);
    let all = (!operation.reads_all.is_empty())
        .then(|| make_world_root(model, operation.reads_all.iter().copied(), world, asked.owner, strangers));
    let scopes: Vec<CombinationScope<'_>> = combinations
        .iter()
        .map(|combination| CombinationScope::new(model, asked, world, combination, all.as_ref()))
        .collect();
    let mut reading = ApplicableClauses::default();
    let mut truths = Vec::with_capacity(scopes.len());
    for &id in &operation.clauses {
        let clause = model.find_suite_clause(id).expect("operations index written clauses only");
        truths.clear();
        for scope in &scopes {
            truths.push(scope.evaluate_clause((id, clause), log));
        }
        add_if_applicable(&mut reading, id, clause, &truths);
    }
    reading
}

/// One combination of the resources of a call, and what all clauses of the call read of the combination.
struct CombinationScope<'a> {
    model: &'a Model,
    asked: &'a CallView,
    things: Vec<(&'a str, ExprValue)>,
    all: Option<&'a ExprValue>,
    /// As [`has_existing_resources`].
    exists: bool,
    /// Whether a resource is in a transition.
    moving: bool,
    /// Whether a resource is undetermined.
    fogged: bool,
    /// The values of named expressions, which many guards share.
    named: RefCell<Vec<(&'a str, Option<ExprValue>)>>,
}

impl<'a> CombinationScope<'a> {
    fn new(
        model: &'a Model,
        asked: &'a CallView,
        world: &[Arc<PossibleResource>],
        combination: &'a ResourceCombination<'a>,
        all: Option<&'a ExprValue>,
    ) -> CombinationScope<'a> {
        let moving = |id: &ResourceId| find_resource(world, id).is_some_and(|held| held.state.transition.is_some());
        CombinationScope {
            model,
            asked,
            things: combination.iter().map(|(name, _, value)| (*name, value.clone())).collect(),
            all,
            exists: has_existing_resources(combination),
            moving: combination.iter().any(|(_, id, _)| id.is_some_and(moving)),
            fogged: combination.iter().any(|(_, _, value)| *value == ExprValue::Unknown),
            named: RefCell::default(),
        }
    }

    fn evaluate_clause(&self, (id, clause): (ClauseId, &Clause), log: &EvaluationLog) -> GuardResult {
        let accepts = matches!(clause.decision, ClauseDecision::Accept(_));
        if accepts && (self.asked.class == InputClass::Invalid || !self.exists) {
            return GuardResult::No;
        }
        let held = match clause.when.as_ref().map(|guard| self.evaluate_guard(guard, clause)) {
            None => Some(true),
            Some(Ok(truth)) => {
                let value = truth.map_or(ExprValue::Unknown, ExprValue::Bool);
                note_guard(log, id, clause, Ok(value));
                truth
            }
            Some(Err(fault)) => {
                note_guard(log, id, clause, Err(fault));
                return GuardResult::Failed;
            }
        };
        if held == Some(false) {
            return GuardResult::No;
        }
        let general = matches!(clause.calls, ClauseOperations::AllBut(_));
        if held.is_none() || (!general && self.fogged) {
            return GuardResult::Unknown;
        }
        if self.moving && !applies_in_transition(clause) {
            return GuardResult::InTransition;
        }
        GuardResult::Yes
    }

    fn evaluate_guard(&self, guard: &Expr, clause: &Clause) -> Result<Option<bool>, SuiteEvaluationError> {
        match guard.eval(self) {
            Ok(ExprValue::Bool(value)) => Ok(Some(value)),
            Ok(ExprValue::Unknown) => Ok(None),
            // The guard relies on the schema, and the input violates the schema: the guard is undetermined.
            Ok(_) | Err(_) if self.asked.class != InputClass::Valid => Ok(None),
            Ok(other) => Err(SuiteEvaluationError::no_truth(self.model, clause.place.line, guard, &other)),
            Err(error) => {
                let error = explain_failure(self.model, self, guard, error);
                Err(SuiteEvaluationError::new(self.model, clause.place.line, guard, error))
            }
        }
    }
}

impl ExprScope for CombinationScope<'_> {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        let roots = ExpressionRoots {
            model: self.model,
            call: self.asked,
            resources: &self.things,
            reply: None,
            entry: None,
            world: self.all,
        };
        let Some((name, LetDefinition::Expression(expr))) = self.model.suite.lets.get_key_value(name) else {
            return roots.find_root(name);
        };
        if self.things.iter().any(|(known, _)| known == name) {
            return roots.find_root(name);
        }
        let known = self.named.borrow().iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        known.unwrap_or_else(|| {
            let value = expr.eval(self).ok();
            self.named.borrow_mut().push((name, value.clone()));
            value
        })
    }
}

/// Whether a clause applies to one combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GuardResult {
    Yes,
    No,
    Unknown,
    /// The guard could not be evaluated.
    Failed,
    /// The guard holds or is undetermined, and a resource of the call is in a transition.
    InTransition,
}

/// A refusal applies to a batch if one combination meets the guard; an acceptance applies if every combination
/// does.
fn add_if_applicable(reading: &mut ApplicableClauses, id: ClauseId, clause: &Clause, truths: &[GuardResult]) {
    let any = |truth| truths.contains(&truth);
    match clause.decision {
        ClauseDecision::Accept(_) if any(GuardResult::No) || any(GuardResult::InTransition) => {}
        ClauseDecision::Accept(_) if any(GuardResult::Unknown) || any(GuardResult::Failed) => {
            reading.may_accept.push(id);
            reading.failed.extend(any(GuardResult::Failed).then_some(id));
        }
        ClauseDecision::Accept(_) => reading.accepts.push(id),
        ClauseDecision::Refuse(_) if any(GuardResult::Yes) => reading.demanded.push(id),
        ClauseDecision::Refuse(_) | ClauseDecision::MayRefuse(_)
            if truths.iter().any(|truth| *truth != GuardResult::No) =>
        {
            reading.permitted.push(id);
            reading.failed.extend(any(GuardResult::Failed).then_some(id));
        }
        ClauseDecision::Refuse(_) | ClauseDecision::MayRefuse(_) => {}
    }
}

fn note_guard(log: &EvaluationLog, id: ClauseId, clause: &Clause, value: Result<ExprValue, SuiteEvaluationError>) {
    if let Some(guard) = &clause.when {
        let _ = log.note_evaluation((Some(id), clause.place.line), guard, value);
    }
}

/// Whether each given id leads to a resource, and whether the call gives an id at all if the operation names
/// resources.
fn has_existing_resources(combination: &ResourceCombination<'_>) -> bool {
    let missing = |(_, id, value): &(&str, Option<&ResourceId>, ExprValue)| id.is_some() && *value == ExprValue::Null;
    !combination.iter().any(missing) && (combination.is_empty() || combination.iter().any(|(_, id, _)| id.is_some()))
}

/// Whether a clause applies during a transition. A general clause judges the caller and not the state of a
/// resource, so `while` does not restrict the clause.
#[must_use]
pub fn applies_in_transition(clause: &Clause) -> bool {
    clause.timing == ClauseTiming::Any || matches!(clause.calls, ClauseOperations::AllBut(_))
}

//! The evidence of an outcome that every possible state rules out.

use super::applicability::{ApplicableClauses, allows_status};
use super::call_memory::CallMemory;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::evidence::{
    CallReference, DeviationEvidence, Difference, DifferenceKind, ExpectationReason, ExpectedOutcome,
};
use super::factor::Factor;
use super::guard_account::CallSituation;
use super::interpreted_exchange::InterpretedExchange;
use super::outcome_filter::OutcomeJudgement;
use super::outcome_kind::OutcomeKind;
use super::possible_state::count_events;
use crate::suite::{ClauseDecision, PermittedStatuses};

/// Most clauses whose guards are accounted for.
const ACCOUNTS_MAX: usize = 4;

/// The outcome that one possible state expects.
struct StateExpectation {
    outcome: ExpectedOutcome,
    clauses: Vec<ClauseId>,
    /// Index of the state.
    state: usize,
}

/// The evidence of an outcome, from the possible state whose expectation is nearest.
pub(super) fn collect_outcome_evidence(
    model: &Model,
    interpreted: &InterpretedExchange<'_>,
    before: &Factor,
    judged: &OutcomeJudgement,
    (memory, unknown_kinds): (&CallMemory, &[usize]),
) -> DeviationEvidence {
    let InterpretedExchange { exchange, call: asked, reply: heard } = interpreted;
    let (got, reply) = match heard {
        OutcomeKind::Success(status, reply) => (*status, Some(reply)),
        OutcomeKind::Refusal(status) | OutcomeKind::ServerError(status) | OutcomeKind::Unexpected(status) => {
            (*status, None)
        }
        OutcomeKind::Lost | OutcomeKind::NotExecuted => return DeviationEvidence::default(),
    };
    let accepted = matches!(heard, OutcomeKind::Success(..));
    let expectations = judged
        .applicable
        .iter()
        .enumerate()
        .map(|(index, reading)| expect_outcome(model, &asked.operation, reading, index));
    // The nearest state decides as the endpoint did, needs the fewest events, and names the fewest clauses.
    let nearest = expectations.min_by_key(|expected| {
        let events = count_events(model, &before.states[expected.state]);
        let decides = expected.outcome.accepted == Some(accepted);
        (!decides, expected.outcome.accepted.is_none(), events, expected.clauses.len())
    });
    let Some(expected) = nearest else { return DeviationEvidence::default() };
    let world = &before.states[expected.state];
    let situation = CallSituation {
        model,
        asked,
        world,
        unknown_kinds,
        reply: reply.as_ref().copied(),
        memory: (memory, exchange.sent_ms),
    };
    let mut evidence = DeviationEvidence {
        other_states: before.states.len().saturating_sub(1),
        blamed: Some(CallReference::from_exchange(exchange)),
        ..DeviationEvidence::default()
    };
    let wrong_status = judged.server_error.is_some()
        || expected.outcome.accepted != Some(accepted)
        || !expected.clauses.iter().all(|clause| allows_status(model, &asked.operation, *clause, got));
    if wrong_status {
        let clauses = judged.server_error.map_or_else(|| expected.clauses.clone(), |clause| vec![clause]);
        let what = DifferenceKind::Outcome { expected: expected.outcome.clone(), got };
        evidence.differences.push(Difference { clauses, what });
    } else {
        evidence.differences.extend(list_broken_ensures(&situation, &expected.clauses));
    }
    let accounts = expected.clauses.iter().take(ACCOUNTS_MAX);
    evidence.reasons.extend(accounts.map(|clause| ExpectationReason::Applied(situation.account_guard(*clause))));
    if expected.outcome.accepted == Some(true) && !accepted {
        evidence.reasons.push(ExpectationReason::NothingRefuses(count_refusing(model, &asked.operation)));
    }
    evidence
}

fn expect_outcome(model: &Model, operation: &str, reading: &ApplicableClauses, state: usize) -> StateExpectation {
    let (accepted, clauses) = if !reading.demanded.is_empty() {
        (Some(false), reading.demanded.clone())
    } else if !reading.accepts.is_empty() {
        (Some(true), reading.accepts.clone())
    } else {
        (None, Vec::new())
    };
    let mut statuses: Vec<u16> = Vec::new();
    match accepted {
        Some(false) => {
            let all = reading.demanded.iter().chain(&reading.permitted);
            statuses.extend(all.flat_map(|clause| list_statuses(model, operation, *clause)));
        }
        Some(true) => {
            let all = clauses.iter().flat_map(|clause| list_statuses(model, operation, *clause));
            statuses.extend(
                all.filter(|status| clauses.iter().all(|clause| allows_status(model, operation, *clause, *status))),
            );
        }
        None => {}
    }
    statuses.sort_unstable();
    statuses.dedup();
    StateExpectation { outcome: ExpectedOutcome { accepted, statuses }, clauses, state }
}

/// The statuses that a clause names or that the operation documents.
fn list_statuses(model: &Model, operation: &str, clause: ClauseId) -> Vec<u16> {
    let Some(clause) = model.find_suite_clause(clause) else { return Vec::new() };
    let operation = &model.operations[operation];
    let (statuses, documented) = match &clause.decision {
        ClauseDecision::Accept(statuses) => (statuses, &operation.success),
        ClauseDecision::Refuse(statuses) | ClauseDecision::MayRefuse(statuses) => (statuses, &operation.client_error),
    };
    match statuses {
        PermittedStatuses::Exactly(codes) => codes.clone(),
        PermittedStatuses::Documented => documented.clone(),
    }
}

fn list_broken_ensures(situation: &CallSituation<'_>, clauses: &[ClauseId]) -> Vec<Difference> {
    let mut broken = Vec::new();
    for id in clauses {
        let Some(clause) = situation.model.find_suite_clause(*id) else { continue };
        for (ensure, _) in &clause.ensure {
            let parts = situation.list_broken_parts(ensure);
            if parts.iter().any(|part| part.holds == Some(false)) {
                broken.push(Difference { clauses: vec![*id], what: DifferenceKind::Condition { parts } });
            }
        }
    }
    broken
}

/// Number of clauses that refuse an operation in some situation.
fn count_refusing(model: &Model, operation: &str) -> usize {
    let refuses = |clause: &&ClauseId| {
        model.find_suite_clause(**clause).is_some_and(|clause| !matches!(clause.decision, ClauseDecision::Accept(_)))
    };
    model.operations[operation].clauses.iter().filter(refuses).count()
}

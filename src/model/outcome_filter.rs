//! The first filter: whether the clauses permit the outcome in each possible state.

use super::applicability::{ApplicableClauses, allows_status, evaluate_clauses, list_combinations};
use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::describe::describe_state;
use super::effect::{OutcomeChoice, list_successors, make_call_undetermined};
use super::effect_context::EffectContext;
use super::factor::Factor;
use super::input_class::leaves_outcome_open;
use super::outcome_kind::OutcomeKind;
use super::possible_state::{PossibleState, find_resource, replace_resources};
use super::resource_state::{Existence, ResourceOwner, ResourceState};
use super::roots::{ExpressionRoots, make_world_root};
use crate::expr::{EvalFailure, ExprValue};
use crate::suite::ClauseOperations;
use std::collections::BTreeMap;

/// A possible state after the outcome, and the explanation of the outcome.
#[derive(Debug, Clone)]
pub struct ExplainedState {
    pub state: PossibleState,
    pub explanation: OutcomeExplanation,
}

#[derive(Debug, Clone)]
pub enum OutcomeExplanation {
    /// Clauses demand or permit a refusal with the status.
    Refused {
        demanded: Vec<ClauseId>,
        explaining: Vec<ClauseId>,
    },
    Accepted {
        choice: OutcomeChoice,
    },
    /// No clause applies, or no clause can be decided.
    Open {
        silent: bool,
    },
    /// The endpoint may or may not have carried out the call.
    Lost,
}

/// The judgement of one outcome.
#[derive(Debug, Clone, Default)]
pub struct OutcomeJudgement {
    pub states: Vec<ExplainedState>,
    /// The states that are ruled out, each with the contradicted clauses.
    pub dropped: Vec<(PossibleState, Vec<ClauseId>)>,
    pub applicable: Vec<ApplicableClauses>,
    /// The clause against server errors, if the outcome is a server error.
    pub server_error: Option<ClauseId>,
    /// Whether the call may have taken effect in some possible state.
    pub may_have_acted: bool,
    /// The permitted outcomes, in words.
    pub expected: Vec<String>,
}

impl OutcomeJudgement {
    #[must_use]
    pub fn collect_contradicted_clauses(&self) -> Vec<ClauseId> {
        self.dropped.iter().flat_map(|(_, clauses)| clauses.iter().copied()).collect()
    }

    #[must_use]
    pub fn describe_ruled_out(&self, model: &Model) -> Vec<(String, Vec<ClauseId>)> {
        self.dropped.iter().map(|(world, clauses)| (describe_state(model, world), clauses.clone())).collect()
    }
}

/// Filters the possible states of the joint factor by the outcome, and adds the successor states.
#[must_use]
pub fn judge_outcome(
    model: &Model,
    asked: &CallView,
    heard: &OutcomeKind,
    before: &Factor,
    moment: &EffectContext<'_>,
) -> OutcomeJudgement {
    let mut judged = OutcomeJudgement::default();
    let read = |world| evaluate_clauses(model, asked, world, moment.unknown_kinds, moment.log);
    // A server error that a clause excuses in one possible state is no deviation, and rules out the other states.
    let excused = match heard {
        OutcomeKind::ServerError(status) => {
            before.states.iter().any(|world| is_excused(model, asked, &read(world), *status))
        }
        _ => false,
    };
    for world in &before.states {
        let reading = read(world);
        note_expected(model, asked, &reading, &mut judged.expected);
        match heard {
            OutcomeKind::Success(status, _) => {
                judge_acceptance(model, asked, *status, world, &reading, moment, &mut judged)
            }
            OutcomeKind::Refusal(status) => judge_refusal(model, asked, *status, world, &reading, &mut judged),
            OutcomeKind::ServerError(status) if is_excused(model, asked, &reading, *status) => {
                judge_refusal(model, asked, *status, world, &reading, &mut judged);
            }
            OutcomeKind::ServerError(_) if excused => {
                judged.dropped.push((world.clone(), vec![model.operations[&asked.operation].no_server_error]));
            }
            OutcomeKind::ServerError(_) => {
                judged.server_error = Some(model.operations[&asked.operation].no_server_error);
                judge_lost_response(model, asked, world, &reading, moment, &mut judged);
            }
            OutcomeKind::Lost => judge_lost_response(model, asked, world, &reading, moment, &mut judged),
            OutcomeKind::Unexpected(_) if reading.is_silent() => judged.states.push(ExplainedState {
                state: make_call_undetermined(model, asked, world, moment),
                explanation: OutcomeExplanation::Open { silent: true },
            }),
            OutcomeKind::Unexpected(_) => {
                judged.dropped.push((world.clone(), [reading.demanded.clone(), reading.accepts.clone()].concat()))
            }
            OutcomeKind::NotExecuted => unreachable!("an exchange without effect is not judged"),
        }
        judged.applicable.push(reading);
    }
    judged
}

fn judge_acceptance(
    model: &Model,
    asked: &CallView,
    status: u16,
    world: &PossibleState,
    reading: &ApplicableClauses,
    moment: &EffectContext<'_>,
    judged: &mut OutcomeJudgement,
) {
    judged.may_have_acted = true;
    if !reading.demanded.is_empty() {
        judged.dropped.push((world.clone(), reading.demanded.clone()));
        return;
    }
    // An endpoint may ignore or apply doubtful input in full or in part, unless a clause resolves the doubt.
    if reading.accepts.is_empty() || leaves_outcome_open(model, asked, reading) {
        let silent = reading.accepts.is_empty() && reading.may_accept.is_empty();
        // A read changes nothing, with or without a clause.
        let changes = model.operations[&asked.operation].changes;
        let next = if changes { make_call_undetermined(model, asked, world, moment) } else { world.clone() };
        judged.states.push(ExplainedState { state: next, explanation: OutcomeExplanation::Open { silent } });
        return;
    }
    let wrong: Vec<ClauseId> = reading
        .accepts
        .iter()
        .copied()
        .filter(|clause| !allows_status(model, &asked.operation, *clause, status))
        .collect();
    if !wrong.is_empty() {
        judged.dropped.push((world.clone(), wrong));
        return;
    }
    for successor in list_successors(model, asked, world, &reading.accepts, &moment.with_uncertain(reading)) {
        let broken = find_broken_ensures(model, asked, world, &reading.accepts, moment);
        if broken.is_empty() {
            judged.states.push(ExplainedState {
                state: successor.state,
                explanation: OutcomeExplanation::Accepted { choice: successor.choice },
            });
        } else {
            judged.dropped.push((world.clone(), broken));
            break;
        }
    }
}

fn find_broken_ensures(
    model: &Model,
    asked: &CallView,
    world: &PossibleState,
    accepts: &[ClauseId],
    moment: &EffectContext<'_>,
) -> Vec<ClauseId> {
    let mut broken = Vec::new();
    let kinds = model.operations[&asked.operation].reads_all.iter().copied();
    let all = make_world_root(model, kinds, world, asked.owner, moment.unknown_kinds);
    for &id in accepts {
        let clause = model.find_suite_clause(id).expect("only written clauses accept");
        for combination in list_combinations(model, asked, world) {
            let things: Vec<(&str, ExprValue)> =
                combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
            let roots = ExpressionRoots {
                model,
                call: asked,
                resources: &things,
                reply: Some(moment.reply),
                entry: None,
                world: Some(&all),
            };
            for (ensure, place) in &clause.ensure {
                let holds = match roots.evaluate(ensure, place.line) {
                    // A response of another shape than documented, or with a shorter list, ensures nothing.
                    Err(fault) if fault.failure != EvalFailure::MissingValue => ExprValue::Bool(false),
                    holds => moment.log.note_evaluation((Some(id), place.line), ensure, holds),
                };
                if holds == ExprValue::Bool(false) {
                    broken.push(id);
                }
            }
        }
    }
    broken.dedup();
    broken
}

fn judge_refusal(
    model: &Model,
    asked: &CallView,
    status: u16,
    world: &PossibleState,
    reading: &ApplicableClauses,
    judged: &mut OutcomeJudgement,
) {
    let explaining: Vec<ClauseId> = reading.list_explaining(model, &asked.operation, status).collect();
    let allowed = if reading.demanded.is_empty() {
        reading.accepts.is_empty() || !explaining.is_empty() || leaves_outcome_open(model, asked, reading)
    } else {
        !explaining.is_empty()
    };
    if !allowed {
        let reasons = if reading.demanded.is_empty() { &reading.accepts } else { &reading.demanded };
        judged.dropped.push((world.clone(), reasons.clone()));
        return;
    }
    let how = if explaining.is_empty() {
        OutcomeExplanation::Open { silent: reading.is_silent() && reading.may_accept.is_empty() }
    } else {
        OutcomeExplanation::Refused { demanded: reading.demanded.clone(), explaining }
    };
    judged.states.push(ExplainedState { state: state_after_refusal(model, asked, status, world), explanation: how });
}

/// The possible state after a refusal. A 404 proves absence only if the owner sent the read that shows one
/// resource: any other call may be refused because of another resource.
fn state_after_refusal(model: &Model, asked: &CallView, status: u16, world: &PossibleState) -> PossibleState {
    let named: Vec<_> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    if let (404, [id]) = (status, named.as_slice())
        && model.reads[usize::from(id.kind)].as_ref().is_some_and(|shown| shown.operation == asked.operation)
        && let Some(held) = find_resource(world, id)
        && held.state.undetermined_since.is_some()
        && asked.caller == "owner"
        && held.state.owner == ResourceOwner::Owner
    {
        let gone = ResourceState { existence: Existence::Gone, undetermined_since: None, ..held.state.clone() };
        return replace_resources(model, world, BTreeMap::from([((*id).clone(), gone)]));
    }
    world.clone()
}

fn judge_lost_response(
    model: &Model,
    asked: &CallView,
    world: &PossibleState,
    reading: &ApplicableClauses,
    moment: &EffectContext<'_>,
    judged: &mut OutcomeJudgement,
) {
    judged.states.push(ExplainedState { state: world.clone(), explanation: OutcomeExplanation::Lost });
    if !reading.demanded.is_empty() {
        return;
    }
    judged.may_have_acted = true;
    let open = reading.accepts.is_empty() || leaves_outcome_open(model, asked, reading);
    if !open {
        for successor in list_successors(model, asked, world, &reading.accepts, &moment.with_uncertain(reading)) {
            judged.states.push(ExplainedState { state: successor.state, explanation: OutcomeExplanation::Lost });
        }
    }
    // Without a clause about acceptance, the call may have any effect.
    if open && model.operations[&asked.operation].changes {
        judged.states.push(ExplainedState {
            state: make_call_undetermined(model, asked, world, moment),
            explanation: OutcomeExplanation::Lost,
        });
    }
}

/// A server error is permitted only if a clause of the operation lists the status.
fn is_excused(model: &Model, asked: &CallView, reading: &ApplicableClauses, status: u16) -> bool {
    reading.list_explaining(model, &asked.operation, status).any(|clause| {
        model.find_suite_clause(clause).is_some_and(|clause| matches!(clause.calls, ClauseOperations::Only(_)))
    })
}

fn note_expected(model: &Model, asked: &CallView, reading: &ApplicableClauses, expected: &mut Vec<String>) {
    let names = |clauses: &[ClauseId]| {
        clauses.iter().map(|clause| model.clause_info(*clause).id.clone()).collect::<Vec<_>>().join(", ")
    };
    let line = if !reading.demanded.is_empty() {
        format!("a refusal ({})", names(&reading.demanded))
    } else if !reading.accepts.is_empty() {
        format!("acceptance ({})", names(&reading.accepts))
    } else {
        format!("any outcome: no clause applies to {} here", asked.operation)
    };
    if !expected.contains(&line) {
        expected.push(line);
    }
}

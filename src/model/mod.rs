//! The model: a suite, compiled for evaluation. Evaluation is pure, total and non-deterministic.
//!
//! A [`Belief`] holds every possible state as a product of factors. Each response of the
//! endpoint filters the belief; an empty factor is a deviation. The module does not depend on
//! endpoints, plans, clocks or I/O: every observation carries its time.

mod applicability;
mod belief;
mod belief_factors;
mod belief_result;
mod blame;
mod bulk_effect;
mod call_cell;
mod call_memory;
mod call_view;
mod count_clauses;
mod clause_expressions;
mod clause_info;
mod compile;
mod deciding_operations;
mod deferred_id;
mod describe;
mod earlier_resources;
mod effect;
mod entry_place;
mod evaluation_error;
mod evaluation_log;
mod exchange_judgement;
mod evidence;
mod factor;
mod generated_clauses;
mod guard_account;
mod guard_terms;
mod input_class;
mod interpreted_exchange;
mod match_observation;
mod number_id;
mod obligations;
mod observation;
mod observation_evidence;
mod observation_filter;
mod observe;
mod operation_model;
mod outcome_evidence;
mod outcome_filter;
mod paging;
mod possible_state;
mod read_call;
mod effect_context;
mod effect_field;
mod outcome_kind;
mod resource_calls;
mod resource_state;
mod roots;
mod clause_tally;
mod told_effects;
mod transition;

#[cfg(test)]
mod tests;

pub use applicability::{ApplicableClauses, ResourceCombination, allows_status, evaluate_clauses, list_combinations};
pub use belief::{Belief, BeliefLimits};
pub use belief_result::BeliefKey;
pub use call_cell::{CallCell, CellCount, CellKind, classify_cell, has_accepting_clause, name_resource_state};
pub use call_view::CallView;
pub use clause_info::{ClauseId, ClauseInfo, ClauseOrigin, GeneratedClause};
pub use clause_tally::{ClauseCount, ClauseTally, ObservedSilentCell};
pub use compile::{Model, ModelError, find_state_field};
pub use deciding_operations::list_deciding_operations;
pub use deferred_id::read_deferred_id;
pub use describe::describe_state;
pub use effect::{OutcomeChoice, SuccessorState, apply_choice, list_choices, make_call_undetermined};
pub use effect_context::EffectContext;
pub use effect_field::EffectField;
pub use entry_place::{find_entry_place, find_field_place};
pub use evaluation_error::SuiteEvaluationError;
pub use evaluation_log::{EvaluationLog, EvaluationTally, FailedExpression};
pub use evidence::{
    CallReference, DeviationEvidence, Difference, DifferenceKind, ExpectationReason, ExpectedOutcome, GuardAccount,
    GuardPart, GuardValue, SchemaDifference,
};
pub use exchange_judgement::{BeliefChange, Deviation, ExceededLimit, ExchangeJudgement};
pub use factor::{BeliefNarrowing, Factor, PromiseSource, PromiseSubject};
pub use input_class::{classify_call_input, leaves_outcome_open, list_broken_keywords, read_input_class, read_version};
pub use interpreted_exchange::InterpretedExchange;
pub use match_observation::must_be_listed;
pub use observation::{Observation, ResponseObservations, read_observations};
pub use operation_model::OperationModel;
pub use outcome_kind::OutcomeKind;
pub use paging::{ListPage, is_page, read_pages};
pub use possible_state::{PossibleResource, PossibleState, find_resource, make_possible_resource, replace_resources};
pub use resource_calls::{ResourceDeletion, ResourceRead, find_id_path};
pub use resource_state::{
    Existence, ResourceId, ResourceOwner, ResourceState, StateOrigin, Transition, TransitionStage,
};
pub use roots::{ExpressionRoots, make_world_root};
pub use told_effects::list_telling_fields;
pub use transition::{advance_resource, close_states, evaluate_alone, list_events};

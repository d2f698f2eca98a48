//! The model: a suite, compiled for evaluation. Evaluation is pure, total and non-deterministic.
//!
//! A [`Belief`] holds every possible state as a product of factors. Each response of the
//! endpoint filters the belief; an empty factor is a deviation. The module does not depend on
//! endpoints, plans, clocks or I/O: every observation carries its time.

mod applicability;
mod belief;
mod belief_factors;
mod bulk_effect;
mod call_view;
mod clause_counts;
mod clause_expressions;
mod clause_info;
mod compile;
mod deferred_id;
mod describe;
mod effect;
mod exchange_judgement;
mod factor;
mod generated_clauses;
mod input_class;
mod match_observation;
mod obligations;
mod observation;
mod observation_filter;
mod observe;
mod operation_model;
mod outcome_filter;
mod paging;
mod possible_state;
mod read_call;
mod effect_context;
mod reply_kind;
mod resource_calls;
mod resource_state;
mod roots;
mod tally;
mod transition;

#[cfg(test)]
mod tests;

pub use applicability::{ApplicableClauses, ResourceCombination, allows_status, evaluate_clauses, list_combinations};
pub use belief::{Belief, BeliefLimits};
pub use call_view::CallView;
pub use clause_info::{ClauseId, ClauseInfo, ClauseOrigin, GeneratedClause};
pub use compile::{Model, ModelError, find_state_field};
pub use deferred_id::read_deferred_id;
pub use describe::describe_state;
pub use effect::{OutcomeChoice, SuccessorState, apply_choice, list_choices, make_call_undetermined};
pub use effect_context::EffectContext;
pub use exchange_judgement::{BeliefChange, Deviation, ExceededLimit, ExchangeJudgement};
pub use factor::{BeliefNarrowing, Factor, PromiseSource, PromisedValue};
pub use input_class::{classify_call_input, leaves_outcome_open, read_version, read_version_from};
pub use match_observation::must_be_listed;
pub use observation::{Observation, ResponseObservations, read_observations};
pub use operation_model::OperationModel;
pub use paging::{ListPage, is_page, read_pages};
pub use possible_state::{PossibleState, StateEntry, find_resource, make_entry, replace_resources};
pub use reply_kind::ReplyKind;
pub use resource_calls::{ResourceDeletion, ResourceRead, find_id_path};
pub use resource_state::{
    Existence, ResourceId, ResourceOwner, ResourceState, StateOrigin, Transition, TransitionStage,
};
pub use roots::{ExpressionRoots, SuiteEvaluationError, make_world_root};
pub use tally::{ClauseCount, ClauseTally, OperationCell};
pub use transition::{advance_resource, close_states, evaluate_alone, list_events};

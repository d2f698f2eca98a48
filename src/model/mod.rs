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

pub use applicability::{Combination, Reading, allows, combinations, read};
pub use belief::{Belief, Bounds};
pub use call_view::Asked;
pub use clause_info::{ClauseId, ClauseInfo, Generated, Origin};
pub use compile::{Model, ModelError, state_of};
pub use deferred_id::told_in;
pub use describe::describe;
pub use effect::{Choice, Successor, apply, choices, fogged};
pub use effect_context::Moment;
pub use exchange_judgement::{Deviation, Excess, Insight, Observed};
pub use factor::Factor;
pub use input_class::{classed, undecided, version_by, version_of};
pub use match_observation::listed;
pub use observation::{Sight, Sights, sights};
pub use operation_model::OperationModel;
pub use paging::{Page, is_page, pages};
pub use possible_state::{Held, World, find, hold, replaced};
pub use reply_kind::Heard;
pub use resource_calls::{Ending, Shown, place_of_id};
pub use resource_state::{Id, Life, Motion, Step as Stage, Thing, Via, Who};
pub use roots::{Fault, Roots, world_root};
pub use tally::{Cell, Count, Tally};
pub use transition::{advanced, closure, eval as eval_alone, happenings};

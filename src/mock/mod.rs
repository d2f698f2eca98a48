//! The mock: a suite interpreted as an endpoint, in this process.
//!
//! The mock follows the clauses, chooses by seed between permitted outcomes, and delays transitions. The mock knows
//! the model, and no plans or oracle.

mod creation;
mod decision;
mod derived_values;
mod effect_mutants;
mod effects;
mod endpoint;
mod ensure_repair;
mod faulty_effects;
mod initial_fields;
mod json_path;
mod list_page;
mod mutant;
mod mutant_list;
mod body_texts;
mod response_body;
mod response_context;
mod tempo;
mod mock_resources;

pub use endpoint::Mock;
pub use mutant::{FaultKind, Mutant, find_kind, name_target};
pub use mutant_list::list_mutants;
pub use tempo::Tempo;

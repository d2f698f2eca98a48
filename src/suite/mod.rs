//! Suite files: the promises of one API as resource kinds, states and clauses.
//!
//! A suite is parsed and type-checked against the catalog; every problem has a line. The module uses no time, no
//! random numbers and no HTTP.

mod body_types;
mod citations;
mod field_notations;
mod format;
mod grammar;
mod json_schema;
mod lint;
mod merge;
mod offset;
mod pages;
mod partial_call;
mod parse;
mod place;
mod problem;
mod questions;
mod state_changes;
mod suite_files;
mod suggest;
mod yaml;
mod types;

#[cfg(test)]
mod tests;

pub use field_notations::find_field_notations;
pub use format::format_suite;
pub use json_schema::build_suite_schema;
pub use lint::{
    CitationCheck, LintInputs, SilentCell, UnreachedClause, find_silent_cells, find_type_errors, lint_suite,
};
pub use pages::{PageDigests, collect_page_digests};
pub use parse::{parse_suite, parse_suite_files};
pub use place::SuitePlace;
pub use problem::{ProblemSeverity, SuiteProblem, has_errors, render_problems};
pub use questions::{SuiteQuestion, list_open_questions};
pub use state_changes::{StateChange, StateChangeCause, StateChangeEnd, list_state_changes};
pub use suite_files::{SuiteFiles, list_base_suites, read_catalog_name};
pub use types::{
    ATOMIC_CALLS, AboutEntry, Alternative, Clause, ClauseBasis, ClauseDecision, ClauseOperations, ClauseTiming,
    DerivedValue, Effect, EffectTarget, EffectValue, Event, Field, FieldMutability, IdExpression, LetDefinition,
    MarkField, PagingPromise, PermittedStatuses, ResourceKind, ResourceSelection, ResourceView, StageExpression, Suite,
    UNNAMED,
};
pub use yaml::SUITE_BYTES_MAX;

//! Checks of a parsed suite: types, citations, clauses that never apply, and cases without a clause.

mod checks;
mod citations;
mod conditions;
mod context;
mod observability;
mod overlap;
mod reachability;
mod silent_cells;
mod located_expressions;
mod merged_tree;
mod typing;

pub use checks::{find_type_errors, lint_suite};
pub use context::{CitationCheck, LintInputs, UnreachedClause};
pub use silent_cells::{SilentCell, find_silent_cells};

//! Checks of a parsed suite: types, citations, clauses that never apply, and cases without a clause.

mod checks;
mod citations;
mod context;
mod observe;
mod overlap;
mod reach;
mod silence;
mod sketch;
mod spoken;
mod spots;
mod typing;

pub use checks::{ill_typed, lint};
pub use context::{Evidence, Freshness};
pub use silence::{SilentCell, silent_cells};

//! The guided chooser, which tests the clauses with the fewest tests so far.
//!
//! A test of a clause counts in its context: the states of the resources, the last two changes
//! accepted on each, and the binding. A fault that depends on history stays hidden behind a
//! clause that was tested once. "Choosing" in `docs/DESIGN.md` gives the shares of the requests
//! and their reasons.

mod accepted_calls;
mod body_cases;
mod cell_calls;
mod cell_search;
mod choose;
mod clause_target;
mod context;
mod during_transition;
mod list_pages;
mod open_cells;
mod paths;
mod population;
mod population_target;
mod reads;
mod request_ledger;
mod score;
mod search_pause;
mod state;

pub use state::GuidedChooser;

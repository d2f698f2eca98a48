//! Carries out the steps of a plan: replaces handles by ids, sends, retries, waits, polls and records.
//!
//! A [`Watcher`] interprets responses. Clauses, verdicts and shrinking are unknown to the module, and the
//! only clock is tokio's.

mod bind;
mod cancel;
mod context;
mod disposition;
mod journal;
mod pace;
mod plan_state;
mod polling;
mod request_dispatcher;
mod retry;
mod shared_budget;
mod step_runner;
mod stop;
mod watcher;

pub use bind::bind;
pub use cancel::Cancel;
pub use context::{Context, Marking, NoMarks};
pub use journal::{Journal, NoJournal};
pub use pace::Pace;
pub use plan_state::{Run, Spent};
pub use shared_budget::Purse;
pub use step_runner::{carry_out, carry_out_branches, carry_out_plan};
pub use stop::{Skip, StepEnd, Stop, Troubles, Unrest};
pub use watcher::{Told, Watcher};

#[cfg(test)]
pub(crate) mod tests;

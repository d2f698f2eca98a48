//! Carries out the steps of a plan: replaces handles by ids, sends, retries, waits, polls and records.
//!
//! A [`Watcher`] interprets responses. Clauses, verdicts and shrinking are unknown to the module, and the
//! only clock is tokio's.

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

pub use cancel::Cancellation;
pub use context::{CallMarker, NullMarker, PlanContext};
pub use journal::{Journal, NullJournal};
pub use pace::Pace;
pub use plan_state::{PlanState, RequestCounts};
pub use shared_budget::SharedBudget;
pub use step_runner::{carry_out_branches, carry_out_plan, carry_out_step};
pub use stop::{FailureCounts, SkipReason, StepEnd, StopReason, UnsettledReason};
pub use watcher::{FoundIds, LearnedId, Watcher};

#[cfg(test)]
pub(crate) mod tests;

//! Carries out the steps of a plan: replaces handles by ids, sends, retries, waits, polls and records.
//!
//! A [`ExchangeInterpreter`] interprets responses. Clauses, verdicts and shrinking are unknown to the module, and the
//! only clock is tokio's.

mod cancel;
mod credential_check;
mod plan_environment;
mod delivery_result;
mod journal;
mod pace;
mod plan_state;
mod polling;
mod request_dispatcher;
mod retry;
mod shared_budget;
mod step_runner;
mod stop;
mod exchange_interpreter;

pub use cancel::{Cancellation, LAST_RESPONSE_TIME};
pub use credential_check::AcceptedReads;
pub use exchange_interpreter::{DeferredId, ExchangeInterpreter, FoundIds};
pub use journal::{Journal, NullJournal};
pub use pace::Pace;
pub use plan_environment::{CallMarker, NullMarker, PlanEnvironment};
pub use plan_state::{PlanState, RequestCounts};
pub use shared_budget::{RequestShares, SharedBudget, SpendingWatch};
pub use step_runner::{carry_out_branches, carry_out_plan, carry_out_step, split_branches};
pub use stop::{FailureCounts, SkipReason, StepEnd, StopReason, UnsettledReason};

#[cfg(test)]
pub(crate) mod tests;

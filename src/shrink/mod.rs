//! Finds the smallest plan that still fails, within a budget of requests.
//!
//! The shrinker does not know why a plan fails, what a call means or what an endpoint is: a closure tells whether a
//! candidate still shows the failure. [`PlanComplexity`](order::PlanComplexity) defines the order from simple to complex plans.

mod remove_steps;
mod handles;
mod order;
mod simplify_steps;
mod reduce;
mod search;
mod simplify_values;

#[cfg(test)]
mod tests;

pub use handles::remove_unbound_steps;
pub use reduce::shrink_plan;
pub use search::{CandidateResult, ShrinkLimits};

#[cfg(test)]
use handles::{collect_used_handles, list_created_handles};
#[cfg(test)]
use order::measure_complexity;
#[cfg(test)]
use reduce::ShrunkPlan;

//! Finds the smallest plan that still fails, within a budget of requests.
//!
//! The shrinker does not know why a plan fails, what a call means or what an endpoint is: a closure tells whether a
//! candidate still shows the failure. [`SortKey`] defines the order from simple to complex plans.

mod drop;
mod handles;
mod order;
mod plain;
mod reduce;
mod search;
mod values;

#[cfg(test)]
mod tests;

pub use handles::{closed, handles_born, handles_used};
pub use order::{SortKey, sort_key};
pub use reduce::{Shrunk, shrink};
pub use search::{Limits, Trial};

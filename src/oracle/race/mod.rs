//! Overlapping calls: whether some order explains their responses.
//!
//! The search for an order does not know what a call is; `judge_race` lets the belief decide whether a response is
//! possible after the calls before it.

mod certain_result;
mod evidence;
mod judge_race;
mod order_search;
mod race_state;
mod raced_kinds;
mod unexplained;
#[cfg(test)]
mod tests;

pub use evidence::{RaceEvidence, RaceLane, RaceRecord, RaceVerdict};
pub(super) use race_state::RaceJudgement;

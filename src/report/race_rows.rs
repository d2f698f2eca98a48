//! The races of a campaign, and the race of a finding, in the form of `report.json`.

use crate::campaign::{RaceTally, RacedPair};
use crate::oracle::RaceEvidence;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The races of one pair of calls in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RacedPairRow {
    /// Ids of the operations.
    pub operations: [String; 2],
    /// The shared resource before the race, such as `server ACTIVE`.
    pub state: String,
    /// How the calls conflict, in words.
    pub conflict: String,
    /// Whether the suite names the convention `calls-are-atomic` for the shared resource. If not, a race that no order
    /// explains does not fail the run.
    pub atomic: bool,
    /// Number of plans that were to race the pair.
    pub plans: u64,
    /// Races: plans that reached the state and sent both calls.
    pub raced: u64,
    /// Races in which both calls were under way at the same time.
    pub overlapped: u64,
    /// Races that an order of the calls explains.
    pub explained: u64,
    /// Races that no order of the calls explains.
    pub unexplained: u64,
    /// The last race that no order explains, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Races that were not judged, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub undecided: BTreeMap<String, u64>,
}

/// The race of a finding: which calls were under way when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RaceRow {
    /// The calls, in the order of sending; last a read after them, if no order explains its response.
    pub calls: Vec<RacedCallRow>,
    /// Numbers of the exchanges in the order that explains most responses.
    pub order: Vec<u64>,
    /// Number of the exchange whose response is not possible after them.
    pub unexplained: u64,
}

/// One call of a race.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RacedCallRow {
    /// Number of the exchange within the plan's history, from 0.
    pub exchange: u64,
    /// Index of the step within the plan, from 0.
    pub step: usize,
    /// The branch from 1; 0 for a read after the race.
    pub branch: u32,
    /// Id of the operation.
    pub operation: String,
    /// When the call was sent, in microseconds since the first call of the race.
    pub sent_us: u64,
    /// When the response arrived, in microseconds since the first call of the race.
    pub received_us: u64,
    /// The status, or what came in its place.
    pub outcome: String,
}

/// The rows of the pairs with a plan.
pub(super) fn list_raced_pairs(races: &RaceTally) -> Vec<RacedPairRow> {
    let row = |pair: &RacedPair| RacedPairRow {
        operations: pair.operations.clone(),
        state: pair.state.clone(),
        conflict: pair.conflict.to_string(),
        atomic: pair.is_atomic,
        plans: pair.plans,
        raced: pair.raced,
        overlapped: pair.overlapped,
        explained: pair.explained,
        unexplained: pair.unexplained,
        example: pair.example.clone(),
        undecided: pair.undecided.clone(),
    };
    races.pairs.iter().map(row).collect()
}

/// The race of a finding.
pub(super) fn compile_race(race: &RaceEvidence) -> RaceRow {
    let start = race.lanes.iter().map(|lane| lane.sent_us).min().unwrap_or(0);
    let calls = race.lanes.iter().map(|lane| RacedCallRow {
        exchange: lane.exchange,
        step: lane.step,
        branch: lane.branch,
        operation: lane.operation.clone(),
        sent_us: lane.sent_us.saturating_sub(start),
        received_us: lane.received_us.saturating_sub(start),
        outcome: lane.outcome.clone(),
    });
    RaceRow { calls: calls.collect(), order: race.order.clone(), unexplained: race.unexplained }
}

impl RacedPairRow {
    /// Why the pair was not raced; `None` if it was.
    #[must_use]
    pub fn explain_idleness(&self) -> Option<&'static str> {
        match (self.raced, self.plans) {
            (0, 0) => Some("the run ended before"),
            (0, _) => Some("the state was not reached"),
            _ => None,
        }
    }
}

impl RaceRow {
    /// The order that explains most responses, and the response that it does not explain, in words.
    #[must_use]
    pub fn describe_order(&self) -> String {
        let name = |exchange: &u64| {
            let call = self.calls.iter().find(|call| call.exchange == *exchange);
            call.map_or_else(|| format!("exchange {exchange}"), |call| format!("step {}", call.step + 1))
        };
        let last = self.calls.iter().find(|call| call.exchange == self.unexplained);
        let last = last.map(|call| format!(" to {} ({})", call.operation, call.outcome)).unwrap_or_default();
        let order: Vec<String> = self.order.iter().map(name).collect();
        let after = if order.is_empty() { "first".to_string() } else { format!("after {}", order.join(", ")) };
        format!("no order of the calls explains the response{last} in {} {after}", name(&self.unexplained))
    }
}

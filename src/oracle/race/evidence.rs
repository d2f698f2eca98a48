//! What a race showed: the calls with their times, and the order that explains most of them.

use crate::history::{CallOverlap, Exchange, Outcome};

/// One race of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaceRecord {
    /// The overlapping calls, in the order of sending.
    pub lanes: Vec<RaceLane>,
    /// Names of the resource kinds that the calls share, sorted.
    pub kinds: Vec<String>,
    /// Whether calls of two branches were under way at the same time.
    pub overlapped: bool,
    /// Whether some order explains the responses.
    pub verdict: RaceVerdict,
}

/// Whether some order of the calls explains every response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RaceVerdict {
    /// At least one order does.
    Explained,
    /// No order does; with the response that no order explains.
    Unexplained(String),
    /// The race was not judged; with the reason.
    Undecided(String),
}

/// One call of a race, and the time of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaceLane {
    /// Number of the exchange.
    pub exchange: u64,
    /// Index of the step.
    pub step: usize,
    /// The branch; 0 for a read after the race.
    pub branch: u32,
    /// Id of the operation.
    pub operation: String,
    /// When the call was sent, in microseconds since the start of the plan.
    pub sent_us: u64,
    /// When the outcome was known, in microseconds since the start of the plan.
    pub received_us: u64,
    /// The outcome, in words.
    pub outcome: String,
}

/// The evidence of a race that no order explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaceEvidence {
    /// The calls, in the order of sending; last a read after the race, if its response is what no order explains.
    pub lanes: Vec<RaceLane>,
    /// Numbers of the exchanges in the order that explains most responses.
    pub order: Vec<u64>,
    /// Number of the exchange that is not explained after them.
    pub unexplained: u64,
}

impl RaceLane {
    /// The lane of an exchange.
    #[must_use]
    pub fn new(exchange: &Exchange) -> RaceLane {
        let time = read_overlap(exchange);
        RaceLane {
            exchange: exchange.number,
            step: exchange.step,
            branch: time.branch,
            operation: exchange.call.operation.clone(),
            sent_us: time.sent_us,
            received_us: time.received_us,
            outcome: describe_outcome(&exchange.outcome),
        }
    }

    /// Whether two calls of different branches were under way at the same time.
    #[must_use]
    pub fn overlaps(&self, other: &RaceLane) -> bool {
        self.branch != other.branch && self.sent_us < other.received_us && other.sent_us < self.received_us
    }
}

/// The branch and the time of a call. A call outside of a race has the branch 0 and a time in whole milliseconds.
pub(super) fn read_overlap(exchange: &Exchange) -> CallOverlap {
    exchange.overlap.unwrap_or(CallOverlap {
        branch: 0,
        sent_us: exchange.sent_ms.saturating_mul(1_000),
        received_us: exchange.received_ms.saturating_mul(1_000),
    })
}

fn describe_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Replied(reply) | Outcome::InfrastructureFailed { reply, .. } => reply.status.to_string(),
        Outcome::Unsent { .. } => "not sent".to_string(),
        Outcome::Lost { .. } => "no response".to_string(),
    }
}

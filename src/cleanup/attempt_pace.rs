//! When cleaning up asks for the same resource again, and when it gives the resource up.

use super::context::CleanupReserve;
use crate::plan_execution::Pace;
use std::time::Duration;
use tokio::time::Instant;

/// How many requests one resource may take.
struct AttemptLimits {
    /// Number of requests after which the waits are spread over the time that is left.
    early: u64,
    /// Most requests. A resource that refuses its deletion for good would otherwise use up the requests that the
    /// deletions of other resources need.
    most: u64,
}

/// While the resource refuses its deletion: an attempt is a deletion, a read and what releases the resource.
const REFUSED: AttemptLimits = AttemptLimits { early: 16, most: 24 };
/// While polls wait for the end of an accepted deletion.
const ACCEPTED: AttemptLimits = AttemptLimits { early: 24, most: 32 };

/// The waits between the attempts at one resource: growing as the waits between polls do, and later so long that
/// the last requests are sent at the end of the time that a transition may take.
#[derive(Debug, Clone)]
pub(super) struct AttemptPace {
    pace: Pace,
    wait: Duration,
    due: Instant,
    first: Option<Instant>,
    /// Number of all requests.
    requests: u64,
    /// Number of requests since the last advance.
    recent: u64,
}

impl AttemptPace {
    /// No attempt was made; the first may be made at once.
    pub fn new(pace: &Pace) -> AttemptPace {
        let wait = pace.poll_first;
        AttemptPace { pace: *pace, wait, due: Instant::now(), first: None, requests: 0, recent: 0 }
    }

    /// Number of requests so far.
    pub fn count_requests(&self) -> u64 {
        self.requests
    }

    /// The time of the next attempt.
    pub fn due(&self) -> Instant {
        self.due
    }

    /// Counts a request.
    pub fn count_request(&mut self) {
        self.first.get_or_insert_with(Instant::now);
        self.requests += 1;
        self.recent += 1;
    }

    /// Plans the next attempt after one that changed nothing.
    pub fn plan_next(&mut self, refused: bool, reserve: &CleanupReserve) {
        let wait = self.wait.max(self.spread_requests(refused, reserve));
        self.wait = (self.wait * self.pace.poll_factor_percent / 100).min(self.pace.poll_most);
        self.due = Instant::now() + wait;
    }

    /// Plans the next attempt after an advance: the deletion was accepted.
    pub fn plan_after_advance(&mut self) {
        self.recent = 0;
        self.plan_soon();
    }

    /// Plans the next attempt after the shortest wait, because another deletion advanced. A resource that has used up its
    /// early requests keeps its time.
    pub fn plan_soon(&mut self) {
        if self.recent < REFUSED.early {
            self.wait = self.pace.poll_first;
            self.due = Instant::now() + self.wait;
        }
    }

    /// Waits until the next attempt at a resource that refused nothing. Returns `false` if there is none: all requests
    /// are used, or the reserve ends first.
    pub async fn wait_for_next(&mut self, reserve: &CleanupReserve) -> bool {
        self.plan_next(false, reserve);
        let wait = self.due - Instant::now();
        if self.is_used_up(false) || wait >= reserve.remaining() {
            return false;
        }
        reserve.pause(wait).await;
        true
    }

    /// Whether the resource is given up: all requests are used, or the resource `refused` its deletion for longer than
    /// any transition may take.
    pub fn is_used_up(&self, refused: bool) -> bool {
        let limits = if refused { REFUSED } else { ACCEPTED };
        let waited = self.first.map_or(Duration::ZERO, |first| first.elapsed());
        self.recent >= limits.most || (refused && self.recent >= limits.early && waited >= self.pace.settle_most)
    }

    /// The wait with which the requests that are left cover the time that is left; zero while requests are early. A
    /// resource in transition may refuse up to the longest bound of the suite; an accepted deletion may take all the time.
    fn spread_requests(&self, refused: bool, reserve: &CleanupReserve) -> Duration {
        let limits = if refused { REFUSED } else { ACCEPTED };
        if self.recent < limits.early {
            return Duration::ZERO;
        }
        let elapsed = self.first.map_or(Duration::ZERO, |first| first.elapsed());
        let bound = self.pace.settle_most.saturating_sub(elapsed);
        let left = if refused { reserve.remaining().min(bound) } else { reserve.remaining() };
        // One attempt at a resource that refuses is a deletion and a read.
        let each = if refused { 2 } else { 1 };
        let attempts = limits.most.saturating_sub(self.recent) / each + 1;
        left / u32::try_from(attempts).unwrap_or(u32::MAX)
    }
}

//! Delays, polls and retries.

use std::time::Duration;

/// Delays, polls and retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Wait between the first and the second poll. The step gives the wait before the first poll.
    pub poll_first: Duration,
    /// Each further wait is this percentage of the previous wait.
    pub poll_factor_percent: u32,
    /// The longest wait between two polls, except for [`Self::poll_part_percent`].
    pub poll_most: Duration,
    /// After a long time the wait between two polls may be up to this percentage of the elapsed time. Most
    /// polls would otherwise read resources that show a stable state and whose bound has not passed.
    pub poll_part_percent: u32,
    /// Polling ends when responses have not changed for this time. The value steers the runner only and
    /// proves no verdict; at least `settle_most` where a bound is to be judged.
    pub quiet: Duration,
    /// Polling ends at this time after the response. The last poll is sent at this time.
    pub settle_most: Duration,
    /// A request without a complete response after this time counts as lost.
    pub request_timeout: Duration,
    /// Most retries of one call.
    pub retries: u32,
    /// Wait before the first retry if the endpoint names no time; doubled for each further retry.
    pub retry_after: Duration,
    /// The longest wait before a retry, also if the endpoint names a later time.
    pub retry_after_most: Duration,
    /// Number of consecutive requests that did not reach the endpoint after which the plan stops.
    pub unsent_most: u32,
    /// Waits are longer by a random part of up to this percentage, so that parallel plans do not send at
    /// the same time. The part is drawn from the seed. With 0, equal responses give equal times.
    pub jitter_percent: u32,
}

impl Pace {
    /// For an endpoint over a network.
    pub const REAL: Pace = Pace {
        poll_first: Duration::from_secs(1),
        poll_factor_percent: 150,
        poll_most: Duration::from_secs(15),
        poll_part_percent: 25,
        quiet: Duration::from_secs(3600),
        settle_most: Duration::from_secs(1800),
        request_timeout: Duration::from_secs(60),
        retries: 5,
        retry_after: Duration::from_secs(1),
        retry_after_most: Duration::from_secs(120),
        unsent_most: 5,
        jitter_percent: 25,
    };

    /// For an endpoint in the same process, possibly on a paused clock.
    pub const IN_PROCESS: Pace = Pace { jitter_percent: 0, ..Pace::REAL };
}

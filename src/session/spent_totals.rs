//! Requests and seconds that the suites of one run have spent, and the limits that remain for a suite.

use super::target::SuiteTarget;
use crate::limits::{Limits, RequestedLimits};
use crate::report::Spending;
use serde::{Deserialize, Serialize};

/// What earlier suites of the same run have spent of the profile's totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpentTotals {
    /// Requests for plans, shrinking and cleaning up.
    pub requests: u64,
    /// Seconds on the endpoint's clock.
    pub seconds: u64,
}

impl SpentTotals {
    /// Adds the requests and the time of one campaign.
    pub fn add_campaign(&mut self, spending: &Spending, duration_ms: u64) {
        let Spending { requests, shrinking, cleaning, .. } = spending;
        self.add(SpentTotals { requests: requests + shrinking + cleaning, seconds: duration_ms.div_ceil(1000) });
    }

    /// Adds requests and seconds.
    pub fn add(&mut self, other: SpentTotals) {
        self.requests += other.requests;
        self.seconds += other.seconds;
    }
}

/// The limits of one suite's campaign. Earlier campaigns of the run spent `used` of the profile's limits.
#[must_use]
pub fn limits_for_target(requested: &RequestedLimits, target: &SuiteTarget, used: SpentTotals) -> Limits {
    match target {
        SuiteTarget::Address(_, profile) => requested.for_endpoint(&profile.limits, used.requests, used.seconds),
        SuiteTarget::Mock(_) | SuiteTarget::InProcess(_) => requested.for_mock(),
    }
}

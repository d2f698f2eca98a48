//! The limits of a campaign, from the limits of the command line and the profile.

use super::target::SuiteTarget;
use crate::limits::{Limits, RequestedLimits};
use crate::report::{Report, RunFacts, SpentRequestsRow};
use serde::{Deserialize, Serialize};

/// What earlier suites of the same run have spent of the profile's totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpentTotals {
    /// All requests: of plans, for shrinking, for cleaning up, for checks and tokens.
    pub requests: u64,
    /// Whole seconds, rounded up for each campaign.
    pub seconds: u64,
}

impl SpentTotals {
    /// Adds the requests of a campaign, and the time that the campaign took in this process.
    pub fn add_campaign(&mut self, report: &Report, facts: &RunFacts) {
        self.add_requests(report);
        self.seconds += facts.duration_ms.saturating_sub(facts.earlier_ms).div_ceil(1000);
    }

    /// Adds the requests of a campaign.
    pub fn add_requests(&mut self, report: &Report) {
        let SpentRequestsRow { requests, shrinking, cleaning, checking, .. } = report.spending;
        let unrecorded = report.resumed.as_ref().map_or(0, |resumed| resumed.unrecorded);
        self.requests += requests + shrinking + cleaning + checking + unrecorded;
    }

    /// Adds requests and seconds.
    pub fn add_totals(&mut self, other: SpentTotals) {
        self.requests += other.requests;
        self.seconds += other.seconds;
    }
}

/// The limits of a suite's campaign; `used` is already spent of the profile's totals.
#[must_use]
pub fn limit_campaign(requested: &RequestedLimits, target: &SuiteTarget, used: SpentTotals) -> Limits {
    match target {
        SuiteTarget::Address(_, profile) => requested.for_endpoint(&profile.limits, used.requests, used.seconds),
        SuiteTarget::Mock(_) | SuiteTarget::InProcess(_) => requested.for_mock(),
    }
}

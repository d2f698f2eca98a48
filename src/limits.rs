//! Limits of a run: one type, from the profile and the command line down to one plan.
//!
//! [`RequestedLimits`] and the limits of a profile give the [`Limits`] of a campaign. The methods `for_…`
//! of [`Limits`] narrow a campaign's limits to plans, shrinking and cleaning up. The limits that choosers
//! need (`plan::PlanLimits`) and the search bounds of the shrinker (`shrink::ShrinkLimits`) belong to their modules.

mod run_shard;

use crate::profile::ProfileLimits;
pub use run_shard::RunShard;
use std::time::Duration;

/// Requests of a campaign against the mock.
const REQUESTS_MOCK: u64 = 10_000;
/// Requests of a run against a real endpoint, without a flag or a limit in the profile.
const REQUESTS_REAL: u64 = 2_000;
/// Steps of one plan.
pub const STEPS_PER_PLAN: usize = 150;
/// Live resources in the mock.
pub const LIVE_MOCK: usize = 5;
/// Live resources at a real endpoint, without a limit in the profile.
const LIVE_REAL: usize = 3;
/// Plans of a campaign, without a flag.
const PLANS: u64 = 1_000_000;
/// Seconds of a run at a real endpoint, without a limit in the profile.
const SECONDS_REAL: u64 = 3600;
/// Seconds of a run that are reserved for cleaning up, without a limit in the profile.
pub const SECONDS_RESERVE: u64 = 600;
/// Requests per second at a real endpoint, without a limit in the profile.
const RATE: u32 = 10;
/// Parallel plans at a real endpoint, without a limit in the profile.
const PARALLEL_PLANS: usize = 3;
/// Live resources for each plan at the same time.
const PLACES_PER_PLAN: usize = 2;
/// Requests for each plan at the same time.
const REQUESTS_PER_PLAN: u64 = 300;
/// Megabytes of a history file, without a limit in the profile: several million requests.
const DISK_MEGABYTES: u64 = 1_000;
/// Bytes of a megabyte.
const MEGABYTE: u64 = 1_000_000;
/// Requests to delete one resource, until deletions of the run show the number: the deletion, and polls until the
/// resource is gone.
pub const CLEANING_EACH: u64 = 5;
/// A hundred years: time on the paused clock of the mock costs nothing.
const SECONDS_MOCK: u64 = 100 * 365 * 24 * 3600;
/// Longer than any run.
const UNLIMITED_TIME: Duration = Duration::from_secs(u32::MAX as u64);

/// The limits of one campaign, of one plan, or of cleaning up. The sum of the three numbers of requests is the limit
/// of everything that the campaign sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests of plans, and of the checks, tokens and cleaning up until the last plan ends.
    pub requests: u64,
    /// Requests for shrinking all findings. Cleaning up at the end of the run uses the rest.
    pub shrink_requests: u64,
    /// Requests that only cleaning up may send.
    pub cleanup_requests: u64,
    /// Time for plans from the first request, on the endpoint's clock (the paused clock for the mock).
    pub time: Duration,
    /// Additional time for shrinking.
    pub shrink_time: Duration,
    /// Number of plans.
    pub plans: u64,
    /// Number of plans that run in parallel. The mock is deterministic only with 1.
    pub parallel_plans: usize,
    /// Steps of one plan.
    pub steps_per_plan: usize,
    /// Live resources over all parallel plans.
    pub live_resources: usize,
    /// Requests per second; 0 for no limit.
    pub rate: u32,
    /// Requests without an answer.
    pub failures: FailureLimit,
    /// Bytes of the history file. Content that no verdict rests on is left out above.
    pub disk_bytes: u64,
    /// Whether the first finding ends the campaign or the plan.
    pub first_only: bool,
    /// Whether the campaign starts no further plan once each clause that can be decided is, and no cell is left to fill.
    pub until_covered: bool,
    /// The part of the run. The other limits are those of the part.
    pub shard: RunShard,
}

/// Plans at the same time, where the profile does not say: each plan has places for a resource and a second one, and
/// requests for the cells of an API, because plans that share fewer would each see little.
fn count_parallel_plans(live_resources: usize, requests: u64) -> usize {
    let by_requests = usize::try_from(requests / REQUESTS_PER_PLAN).unwrap_or(usize::MAX);
    (live_resources / PLACES_PER_PLAN).min(by_requests).clamp(1, PARALLEL_PLANS)
}

/// The limit of requests without an answer: a run ends if more than `least` requests, and more than
/// `percent` of all requests, got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureLimit {
    /// Number of requests without an answer that never end a run.
    pub least: u64,
    /// Percentage of all requests.
    pub percent: u32,
}

impl FailureLimit {
    /// For an endpoint over a network.
    pub const REAL: FailureLimit = FailureLimit { least: 20, percent: 20 };
    /// Never ends a run.
    pub const NONE: FailureLimit = FailureLimit { least: u64::MAX, percent: 100 };
}

impl Limits {
    /// No limits: for endpoints without cost, such as the mock. One plan at a time.
    pub const NONE: Limits = Limits {
        requests: u64::MAX / 2,
        shrink_requests: u64::MAX / 2,
        cleanup_requests: u64::MAX / 2,
        time: UNLIMITED_TIME,
        shrink_time: UNLIMITED_TIME,
        plans: u64::MAX / 2,
        parallel_plans: 1,
        steps_per_plan: usize::MAX,
        live_resources: usize::MAX,
        rate: 0,
        failures: FailureLimit::NONE,
        disk_bytes: u64::MAX,
        first_only: false,
        until_covered: false,
        shard: RunShard::WHOLE,
    };

    /// Everything that the campaign may send.
    #[must_use]
    pub fn total_requests(&self) -> u64 {
        self.requests.saturating_add(self.shrink_requests).saturating_add(self.cleanup_requests)
    }

    /// The limits of one plan of the campaign. One plan may spend all requests and all time.
    #[must_use]
    pub fn for_plan(&self) -> Limits {
        Limits { plans: 1, parallel_plans: 1, shrink_requests: 0, shrink_time: Duration::ZERO, ..*self }
    }

    /// The limits of one candidate of the shrinker, far above the cost of any plan. The shared budget
    /// limits all candidates together.
    #[must_use]
    pub fn for_candidate(&self) -> Limits {
        let time = Duration::from_secs(1_000_000);
        Limits { requests: 100_000, time, first_only: false, ..self.for_plan() }
    }

    /// The limits of shrinking: `requests` and `time` are the campaign's requests and time for shrinking.
    #[must_use]
    pub fn for_shrinking(&self) -> Limits {
        Limits { requests: self.shrink_requests, time: self.shrink_time, ..*self }
    }

    /// The limits of cleaning up: only the additional requests for cleaning up.
    #[must_use]
    pub fn for_cleanup(&self) -> Limits {
        Limits { requests: 0, time: Duration::ZERO, ..self.for_plan() }
    }

    /// The least time between two requests.
    #[must_use]
    pub fn request_gap(&self) -> Duration {
        match self.rate {
            0 => Duration::ZERO,
            rate => Duration::from_secs(1) / rate,
        }
    }
}

/// Limits from the command line or the test harness. Absent limits depend on the endpoint.
#[derive(Debug, Clone, Copy)]
pub struct RequestedLimits {
    /// Everything that one campaign against the mock, or a whole run against an endpoint, may send.
    pub requests: Option<u64>,
    /// Plans of one campaign.
    pub plans: Option<u64>,
    /// A tenth of the usual requests.
    pub fast: bool,
    /// Whether the first finding ends a campaign.
    pub first: bool,
    /// As [`Limits::until_covered`].
    pub until_covered: bool,
    /// The part of the run, which gets its share of all limits but time and plans.
    pub shard: RunShard,
}

impl RequestedLimits {
    /// No limit is requested.
    pub const NONE: RequestedLimits = RequestedLimits {
        requests: None,
        plans: None,
        fast: false,
        first: false,
        until_covered: false,
        shard: RunShard::WHOLE,
    };

    /// The limits of a campaign against the mock, or against a service in the same process. A quarter of the
    /// requested requests is for shrinking.
    #[must_use]
    pub fn for_mock(&self) -> Limits {
        let usual = if self.fast { REQUESTS_MOCK / 10 } else { REQUESTS_MOCK };
        let (requests, shrink_requests) = match self.requests {
            Some(all) => (all - all / 4, all / 4),
            None => (usual, REQUESTS_MOCK),
        };
        Limits {
            requests: self.shard.share_amount(requests),
            shrink_requests: self.shard.share_amount(shrink_requests),
            time: Duration::from_secs(SECONDS_MOCK),
            plans: self.plans.unwrap_or(PLANS),
            steps_per_plan: STEPS_PER_PLAN,
            live_resources: LIVE_MOCK,
            disk_bytes: DISK_MEGABYTES * MEGABYTE,
            first_only: self.first,
            until_covered: self.until_covered,
            shard: self.shard,
            ..Limits::NONE
        }
    }

    /// The limits of a campaign against a real endpoint. Earlier campaigns of the run spent
    /// `used_requests` and `used_seconds` of the profile's limits.
    ///
    /// At least a tenth of the requests is reserved for cleaning up, and more if a tenth does not suffice
    /// for all live resources. A quarter of the rest is for shrinking. The time is divided in the same way.
    #[must_use]
    pub fn for_endpoint(&self, profile: &ProfileLimits, used_requests: u64, used_seconds: u64) -> Limits {
        let usual = profile.requests.unwrap_or(REQUESTS_REAL);
        let wanted = self.requests.unwrap_or(if self.fast { usual / 10 } else { usual });
        let shared = self.shard.share_amount(profile.requests.map_or(wanted, |most| most.min(wanted)));
        let requests = shared.saturating_sub(used_requests);
        let live_resources = profile.live.map_or(LIVE_REAL, |live| live as usize);
        // Shards run side by side, and each needs at least one resource.
        let live_resources = (live_resources / self.shard.count() as usize).max(live_resources.min(1));
        let cleanup_requests = (requests / 10).max((requests / 2).min(live_resources as u64 * CLEANING_EACH));
        let shrink_requests = (requests - cleanup_requests) / 4;
        let seconds = profile.seconds.unwrap_or(SECONDS_REAL).saturating_sub(used_seconds);
        let seconds = seconds - profile.reserve_seconds.unwrap_or(SECONDS_RESERVE).min(seconds / 2);
        let percent = profile.trouble_percent.unwrap_or(FailureLimit::REAL.percent);
        Limits {
            requests: requests - cleanup_requests - shrink_requests,
            shrink_requests,
            cleanup_requests,
            time: Duration::from_secs(seconds - seconds / 4),
            shrink_time: Duration::from_secs(seconds / 4),
            parallel_plans: match profile.plans {
                Some(plans) => (plans as usize).min(live_resources).max(1),
                None => count_parallel_plans(live_resources, requests),
            },
            live_resources,
            rate: share_rate(profile.rate.unwrap_or(RATE), self.shard),
            failures: FailureLimit { percent, ..FailureLimit::REAL },
            disk_bytes: profile.disk.unwrap_or(DISK_MEGABYTES).saturating_mul(MEGABYTE),
            ..self.for_mock()
        }
    }
}

/// The rate of a shard, so that all shards together keep to a rate; at least 1, because 0 is no limit.
fn share_rate(rate: u32, shard: RunShard) -> u32 {
    let count = u32::try_from(shard.count()).unwrap_or(u32::MAX);
    (rate / count).max(rate.min(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the number of plans at the same time, for live resources and requests.
    fn check_plans(live_resources: usize, requests: u64, expected: usize) {
        assert_eq!(count_parallel_plans(live_resources, requests), expected);
    }

    #[test]
    fn plans_side_by_side_have_two_places_each() {
        check_plans(1, 2_000, 1);
        check_plans(3, 2_000, 1);
        check_plans(4, 2_000, 2);
        check_plans(100, 2_000, 3);
    }

    #[test]
    fn plans_side_by_side_have_the_requests_for_their_cells() {
        check_plans(6, 400, 1);
        check_plans(6, 600, 2);
        check_plans(6, 0, 1);
    }
}

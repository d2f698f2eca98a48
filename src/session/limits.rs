//! Budgets and ceilings of a campaign, from the limits of the command line and the profile.

use super::target::SuiteTarget;
use crate::campaign::Budget;
use crate::report::Spending;
use crate::run::{Ceilings, TroubleMost};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The limits of a campaign as given by the user; the defaults depend on the target.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunLimits {
    pub requests: Option<u64>,
    pub plans: Option<u64>,
    /// A tenth of the default requests.
    pub fast: bool,
    /// Stop at the first deviation.
    pub first: bool,
}

/// Default requests of a campaign against the mock.
const REQUESTS_MOCK: u64 = 10_000;
/// Default requests of a campaign at an endpoint.
const REQUESTS_REAL: u64 = 2_000;
/// Steps of one plan.
pub const STEPS_PER_PLAN: usize = 150;
/// Live resources in the mock.
pub const LIVE_MOCK: usize = 5;
/// Default live resources at an endpoint.
const LIVE_REAL: usize = 3;
/// Default plans: more than any campaign reaches.
const PLANS: u64 = 1_000_000;
/// Default seconds of a campaign at an endpoint.
const SECONDS_REAL: u64 = 3600;
/// Default seconds of these that are reserved for cleaning up.
pub const SECONDS_RESERVE: u64 = 600;
/// Default requests per second at an endpoint.
pub const DEFAULT_RATE: u32 = 10;
/// Default plans side by side at an endpoint.
const SIDE_BY_SIDE: usize = 3;
/// Requests for the deletion of one resource: the call, and polls until the resource is gone.
const CLEANING_EACH: u64 = 5;
/// Seconds of a campaign against the mock: a hundred years of simulated time, which is no limit.
const SECONDS_MOCK: u64 = 100 * 365 * 24 * 3600;

/// What earlier suites of the same run have spent of the profile's totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpentTotals {
    pub requests: u64,
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

impl RunLimits {
    /// The budget of one suite's campaign; `used` is already spent of the profile's totals.
    #[must_use]
    pub fn budget(&self, target: &SuiteTarget, used: SpentTotals) -> Budget {
        let free = Budget {
            requests_max: self.requests.unwrap_or(if self.fast { REQUESTS_MOCK / 10 } else { REQUESTS_MOCK }),
            shrink_requests_max: self.requests.unwrap_or(REQUESTS_MOCK).max(500),
            plans_max: self.plans.unwrap_or(PLANS),
            steps_per_plan_max: STEPS_PER_PLAN,
            seconds_max: SECONDS_MOCK,
            live_max: LIVE_MOCK,
            first_only: self.first,
        };
        let SuiteTarget::Address(_, profile) = target else { return free };
        let shares = self.share_budget(&profile.limits, used);
        Budget {
            requests_max: shares.requests,
            shrink_requests_max: shares.shrink_requests,
            seconds_max: shares.seconds,
            live_max: profile.limits.live.map_or(LIVE_REAL, |live| live as usize),
            ..free
        }
    }

    /// The bounds over all plans side by side. The mock has none.
    #[must_use]
    pub fn ceilings(&self, target: &SuiteTarget, used: SpentTotals) -> Ceilings {
        let SuiteTarget::Address(_, profile) = target else { return Ceilings::NONE };
        let limits = &profile.limits;
        let shares = self.share_budget(limits, used);
        let live = limits.live.map_or(LIVE_REAL, |live| live as usize);
        let percent = limits.trouble_percent.unwrap_or(TroubleMost::REAL.percent);
        Ceilings {
            requests: shares.requests,
            reserve: shares.reserve_requests,
            time: Duration::from_secs(shares.seconds),
            shrink_time: Duration::from_secs(shares.shrink_seconds),
            side_by_side: limits.plans.map_or(SIDE_BY_SIDE, |plans| plans as usize).min(live).max(1),
            gap: match limits.rate.unwrap_or(DEFAULT_RATE) {
                0 => Duration::ZERO,
                rate => Duration::from_secs(1) / rate,
            },
            trouble: TroubleMost { percent, ..TroubleMost::REAL },
        }
    }

    /// A tenth of the requests is reserved for cleaning up, or more where the live resources need more. A
    /// quarter of the rest is for shrinking. Seconds are divided in the same order.
    fn share_budget(&self, limits: &crate::profile::Limits, used: SpentTotals) -> BudgetShares {
        let usual = limits.requests.unwrap_or(REQUESTS_REAL);
        let wanted = self.requests.unwrap_or(if self.fast { usual / 10 } else { usual });
        let requests = limits.requests.map_or(wanted, |most| most.min(wanted)).saturating_sub(used.requests);
        let live = limits.live.map_or(LIVE_REAL as u64, u64::from);
        let reserve_requests = (requests / 10).max((requests / 2).min(live * CLEANING_EACH));
        let shrink_requests = (requests - reserve_requests) / 4;
        let seconds = limits.seconds.unwrap_or(SECONDS_REAL).saturating_sub(used.seconds);
        let seconds = seconds - limits.reserve_seconds.unwrap_or(SECONDS_RESERVE).min(seconds / 2);
        BudgetShares {
            requests: requests - reserve_requests - shrink_requests,
            shrink_requests,
            reserve_requests,
            seconds: seconds - seconds / 4,
            shrink_seconds: seconds / 4,
        }
    }
}

/// The parts of a budget.
struct BudgetShares {
    requests: u64,
    shrink_requests: u64,
    reserve_requests: u64,
    seconds: u64,
    shrink_seconds: u64,
}

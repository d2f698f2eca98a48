//! What a command line means: checked, complete, with every default filled in.

use super::drive::{Chosen, Ended};
use super::shelf::Loaded;
use super::wrong::{Wrong, meant};
use super::{clock, typed};
use crate::campaign::Budget;
use crate::model::{ClauseId, Origin};
use crate::oracle::Selection;
use crate::report::Spending;
use crate::run::{Ceilings, TroubleMost};
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    Mock,
    Address(String),
    /// Whatever the profile says of a suite; the mock where it says nothing.
    Profile,
}

/// Whom to ask, on which day, and at what pace.
#[derive(Debug, Clone)]
pub struct Target {
    pub whom: Whom,
    pub profile: Option<PathBuf>,
    pub fault: Option<String>,
    /// `YYYY-MM-DD`
    pub today: String,
    /// In place of the profile's, or of 100.
    pub settle_percent: Option<u32>,
    /// The folder of the journals, in place of the usual one.
    pub journal: Option<PathBuf>,
}

/// What `run` is to do.
#[derive(Debug, Clone)]
pub struct Run {
    /// Empty: all.
    pub suites: Vec<String>,
    pub target: Target,
    pub seed: u64,
    pub clauses: Patterns,
    pub limits: Limits,
    /// Only say what it would ask of the endpoint.
    pub dry_run: bool,
    pub reports: PathBuf,
}

/// Limits that the user gave; what is absent depends on the endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub requests: Option<u64>,
    pub plans: Option<u64>,
    pub fast: bool,
    pub first: bool,
}

/// Patterns of clause ids; none: every clause.
#[derive(Debug, Clone)]
pub struct Patterns {
    typed: Vec<String>,
    read: Vec<Regex>,
}

/// Requests of a run against the mock in this process.
const REQUESTS_MOCK: u64 = 10_000;
/// Requests of a run against a real endpoint where neither flag nor profile says.
const REQUESTS_REAL: u64 = 2_000;
/// Steps of one plan.
pub const STEPS_PER_PLAN: usize = 150;
/// Things alive at once in the mock.
pub const LIVE_MOCK: usize = 5;
/// Things alive at once at a real endpoint where the profile does not say.
const LIVE_REAL: usize = 3;
/// Plans end the run only where the user says so.
const PLANS: u64 = 1_000_000;
/// Where the profile does not say: seconds in all, those of them for cleaning up, requests a
/// second, and plans side by side.
const SECONDS_REAL: u64 = 3600;
pub const SECONDS_RESERVE: u64 = 600;
pub const RATE: u32 = 10;
const SIDE_BY_SIDE: usize = 3;
/// Requests that deleting one thing takes: the call, and looks until it is gone.
const CLEANING_EACH: u64 = 5;
/// The mock's time costs nothing: a hundred years of it are no limit.
const SECONDS_MOCK: u64 = 100 * 365 * 24 * 3600;

/// The settings of `run`.
///
/// # Errors
/// If a value is out of range, or two of them contradict each other.
pub fn run(typed: &typed::Run, now: &clock::Began) -> Result<Run, Wrong> {
    Ok(Run {
        suites: typed.suites.clone(),
        target: target(&typed.target, now)?,
        seed: typed.seed,
        clauses: Patterns::new("--clause", &typed.clauses)?,
        limits: Limits { requests: typed.requests, plans: typed.plans, fast: typed.fast, first: typed.first },
        dry_run: typed.dry_run,
        reports: typed.reports.clone(),
    })
}

/// Whom a verb asks.
///
/// # Errors
/// As [`run`].
pub fn target(typed: &typed::Target, now: &clock::Began) -> Result<Target, Wrong> {
    let whom = match typed.endpoint.as_deref() {
        None if typed.profile.is_some() => Whom::Profile,
        None | Some("mock") => Whom::Mock,
        Some(address) if address.starts_with("http://") || address.starts_with("https://") => {
            Whom::Address(address.trim_end_matches('/').to_string())
        }
        Some(other) => {
            let cause = "an endpoint is `mock` or begins with http:// or https://";
            return Err(Wrong::usage(format!("--endpoint {other}"), cause, "write the whole address"));
        }
    };
    if let (Whom::Address(_), Some(fault)) = (&whom, &typed.fault) {
        let cause = "only the mock can be broken on purpose";
        return Err(Wrong::usage(format!("--fault {fault}"), cause, "leave out --endpoint, or the fault"));
    }
    if let Some(percent @ (0 | 100_001..)) = typed.settle {
        return Err(Wrong::usage(
            format!("--settle {percent}"),
            "it is out of range",
            "give a percentage from 1 to 100000",
        ));
    }
    Ok(Target {
        whom,
        profile: typed.profile.clone(),
        fault: typed.fault.clone(),
        today: typed.today.as_deref().map_or_else(|| Ok(now.day.clone()), clock::day)?,
        settle_percent: typed.settle,
        journal: typed.journal.clone(),
    })
}

/// What other suites of the same run have spent of what a profile allows in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    pub requests: u64,
    pub seconds: u64,
}

impl Used {
    /// Adds what one suite has spent.
    pub fn add(&mut self, ended: &Ended) {
        let Spending { requests, shrinking, cleaning, .. } = ended.report.spending;
        let seconds = ended.run.duration_ms.div_ceil(1000);
        self.spend(Used { requests: requests + shrinking + cleaning, seconds });
    }

    /// Adds what was, or would be, spent.
    pub fn spend(&mut self, other: Used) {
        self.requests += other.requests;
        self.seconds += other.seconds;
    }
}

/// The ceilings of a run at a real endpoint, in words.
#[must_use]
pub fn told(budget: &Budget, ceilings: &Ceilings, rate: u32) -> String {
    let all = budget.requests_max + budget.shrink_requests_max + ceilings.reserve;
    let rate = if rate == 0 { "as many a second as there are".to_string() } else { format!("{rate} a second") };
    format!(
        "at most {all} requests ({} of them to shrink what is found, {} to clean up), {rate}, {} things alive, \
         {} plans side by side, {} minutes for plans, {} to shrink",
        budget.shrink_requests_max,
        ceilings.reserve,
        budget.live_max,
        ceilings.side_by_side,
        ceilings.time.as_secs().div_ceil(60),
        ceilings.shrink_time.as_secs().div_ceil(60),
    )
}

impl Limits {
    /// The budget of one suite's campaign; of what a profile allows in all, `used` is spent already.
    #[must_use]
    pub fn budget(&self, chosen: &Chosen, used: Used) -> Budget {
        let free = Budget {
            requests_max: self.requests.unwrap_or(if self.fast { REQUESTS_MOCK / 10 } else { REQUESTS_MOCK }),
            shrink_requests_max: self.requests.unwrap_or(REQUESTS_MOCK).max(500),
            plans_max: self.plans.unwrap_or(PLANS),
            steps_per_plan_max: STEPS_PER_PLAN,
            seconds_max: SECONDS_MOCK,
            live_max: LIVE_MOCK,
            first_only: self.first,
        };
        let Chosen::Address(_, profile) = chosen else { return free };
        let shares = self.shares(&profile.limits, used);
        Budget {
            requests_max: shares.requests,
            shrink_requests_max: shares.shrink_requests,
            seconds_max: shares.seconds,
            live_max: profile.limits.live.map_or(LIVE_REAL, |live| live as usize),
            ..free
        }
    }

    /// What holds over all plans side by side; nothing that is spent at the mock costs anyone anything.
    #[must_use]
    pub fn ceilings(&self, chosen: &Chosen, used: Used) -> Ceilings {
        let Chosen::Address(_, profile) = chosen else { return Ceilings::NONE };
        let limits = &profile.limits;
        let shares = self.shares(limits, used);
        let live = limits.live.map_or(LIVE_REAL, |live| live as usize);
        let percent = limits.trouble_percent.unwrap_or(TroubleMost::REAL.percent);
        Ceilings {
            requests: shares.requests,
            reserve: shares.reserve_requests,
            time: Duration::from_secs(shares.seconds),
            shrink_time: Duration::from_secs(shares.shrink_seconds),
            side_by_side: limits.plans.map_or(SIDE_BY_SIDE, |plans| plans as usize).min(live).max(1),
            gap: match limits.rate.unwrap_or(RATE) {
                0 => Duration::ZERO,
                rate => Duration::from_secs(1) / rate,
            },
            trouble: TroubleMost { percent, ..TroubleMost::REAL },
        }
    }

    /// Of what the profile allows in all, a tenth of the requests is kept for cleaning up, and more where
    /// that would not do for all that may be alive; a quarter of the rest for shrinking what is found. So
    /// it is with the time.
    fn shares(&self, limits: &crate::profile::Limits, used: Used) -> Shares {
        let usual = limits.requests.unwrap_or(REQUESTS_REAL);
        let wanted = self.requests.unwrap_or(if self.fast { usual / 10 } else { usual });
        let requests = limits.requests.map_or(wanted, |most| most.min(wanted)).saturating_sub(used.requests);
        let live = limits.live.map_or(LIVE_REAL as u64, u64::from);
        let reserve_requests = (requests / 10).max((requests / 2).min(live * CLEANING_EACH));
        let shrink_requests = (requests - reserve_requests) / 4;
        let seconds = limits.seconds.unwrap_or(SECONDS_REAL).saturating_sub(used.seconds);
        let seconds = seconds - limits.reserve_seconds.unwrap_or(SECONDS_RESERVE).min(seconds / 2);
        Shares {
            requests: requests - reserve_requests - shrink_requests,
            shrink_requests,
            reserve_requests,
            seconds: seconds - seconds / 4,
            shrink_seconds: seconds / 4,
        }
    }
}

/// What is allowed in all, by what it is for.
struct Shares {
    requests: u64,
    shrink_requests: u64,
    reserve_requests: u64,
    seconds: u64,
    shrink_seconds: u64,
}

impl Patterns {
    /// `*` stands for any characters, `?` for one. `flag` is what errors name.
    ///
    /// # Errors
    /// If a pattern is longer than any id may be.
    pub fn new(flag: &str, typed: &[String]) -> Result<Patterns, Wrong> {
        let mut read = Vec::with_capacity(typed.len());
        for pattern in typed {
            let exact = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
            let regex = Regex::new(&format!("^(?:{exact})$"));
            read.push(regex.map_err(|_| Wrong::usage(flag, "the pattern is too long", "give a shorter one"))?);
        }
        Ok(Patterns { typed: typed.to_vec(), read })
    }

    /// Whether a name matches one of them; without any, every name does.
    #[must_use]
    pub fn hold(&self, name: &str) -> bool {
        self.read.is_empty() || self.read.iter().any(|pattern| pattern.is_match(name))
    }

    /// As the user wrote them; none if there are none.
    #[must_use]
    pub fn shown(&self) -> Option<String> {
        (!self.typed.is_empty()).then(|| self.typed.join(" "))
    }

    /// The clauses of a suite that match; events are no promises.
    #[must_use]
    pub fn of(&self, loaded: &Loaded) -> Selection {
        if self.read.is_empty() {
            return Selection(None);
        }
        let clauses = loaded.model.clauses.iter().enumerate();
        let promises = clauses.filter(|(_, info)| !matches!(info.origin, Origin::Event(_)));
        let matching = promises.filter(|(_, info)| self.hold(&info.id));
        Selection(Some(matching.map(|(index, _)| ClauseId(index as u32)).collect()))
    }

    /// The suites that have a matching clause.
    ///
    /// # Errors
    /// If a pattern matches nothing in any of them.
    pub fn narrow(&self, loaded: Vec<Loaded>) -> Result<Vec<Loaded>, Wrong> {
        for (pattern, typed) in self.read.iter().zip(&self.typed) {
            let ids: BTreeSet<&str> =
                loaded.iter().flat_map(|l| l.model.clauses.iter().map(|info| info.id.as_str())).collect();
            if !ids.iter().any(|id| pattern.is_match(id)) {
                let ids: Vec<&str> = ids.into_iter().collect();
                return Err(Wrong::usage(format!("--clause {typed}"), "no clause matches", meant(typed, &ids)));
            }
        }
        let some = |loaded: &Loaded| self.of(loaded).0.is_none_or(|clauses| !clauses.is_empty());
        Ok(loaded.into_iter().filter(some).collect())
    }
}

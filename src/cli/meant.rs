//! What a command line means: checked, complete, with every default filled in.

use super::drive::{Chosen, Ended};
use super::shelf::Loaded;
use super::wrong::{Wrong, meant};
use super::{clock, typed};
use crate::limits::{Limits, RequestedLimits};
use crate::model::{ClauseId, Origin};
use crate::oracle::Selection;
use crate::report::Spending;
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;

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
    pub limits: RequestedLimits,
    /// Only say what it would ask of the endpoint.
    pub dry_run: bool,
    pub reports: PathBuf,
}

/// Patterns of clause ids; none: every clause.
#[derive(Debug, Clone)]
pub struct Patterns {
    typed: Vec<String>,
    read: Vec<Regex>,
}

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
        limits: RequestedLimits { requests: typed.requests, plans: typed.plans, fast: typed.fast, first: typed.first },
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

/// The limits of one suite's campaign. Earlier campaigns of the run spent `used` of the profile's limits.
#[must_use]
pub fn limits(requested: &RequestedLimits, chosen: &Chosen, used: Used) -> Limits {
    match chosen {
        Chosen::Address(_, profile) => requested.for_endpoint(&profile.limits, used.requests, used.seconds),
        Chosen::Mock(_) | Chosen::Given(_) => requested.for_mock(),
    }
}

/// The limits of a campaign at a real endpoint, in words.
#[must_use]
pub fn told(limits: &Limits) -> String {
    let all = limits.requests + limits.shrink_requests + limits.cleanup_requests;
    let rate = match limits.rate {
        0 => "as many a second as there are".to_string(),
        rate => format!("{rate} a second"),
    };
    format!(
        "at most {all} requests ({} of them to shrink what is found, {} to clean up), {rate}, {} things alive, \
         {} plans side by side, {} minutes for plans, {} to shrink",
        limits.shrink_requests,
        limits.cleanup_requests,
        limits.live_resources,
        limits.parallel_plans,
        limits.time.as_secs().div_ceil(60),
        limits.shrink_time.as_secs().div_ceil(60),
    )
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

//! The arguments of a run, checked and complete, with every default filled in.

use super::args;
use super::dates::parse_date;
use crate::limits::{RequestedLimits, RunShard};
use crate::report::{ReportFormat, SummaryDetail};
use crate::session::{ClausePatterns, RunStart, TargetChoice, UserError};
use probity_input::{has_url_secret, redact_urls};
use std::path::PathBuf;

/// The target, the date and the settle percentage of a run or a replay.
#[derive(Debug, Clone)]
pub struct TargetConfig {
    pub choice: TargetChoice,
    pub profile: Option<PathBuf>,
    pub fault: Option<String>,
    /// `YYYY-MM-DD`
    pub today: String,
    /// Replaces the percentage of the profile.
    pub settle_percent: Option<u32>,
    /// Replaces the default folder of the journals.
    pub journal: Option<PathBuf>,
}

/// The settings of `run`.
#[derive(Debug, Clone)]
pub struct RunConfig {
    /// Empty for all suites.
    pub suites: Vec<String>,
    pub target: TargetConfig,
    pub seed: u64,
    pub clauses: ClausePatterns,
    pub allow_undecided: ClausePatterns,
    /// Fails the run if a waiver has no effect.
    pub fails_idle_waivers: bool,
    pub detail: SummaryDetail,
    pub limits: RequestedLimits,
    pub dry_run: bool,
    pub reports: PathBuf,
    pub formats: Vec<ReportFormat>,
}

/// The flag that permits undecided clauses, for errors.
pub const ALLOW_UNDECIDED: &str = "--allow-undecided";
/// The flag that excludes clauses, for errors.
pub const EXCLUDE: &str = "--exclude";

/// Checks the arguments of `run`.
///
/// # Errors
/// If a value is out of range, or two values contradict each other.
pub fn configure_run(run: &args::RunArguments, start: &RunStart) -> Result<RunConfig, UserError> {
    Ok(RunConfig {
        suites: run.suites.clone(),
        target: configure_target(&run.target, start)?,
        seed: choose_seed(run.seed, &start.date),
        clauses: ClausePatterns::new("--clause", &run.clauses)?.without(EXCLUDE, &run.exclude)?,
        fails_idle_waivers: run.idle_waivers == args::IdleWaivers::Fail,
        detail: match (run.quiet, run.only_new) {
            (true, _) => SummaryDetail::Quiet,
            (false, true) => SummaryDetail::OnlyNew,
            (false, false) => SummaryDetail::Whole,
        },
        allow_undecided: ClausePatterns::new(ALLOW_UNDECIDED, &run.allow_undecided)?,
        limits: RequestedLimits {
            requests: run.requests,
            plans: run.plans,
            fast: run.fast,
            first: run.first,
            until_covered: run.until == args::RunEnd::Covered,
            shard: run.shard.unwrap_or(RunShard::WHOLE),
        },
        dry_run: run.dry_run,
        reports: run.reports.clone(),
        formats: run.formats.iter().map(|format| format.0).collect(),
    })
}

/// The seed; for `today` the digits of the date, `YYYY-MM-DD`.
fn choose_seed(seed: args::SeedArgument, date: &str) -> u64 {
    match seed {
        args::SeedArgument::Number(seed) => seed,
        args::SeedArgument::Today => {
            date.chars().filter_map(|digit| digit.to_digit(10)).fold(0, |seed, digit| seed * 10 + u64::from(digit))
        }
    }
}

/// Checks the target arguments of a verb.
///
/// # Errors
/// As [`configure_run`].
pub fn configure_target(target: &args::TargetArguments, start: &RunStart) -> Result<TargetConfig, UserError> {
    let choice = match target.endpoint.as_deref() {
        None if target.profile.is_some() => TargetChoice::Profile,
        None | Some("mock") => TargetChoice::Mock,
        Some(address) if address.starts_with("http://") || address.starts_with("https://") => {
            TargetChoice::Address(check_address("--endpoint", address)?)
        }
        Some(other) => {
            let cause = "an endpoint is `mock`, or begins with http:// or https://";
            return Err(UserError::usage(format!("--endpoint {other}"), cause, "write the whole address"));
        }
    };
    if let (TargetChoice::Address(_), Some(fault)) = (&choice, &target.fault) {
        let cause = "only the mock can have a fault";
        return Err(UserError::usage(format!("--fault {fault}"), cause, "leave out --endpoint or --fault"));
    }
    if let Some(percent @ (0 | 100_001..)) = target.settle {
        let remedy = "give a percentage from 1 to 100000";
        return Err(UserError::usage(format!("--settle {percent}"), "the value is out of range", remedy));
    }
    Ok(TargetConfig {
        choice,
        profile: target.profile.clone(),
        fault: target.fault.clone(),
        today: target.today.as_deref().map_or_else(|| Ok(start.date.clone()), parse_date)?,
        settle_percent: target.settle,
        journal: target.journal.clone(),
    })
}

/// The address of an endpoint without slashes at its end.
///
/// # Errors
/// If the address contains credentials: other users of the machine see the command line.
pub fn check_address(flag: &str, address: &str) -> Result<String, UserError> {
    if has_url_secret(address) {
        let cause = "the address contains a credential, which other users of this machine can see";
        let remedy = "change the credential, and name it under `identities` in the profile, such as env:NAME";
        return Err(UserError::usage(format!("{flag} {}", redact_urls(address)), cause, remedy));
    }
    Ok(address.trim_end_matches('/').to_string())
}

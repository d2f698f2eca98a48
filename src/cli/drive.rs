//! One campaign as the command line orders it, and the reports that come of it.

use super::clock::{Began, machine};
use super::exit::{self, Exit};
use super::shelf::Loaded;
use super::wrong::Wrong;
use crate::campaign::{Conclusion, Listener};
use crate::cleanup::Left;
use crate::endpoint::mock::Mutant;
use crate::endpoint::{Changes, Endpoint, Identities, Profile, Wall};
use crate::history::write_jsonl;
use crate::limits::Limits;
use crate::oracle::Selection;
use crate::plan::Plan;
use crate::report::{self, Report, Run, Shown, Subject, Target, Writing, certificate, digest, junit};
use crate::run::Cancel;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Whom one suite's campaign asks.
#[derive(Debug, Clone)]
pub enum Chosen {
    /// The mock in this process, whole or with one promise broken.
    Mock(Option<Mutant>),
    /// An endpoint's address, and what its profile says of it.
    Address(String, Arc<Profile>),
    /// A service in this process.
    Given(Given),
}

/// Makes an endpoint in this process; called once for each plan, on the thread that runs it.
pub type Make = Arc<dyn Fn(u64) -> Rc<dyn Endpoint> + Send + Sync>;

/// A service in this process that other crates hand in.
#[derive(Clone)]
pub struct Given {
    pub name: String,
    pub make: Make,
    pub identities: Identities,
    pub paused_clock: bool,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What one campaign is to do.
#[derive(Clone)]
pub struct Order<'a> {
    pub loaded: &'a Loaded,
    pub chosen: &'a Chosen,
    pub seed: u64,
    pub limits: Limits,
    pub selection: &'a Selection,
    /// The patterns of the selection as the user wrote them.
    pub selected: Option<String>,
    pub settle_percent: u32,
    /// Recorded plans that are run first.
    pub witnesses: &'a [Plan],
    /// So that tokens for secrets of two runs at a real endpoint cannot be compared.
    pub salt: String,
    /// For proof that names a time, and tokens that end at one.
    pub wall: Wall,
    /// The profile's file, for the replay line.
    pub profile: Option<String>,
    pub cancel: Cancel,
    pub keeping: Keeping,
}

/// What a run at a real endpoint needs to clean up after itself.
#[derive(Debug, Clone)]
pub struct Keeping {
    /// The folder of the journals.
    pub journals: PathBuf,
    pub began: Began,
    /// Ends cleaning up from outside.
    pub give_up: Cancel,
}

/// The folder of the journals, below that of the reports, where the user names no other.
#[must_use]
pub fn journals(reports: &Path, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| reports.join(".journal"), Path::to_path_buf)
}

/// What came of a campaign whose reports are written.
#[derive(Debug, Clone)]
pub struct Ended {
    pub report: Report,
    pub run: Run,
    /// Things that could not be deleted.
    pub left: Vec<Left>,
}

/// Carries out an order: the campaign room, or a test's recorded conclusion.
pub type Drive<'a> = &'a (dyn Fn(&Order<'_>, &mut dyn Listener) -> Result<(Conclusion, Vec<Left>), Wrong> + Sync);

/// Where a campaign's reports go, and what only the caller knows of it.
#[derive(Debug, Clone, Copy)]
pub struct Filing<'a> {
    /// The folder of all suites' reports.
    pub reports: &'a Path,
    /// Where suites and schemas came from.
    pub origin: &'a str,
    pub began: &'a Began,
}

impl Chosen {
    /// Whether time passes for it as it does for everyone.
    #[must_use]
    pub fn real(&self) -> bool {
        match self {
            Chosen::Mock(_) | Chosen::Given(_) => false,
            Chosen::Address(..) => true,
        }
    }

    /// Whether nothing may be created, changed or deleted there.
    #[must_use]
    pub fn reading_only(&self) -> bool {
        matches!(self, Chosen::Address(_, profile) if profile.changes != Changes::Allowed)
    }

    /// As the report names it.
    #[must_use]
    pub fn named(&self) -> Target {
        match self {
            Chosen::Mock(fault) => Target::Mock { fault: fault.as_ref().map(|fault| fault.name.clone()) },
            Chosen::Address(address, _) => Target::Address(address.clone()),
            Chosen::Given(given) => Target::InProcess(given.name.clone()),
        }
    }
}

/// Runs one campaign and writes its reports.
///
/// # Errors
/// If the suite goes wrong while it is run, the endpoint is not there, or the reports cannot be written.
pub fn campaign(
    order: &Order<'_>,
    filing: &Filing<'_>,
    listener: &mut dyn Listener,
    drive: Drive<'_>,
) -> Result<Ended, Wrong> {
    let start = filing.began.elapsed();
    let (conclusion, left) = drive(order, listener)?;
    let spent = filing.began.elapsed().saturating_sub(start);
    let target = order.chosen.named();
    let options = replay_options(order, &target);
    let subject = Subject {
        model: &order.loaded.model,
        catalog_digest: &order.loaded.catalog_digest,
        target: &target,
        settle_percent: order.settle_percent,
        selected: order.selected.as_deref(),
        replay_options: &options,
    };
    let report = certificate(&conclusion, &subject);
    let duration_ms = u64::try_from(spent.as_millis()).unwrap_or(u64::MAX);
    let run = Run {
        format: report::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_string(),
        machine: machine(),
        started: filing.began.at.clone(),
        duration_ms,
        judged_per_second: conclusion.tally.judged.saturating_mul(1000) / duration_ms.max(1),
        origin: filing.origin.to_string(),
        report: digest(report.json().as_bytes()),
        exit_code: exit::of(&report).code(),
        limits: limits(&order.limits),
        settled: report::settled(&conclusion.settling),
    };
    write(&conclusion, &report, &run, filing)?;
    Ok(Ended { report, run, left })
}

fn write(conclusion: &Conclusion, report: &Report, run: &Run, filing: &Filing<'_>) -> Result<(), Wrong> {
    let folder = filing.reports.join(&report.suite.name);
    let reports = filing.reports.display().to_string();
    let mut history = Vec::new();
    for each in &conclusion.histories {
        write_jsonl(each, &mut history).map_err(|error| Wrong::unwritable(&folder, &error))?;
    }
    let files = vec![
        ("history.jsonl", history),
        ("junit.xml", junit(report, &Shown { reports: &reports }).into_bytes()),
        ("run.json", run.json().into_bytes()),
    ];
    report::write(&folder, &Writing { report, files }).map_err(|error| Wrong::unwritable(&folder, &error))
}

/// What has to follow the plan's file so that a replay meets the same endpoint.
fn replay_options(order: &Order<'_>, target: &Target) -> Vec<String> {
    let mut options = match target {
        Target::Mock { fault: None } | Target::InProcess(_) => Vec::new(),
        Target::Mock { fault: Some(fault) } => vec!["--fault".to_string(), fault.clone()],
        Target::Address(address) => vec!["--endpoint".to_string(), address.clone()],
    };
    if let Some(profile) = &order.profile {
        options.extend(["--profile".to_string(), profile.clone()]);
    }
    if order.settle_percent != 100 {
        options.extend(["--settle".to_string(), order.settle_percent.to_string()]);
    }
    options
}

fn limits(limits: &Limits) -> BTreeMap<String, u64> {
    let limits = [
        ("requests", limits.requests),
        ("requests for shrinking", limits.shrink_requests),
        ("requests for cleaning up", limits.cleanup_requests),
        ("plans side by side", limits.parallel_plans as u64),
        ("plans", limits.plans),
        ("steps in a plan", limits.steps_per_plan as u64),
        ("seconds on the endpoint's clock", limits.time.as_secs()),
        ("things alive at once", limits.live_resources as u64),
    ];
    limits.into_iter().map(|(name, limit)| (name.to_string(), limit)).collect()
}

/// The exits of all suites, each said with its suite; then the one that the shell sees.
#[must_use]
pub fn concluded(exits: &[(String, Exit)]) -> (Exit, String) {
    let causes: Vec<Exit> = exits.iter().map(|(_, exit)| *exit).collect();
    let worst = exit::worst(&causes);
    let mut named: BTreeMap<Exit, Vec<&str>> = BTreeMap::new();
    for (suite, exit) in exits.iter().filter(|(_, exit)| *exit != Exit::Passed) {
        named.entry(*exit).or_default().push(suite);
    }
    let causes: Vec<String> =
        named.iter().rev().map(|(exit, suites)| format!("{} ({})", exit.word(), suites.join(", "))).collect();
    let causes = if causes.is_empty() { Exit::Passed.word().to_string() } else { causes.join("; ") };
    (worst, format!("exit {}: {causes}", worst.code()))
}

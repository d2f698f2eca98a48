//! Suites as tests: one test per clause, one campaign per suite.
//!
//! A test target with `harness = false` needs one line:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     probity::conformance(probity::Conformance::from_environment()).exit_code()
//! }
//! ```
//!
//! Each clause is listed as `<suite>::<clause>`. The first test of a suite that is run starts its
//! campaign, the others wait for its verdicts. Under nextest, where each test is a process of its
//! own, the first process runs the campaign under a file lock and the others read its report.

use crate::campaign::{Event, Listener};
use crate::cli::Loaded;
pub use crate::cli::drive::Make;
use crate::cli::drive::{Chosen, Drive, Filing, Given, Order, campaign};
use crate::cli::{Began, Limits, Patterns, Shelf, Wrong, lead, target};
use crate::endpoint::Identities;
use crate::model::Origin;
use crate::oracle::Verdict;
use crate::report::{ClauseRow, Report, Shown, complaint};
use crate::run::Cancel;
use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// What is checked, whom it asks, and where the reports go.
#[derive(Clone)]
pub struct Conformance {
    /// Names of the suites; empty: all.
    pub suites: Vec<String>,
    /// The folder that holds `suites` and `schemas`; without `suites` in it, those built into probity are used.
    pub base: PathBuf,
    pub target: Target,
    pub seed: u64,
    /// Requests of one suite's campaign, in place of the usual number.
    pub requests: Option<u64>,
    /// `YYYY-MM-DD`: the day against which lifecycles are judged, in place of today.
    pub today: Option<String>,
    /// The folder of the reports.
    pub reports: PathBuf,
}

/// Whom the tests ask. What is a closure is called only when a campaign starts, never to list the tests.
#[derive(Clone)]
pub enum Target {
    /// The mock in this process: the suites are checked against themselves.
    Mock,
    /// A profile's file names addresses, credentials and limits.
    Profile(PathBuf),
    /// An address and a profile in YAML, known only when the service is up. The address stands before those of the profile.
    Service { address: Arc<dyn Fn() -> String + Send + Sync>, profile: Arc<dyn Fn() -> String + Send + Sync> },
    /// A service in this process.
    InProcess {
        /// As reports name it.
        name: String,
        make: Make,
        /// Whose path parameters are filled in with what.
        identities: Identities,
        /// Its time is tokio's and may be paused: what waits costs nothing.
        paused_clock: bool,
    },
}

impl Conformance {
    /// Every suite of the package that is being tested, against the mock.
    #[must_use]
    pub fn new() -> Conformance {
        let base = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from);
        let built = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| base.join("target"), PathBuf::from);
        Conformance {
            suites: Vec::new(),
            reports: built.join("probity"),
            base,
            target: Target::Mock,
            seed: 1,
            requests: None,
            today: None,
        }
    }

    /// As [`Conformance::new`], at the endpoint that `PROBITY_ENDPOINT` names with the profile that
    /// `PROBITY_PROFILE` names, if they are set.
    #[must_use]
    pub fn from_environment() -> Conformance {
        let profile = std::env::var_os("PROBITY_PROFILE").map(PathBuf::from);
        let target = match (std::env::var("PROBITY_ENDPOINT"), profile) {
            (Ok(address), profile) if address != "mock" => Target::Service {
                address: Arc::new(move || address.clone()),
                profile: Arc::new(move || profile.as_deref().map_or_else(|| "{}".into(), text)),
            },
            (Err(_), Some(profile)) => Target::Profile(profile),
            _ => Target::Mock,
        };
        Conformance { target, ..Conformance::new() }
    }
}

impl Default for Conformance {
    fn default() -> Conformance {
        Conformance::new()
    }
}

/// Runs the tests that the command line of the test target asks for.
///
/// A clause that is contradicted fails, with its source, what was seen and the line that replays it.
/// One that is inconclusive or untested fails against the mock, where everything that can be reached
/// must be decided, and is ignored with its reason elsewhere; never is it a pass.
///
/// # Panics
/// If a suite or its schemas cannot be read: the message says where and why.
pub fn conformance(options: Conformance) -> Conclusion {
    let arguments = Arguments::from_args();
    let trials = trials(&Arc::new(options)).unwrap_or_else(|wrong| panic!("{wrong}"));
    libtest_mimic::run(&arguments, trials)
}

fn trials(options: &Arc<Conformance>) -> Result<Vec<Trial>, Wrong> {
    let shelf = Shelf::find(&options.base)?;
    let began = Began::now();
    let today = options.today.clone().unwrap_or_else(|| began.day.clone());
    let mut trials = Vec::new();
    for name in shelf.select(&options.suites)? {
        let loaded = shelf.load(&name, &today)?;
        let promises = loaded.model.clauses.iter().filter(|info| !matches!(info.origin, Origin::Event(_)));
        let clauses: Vec<String> = promises.map(|info| info.id.clone()).collect();
        let one = Arc::new(Once { options: options.clone(), shelf: shelf.clone(), loaded, report: OnceLock::new() });
        for clause in clauses {
            let one = Arc::clone(&one);
            trials.push(Trial::ignorable_test(format!("{name}::{clause}"), move || decided(&one, &clause)));
        }
    }
    Ok(trials)
}

/// One suite's campaign, run when the first of its tests is.
struct Once {
    options: Arc<Conformance>,
    shelf: Shelf,
    loaded: Loaded,
    report: OnceLock<Result<Report, Wrong>>,
}

fn decided(one: &Once, clause: &str) -> Result<Completion, Failed> {
    let report = one.report.get_or_init(|| shared(one)).as_ref().map_err(|wrong| Failed::from(wrong.to_string()))?;
    let row = report
        .clause(clause)
        .ok_or_else(|| Failed::from("the report has no such clause: was the suite changed meanwhile?"))?;
    let reports = one.options.reports.display().to_string();
    let at_home = matches!(one.options.target, Target::Mock);
    match row.verdict {
        Verdict::Pass => Ok(Completion::Completed),
        Verdict::Fail => Err(Failed::from(complaint(report, row, &Shown { reports: &reports }))),
        Verdict::Inconclusive | Verdict::Untested if at_home && row.standing.decidable() => {
            Err(Failed::from(reason(row)))
        }
        Verdict::Inconclusive | Verdict::Untested => Ok(Completion::ignored_with(reason(row))),
    }
}

fn reason(row: &ClauseRow) -> String {
    format!("{}: {} ({})", row.verdict.word(), row.reason, row.says)
}

/// The report of this test run: made here, or by another process of the same run.
fn shared(one: &Once) -> Result<Report, Wrong> {
    let folder = &one.options.reports;
    let place = folder.join(format!("{}.lock", one.loaded.name));
    let unwritable = |error: std::io::Error| Wrong::unwritable(&place, &error);
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&place);
    let mut lock = opened.map_err(unwritable)?;
    lock.lock().map_err(unwritable)?;
    // Only a runner that names its run can be told from an earlier one; any other runs all tests in one process.
    let run = std::env::var("NEXTEST_RUN_ID").ok();
    let mut last = String::new();
    lock.read_to_string(&mut last).map_err(unwritable)?;
    if run.as_ref().is_some_and(|run| *run == last)
        && let Some(report) = read(&folder.join(&one.loaded.name).join("report.json"))
    {
        return Ok(report);
    }
    mark(&mut lock, "").map_err(unwritable)?;
    let report = run_here(one)?;
    mark(&mut lock, run.as_deref().unwrap_or("")).map_err(unwritable)?;
    Ok(report)
}

fn mark(lock: &mut File, run: &str) -> std::io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    lock.write_all(run.as_bytes())
}

fn read(path: &Path) -> Option<Report> {
    Report::read(&std::fs::read_to_string(path).ok()?).ok()
}

fn run_here(one: &Once) -> Result<Report, Wrong> {
    let options = &one.options;
    let began = Began::now();
    let (loaded, chosen, settle_percent) = asked(one)?;
    let everything = Patterns::new("suites", &[])?;
    let selection = everything.of(&loaded);
    let witnesses = one.shelf.witnesses(&loaded.name)?;
    let limits = Limits { requests: options.requests, plans: None, fast: false, first: false };
    let order = Order {
        loaded: &loaded,
        chosen: &chosen,
        seed: options.seed,
        budget: limits.budget(&chosen),
        selection: &selection,
        selected: None,
        settle_percent,
        witnesses: &witnesses,
        salt: began.salt(),
        wall: began.wall(),
        profile: match &options.target {
            Target::Profile(path) => Some(path.display().to_string()),
            _ => None,
        },
        cancel: Cancel::never(),
    };
    let origin = one.shelf.place();
    let filing = Filing { reports: &options.reports, origin: &origin, began: &began };
    let drive: Drive<'_> = &lead::lead;
    let (report, left) = campaign(&order, &filing, &mut Deaf, drive)?;
    for thing in &left {
        eprintln!("left behind: {} {}: {}", thing.handle, thing.id, thing.because);
    }
    Ok(report)
}

/// The suite with the endpoint's pools, and the endpoint.
fn asked(one: &Once) -> Result<(Loaded, Chosen, u32), Wrong> {
    let loaded = one.loaded.clone();
    let profile = match &one.options.target {
        Target::Mock => return Ok((loaded, Chosen::Mock(None), 100)),
        Target::InProcess { name, make, identities, paused_clock } => {
            let given = Given {
                name: name.clone(),
                make: make.clone(),
                identities: identities.clone(),
                paused_clock: *paused_clock,
            };
            return Ok((loaded, Chosen::Given(given), 100));
        }
        Target::Profile(path) => target::profile(Some(path))?,
        Target::Service { profile, .. } => target::profile_text(&profile())?,
    };
    let address = match &one.options.target {
        Target::Service { address, .. } => Some(address()),
        _ => profile.endpoint(&loaded.name).map(str::to_string),
    };
    let loaded = loaded.at(&profile)?;
    let chosen = address.map_or(Ok(Chosen::Mock(None)), |address| target::at(address, &profile))?;
    Ok((loaded, chosen, profile.settle_percent))
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("PROBITY_PROFILE names {}: {error}", path.display()))
}

/// A test's output is its result.
struct Deaf;

impl Listener for Deaf {
    fn hear(&mut self, _: &Event<'_>) {}
}

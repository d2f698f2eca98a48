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
//! Each clause is listed as `<suite>::<clause>`, and `<suite>::complete` says whether all of them
//! were decided. The first test of a suite that is run starts its campaign, the others wait for its
//! verdicts. Under nextest, where each test is a process of its own, the first process runs the
//! campaign under a file lock and the others read its report. Campaigns at a real endpoint run one
//! after the other, and what its profile allows in all holds for all of them together.

mod lock;

use crate::campaign::NullListener;
use crate::cli::Loaded;
pub use crate::cli::drive::Make;
use crate::cli::drive::{Chosen, Drive, Filing, Given, Keeping, Order, campaign, journals};
use crate::cli::{Began, Patterns, Shelf, Signals, Used, Wrong, lead, limits, target};
use crate::endpoint::{Complete, Identities, Profile};
use crate::limits::RequestedLimits;
use crate::model::Origin;
use crate::oracle::Verdict;
use crate::report::{ClauseRow, Report, Shown, complaint};
use crate::run::Cancel;
use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};
use lock::{Lock, TestRun};
use serde::{Deserialize, Serialize};
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
/// must be decided, and is ignored with its reason elsewhere; never is it a pass. `<suite>::complete`
/// fails where something that can be reached was not decided, unless the profile waives it.
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
    let run = TestRun::now(&began);
    let today = options.today.clone().unwrap_or_else(|| began.day.clone());
    let mut trials = Vec::new();
    for name in shelf.select(&options.suites)? {
        let loaded = shelf.load(&name, &today)?;
        let promises = loaded.model.clauses.iter().filter(|info| !matches!(info.origin, Origin::Event(_)));
        let clauses: Vec<String> = promises.map(|info| info.id.clone()).collect();
        let one = Arc::new(Once {
            options: options.clone(),
            shelf: shelf.clone(),
            loaded,
            run: run.clone(),
            known: OnceLock::new(),
        });
        for clause in clauses {
            let one = Arc::clone(&one);
            trials.push(Trial::ignorable_test(format!("{name}::{clause}"), move || decided(&one, &clause)));
        }
        trials.push(Trial::ignorable_test(format!("{name}::complete"), move || complete(&one)));
    }
    Ok(trials)
}

/// One suite's campaign, run when the first of its tests is.
struct Once {
    options: Arc<Conformance>,
    shelf: Shelf,
    loaded: Loaded,
    run: TestRun,
    known: OnceLock<Result<Known, String>>,
}

impl Once {
    fn known(&self) -> Result<&Known, Failed> {
        let known = self.known.get_or_init(|| shared(self).unwrap_or_else(|wrong| Err(wrong.to_string())));
        known.as_ref().map_err(|wrong| Failed::from(wrong.clone()))
    }
}

/// What a campaign has come to.
struct Known {
    report: Report,
    complete: Complete,
}

fn decided(one: &Once, clause: &str) -> Result<Completion, Failed> {
    let report = &one.known()?.report;
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

/// Whether everything that can be reached was decided, one way or the other.
fn complete(one: &Once) -> Result<Completion, Failed> {
    let Known { report, complete } = one.known()?;
    let open =
        |row: &&ClauseRow| matches!(row.verdict, Verdict::Inconclusive | Verdict::Untested) && row.standing.decidable();
    let open: Vec<&str> = report.clauses.iter().filter(open).map(|row| row.id.as_str()).collect();
    if open.is_empty() && report.stopped.is_none() {
        return Ok(Completion::Completed);
    }
    let why = report.stopped.as_ref().map(|why| format!("; stopped: {why}")).unwrap_or_default();
    let text = format!("{} of {} clauses are not decided{why}: {}", open.len(), report.clauses.len(), open.join(", "));
    match complete {
        Complete::Required => Err(Failed::from(text)),
        Complete::Waived => Ok(Completion::ignored_with(format!("waived by the profile: {text}"))),
    }
}

fn reason(row: &ClauseRow) -> String {
    format!("{}: {} ({})", row.verdict.word(), row.reason, row.says)
}

/// What stands in the lock file of a suite once its campaign is over.
#[derive(Serialize, Deserialize)]
struct Over {
    run: String,
    complete: Complete,
    /// Why there is no report.
    wrong: Option<String>,
}

/// What stands in the lock file that is held by whoever asks a real endpoint.
#[derive(Serialize, Deserialize)]
struct Spent {
    run: String,
    used: Used,
}

/// The report of this test run: made here, or by another process of the same run.
fn shared(one: &Once) -> Result<Result<Known, String>, Wrong> {
    let folder = &one.options.reports;
    let mut lock = Lock::wait(&folder.join(format!("{}.lock", one.loaded.name)))?;
    if let Some(Over { complete, wrong, .. }) = lock.read::<Over>().filter(|over| over.run == one.run.0) {
        if let Some(wrong) = wrong {
            return Ok(Err(wrong));
        }
        if let Some(report) = read(&folder.join(&one.loaded.name).join("report.json")) {
            return Ok(Ok(Known { report, complete }));
        }
    }
    lock.write(&())?;
    let made = run_here(one);
    let complete = made.as_ref().map_or(Complete::Required, |known| known.complete);
    let wrong = made.as_ref().err().map(ToString::to_string);
    lock.write(&Over { run: one.run.0.clone(), complete, wrong })?;
    Ok(made.map_err(|wrong| wrong.to_string()))
}

fn read(path: &Path) -> Option<Report> {
    Report::read(&std::fs::read_to_string(path).ok()?).ok()
}

fn run_here(one: &Once) -> Result<Known, Wrong> {
    let options = &one.options;
    let began = Began::now();
    let (loaded, chosen, profile) = asked(one)?;
    let everything = Patterns::new("suites", &[])?;
    let selection = everything.of(&loaded);
    let witnesses = one.shelf.witnesses(&loaded.name)?;
    let requested = RequestedLimits { requests: options.requests, ..RequestedLimits::NONE };
    // Suites side by side would ask the same endpoint twice as fast, and have twice as much alive there.
    let mut counter = match chosen.real() {
        true => Some(Lock::wait(&options.reports.join("endpoint.lock"))?),
        false => None,
    };
    let last = counter.as_mut().and_then(Lock::read::<Spent>).filter(|spent| spent.run == one.run.0);
    let mut used = last.map(|spent| spent.used).unwrap_or_default();
    let signals = chosen.real().then(Signals::listen);
    let order = Order {
        loaded: &loaded,
        chosen: &chosen,
        seed: options.seed,
        limits: limits(&requested, &chosen, used),
        selection: &selection,
        selected: None,
        settle_percent: profile.settle_percent,
        witnesses: &witnesses,
        salt: began.salt(),
        wall: began.wall(),
        profile: match &options.target {
            Target::Profile(path) => Some(path.display().to_string()),
            _ => None,
        },
        cancel: signals.as_ref().map_or_else(Cancel::never, |signals| signals.cancel.clone()),
        keeping: Keeping {
            journals: journals(&options.reports, None),
            began: began.clone(),
            give_up: signals.as_ref().map_or_else(Cancel::never, |signals| signals.give_up.clone()),
        },
    };
    let origin = one.shelf.place();
    let filing = Filing { reports: &options.reports, origin: &origin, began: &began };
    let drive: Drive<'_> = &lead::lead;
    let ended = campaign(&order, &filing, &mut NullListener, drive)?;
    for thing in &ended.left {
        eprintln!("left behind: {} {}: {}", thing.handle, thing.id, thing.because);
    }
    used.add(&ended);
    if let Some(counter) = &mut counter {
        counter.write(&Spent { run: one.run.0.clone(), used })?;
    }
    if let Some(exit) = signals.and_then(|signals| signals.came()) {
        // Whoever sent the signal wants no further campaign.
        std::process::exit(i32::from(exit.code()));
    }
    Ok(Known { report: ended.report, complete: profile.complete })
}

/// The suite with the endpoint's pools, and the endpoint.
fn asked(one: &Once) -> Result<(Loaded, Chosen, Arc<Profile>), Wrong> {
    let loaded = one.loaded.clone();
    let profile = match &one.options.target {
        Target::Mock => return Ok((loaded, Chosen::Mock(None), target::profile(None)?)),
        Target::InProcess { name, make, identities, paused_clock } => {
            let given = Given {
                name: name.clone(),
                make: make.clone(),
                identities: identities.clone(),
                paused_clock: *paused_clock,
            };
            return Ok((loaded, Chosen::Given(given), target::profile(None)?));
        }
        Target::Profile(path) => target::profile(Some(path))?,
        Target::Service { profile, .. } => target::profile_text(&profile())?,
    };
    let address = match &one.options.target {
        Target::Service { address, .. } => Some(address()),
        _ => profile.endpoint(&loaded.name).map(str::to_string),
    };
    let loaded = loaded.at(&profile)?;
    let chosen = address.map_or(Chosen::Mock(None), |address| Chosen::Address(address, profile.clone()));
    Ok((loaded, chosen, profile))
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("PROBITY_PROFILE names {}: {error}", path.display()))
}

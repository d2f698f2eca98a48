//! The campaign of a suite, shared by the tests of the suite and by the processes of a test run.

use super::lock::{ProcessLock, TestRun};
use super::options::{Conformance, Target};
use crate::campaign::{CampaignEvent, CampaignListener};
use crate::cleanup::describe_leftovers;
use crate::endpoint::RequestWatch;
use crate::limits::RequestedLimits;
use crate::plan_execution::Cancellation;
use crate::profile::{CompletenessPolicy, Profile};
use crate::report::{REPORT_BYTES_MAX, Report};
use crate::session::{
    ClausePatterns, ExitKind, InProcessService, LoadedSuite, ReportSettings, RunSettings, RunStart, SessionEvent,
    SessionListener, SignalEvent, Signals, SpentTotals, SuiteRunResult, SuiteStore, SuiteTarget, UserError,
    add_spending, find_profile_endpoint, load_profile, parse_profile, pick_worst, run_suite, warn_of_credentials,
};
use crate::terminal;
use probity_input::read_input_text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// A suite's campaign. The first test of the suite starts the campaign.
pub struct SharedCampaign {
    pub options: Arc<Conformance>,
    store: SuiteStore,
    loaded: LoadedSuite,
    run: TestRun,
    result: OnceLock<Result<SuiteResult, String>>,
}

/// The result of a campaign.
pub struct SuiteResult {
    pub report: Report,
    pub complete: CompletenessPolicy,
}

/// The content of a suite's lock file after the campaign.
#[derive(Serialize, Deserialize)]
struct CampaignEnd {
    run: String,
    complete: CompletenessPolicy,
    /// Why there is no report.
    error: Option<String>,
}

/// The content of the lock file for campaigns at endpoints.
#[derive(Serialize, Deserialize)]
struct EndpointSpending {
    run: String,
    used: SpentTotals,
}

impl SharedCampaign {
    pub fn new(options: Arc<Conformance>, store: SuiteStore, loaded: LoadedSuite, run: TestRun) -> SharedCampaign {
        SharedCampaign { options, store, loaded, run, result: OnceLock::new() }
    }

    /// The result of the campaign; runs the campaign at the first call.
    ///
    /// # Errors
    /// The message of the final error of the campaign.
    pub fn wait_for_result(&self) -> Result<&SuiteResult, String> {
        let result = self.result.get_or_init(|| self.find_result().unwrap_or_else(|error| Err(error.to_string())));
        result.as_ref().map_err(String::clone)
    }

    /// The result in the present test run, from any process of the run.
    fn find_result(&self) -> Result<Result<SuiteResult, String>, UserError> {
        let folder = &self.options.reports;
        let mut lock = ProcessLock::wait_for(&folder.join(format!("{}.lock", self.loaded.name)))?;
        let earlier = lock.read::<CampaignEnd>().filter(|end| end.run == self.run.0);
        if let Some(CampaignEnd { complete, error: wrong, .. }) = earlier {
            if let Some(wrong) = wrong {
                return Ok(Err(wrong));
            }
            if let Some(report) = read_report(&folder.join(&self.loaded.name).join("report.json")) {
                return Ok(Ok(SuiteResult { report, complete }));
            }
        }
        lock.write(&())?;
        let result = self.run_campaign();
        let complete = result.as_ref().map_or(CompletenessPolicy::Required, |result| result.complete);
        let wrong = result.as_ref().err().map(ToString::to_string);
        lock.write(&CampaignEnd { run: self.run.0.clone(), complete, error: wrong })?;
        Ok(result.map_err(|error| error.to_string()))
    }

    fn run_campaign(&self) -> Result<SuiteResult, UserError> {
        let options = &self.options;
        let start = RunStart::now();
        let (loaded, target, profile) = self.resolve_target()?;
        // Side by side, campaigns would exceed the endpoint's rate and its limit of live resources.
        let mut lock = match target.is_real() {
            true => Some(ProcessLock::wait_for(&options.reports.join("endpoint.lock"))?),
            false => None,
        };
        let last = lock.as_mut().and_then(ProcessLock::read::<EndpointSpending>).filter(|last| last.run == self.run.0);
        let mut used = last.map(|last| last.used).unwrap_or_default();
        let allowed = ClausePatterns::new("Conformance::allow_undecided", &options.allow_undecided)?;
        let signals = target.is_real().then(|| Signals::start_listening(handle_signal));
        let settings = RunSettings {
            store: &self.store,
            seed: options.seed,
            clauses: &ClausePatterns::default(),
            allow_undecided: &allowed,
            baseline: None,
            waivers: &profile.waivers,
            claims: &profile.claims,
            times: &BTreeMap::new(),
            fails_idle_waivers: false,
            limits: RequestedLimits {
                requests: options.requests,
                until_covered: options.until_covered,
                ..RequestedLimits::NONE
            },
            settle_percent: profile.settle_percent,
            profile: match &options.target {
                Target::Profile(path) => Some(path.display().to_string()),
                _ => None,
            },
            dry_run: false,
            resumed: None,
            reports: ReportSettings {
                folder: &options.reports,
                origin: &self.store.describe_place(),
                start: &start,
                formats: &[],
            },
            journals: None,
            cancel: signals.as_ref().map_or_else(Cancellation::never, |signals| signals.cancel.clone()),
            give_up: signals.as_ref().map_or_else(Cancellation::never, |signals| signals.give_up.clone()),
            watch: RequestWatch::default(),
        };
        let outcome = run_suite(&settings, &loaded, &target, used, &mut TestListener);
        if let Some(exit) = signals.and_then(|signals| signals.exit_kind()) {
            // The sender of the signal wants no further campaign.
            end_process(exit, &outcome);
        }
        add_spending(&outcome, &mut used);
        if let Some(lock) = &mut lock {
            lock.write(&EndpointSpending { run: self.run.0.clone(), used })?;
        }
        let outcome = outcome?;
        let SuiteRunResult::Ran(record) = outcome else { unreachable!("the settings ask for no dry run") };
        terminal::print_error_text(&describe_leftovers(&record.left));
        // The process of the tests ends without a call of this library.
        terminal::finish_writing();
        // The other processes of the test run read the report.
        // Tests of clauses tell a deviation that was found, whatever ended the campaign.
        let failure = record.failure.filter(|_| record.report.totals.fail == 0);
        if let Some(error) = failure.or(record.unwritten) {
            return Err(error);
        }
        Ok(SuiteResult { report: record.report, complete: profile.complete })
    }

    /// The suite with the pools of the profile, and the target.
    fn resolve_target(&self) -> Result<(LoadedSuite, SuiteTarget, Arc<Profile>), UserError> {
        let loaded = self.loaded.clone();
        let profile = match &self.options.target {
            Target::Mock => return Ok((loaded, SuiteTarget::Mock(None), load_profile(None)?)),
            Target::InProcess { name, make, identities, paused_clock } => {
                let service = InProcessService {
                    name: name.clone(),
                    make_endpoint: make.clone(),
                    identities: identities.clone(),
                    paused_clock: *paused_clock,
                };
                return Ok((loaded, SuiteTarget::InProcess(service), load_profile(None)?));
            }
            Target::Profile(path) => {
                let profile = load_profile(Some(path))?;
                if let Some(warning) = warn_of_credentials(&profile) {
                    terminal::print_error_line(&warning);
                }
                profile
            }
            Target::Service { profile, .. } => parse_profile(&profile())?,
        };
        let address = match &self.options.target {
            Target::Service { address, .. } => address(),
            _ => find_profile_endpoint(&profile, &loaded.name)?,
        };
        let loaded = loaded.apply_profile(&profile)?;
        let target = SuiteTarget::Address(address, profile.clone());
        Ok((loaded, target, profile))
    }
}

fn read_report(path: &Path) -> Option<Report> {
    Report::read(&read_input_text(path, REPORT_BYTES_MAX).ok()?).ok()
}

/// Ends the process after a signal, and tells what the campaign left behind.
fn end_process(exit: ExitKind, outcome: &Result<SuiteRunResult, UserError>) -> ! {
    let mut exits = vec![exit];
    match outcome {
        Ok(SuiteRunResult::Ran(record)) => {
            terminal::print_error_text(&describe_leftovers(&record.left));
            exits.extend((!record.left.is_empty()).then_some(ExitKind::LeftBehind));
        }
        Ok(SuiteRunResult::DryRun(_)) => {}
        Err(error) => terminal::print_error_line(&error.to_string()),
    }
    terminal::finish_writing();
    std::process::exit(i32::from(pick_worst(&exits).code()))
}

fn handle_signal(event: SignalEvent) {
    if !matches!(event, SignalEvent::Unavailable(_)) {
        terminal::hurry_up();
    }
    if let Some(message) = event.user_message() {
        terminal::print_error_line(&message);
    }
    if let SignalEvent::End(exit) = event {
        std::process::exit(i32::from(exit.code()));
    }
}

/// Prints the journal of a campaign. Further events stay silent, because the output of a test is the result.
struct TestListener;

impl CampaignListener for TestListener {
    fn receive_event(&mut self, _: &CampaignEvent<'_>) {}
}

impl SessionListener for TestListener {
    fn hear_session(&mut self, event: &SessionEvent<'_>) {
        if let Some(message) = event.user_message() {
            terminal::print_error_line(&message);
        }
    }
}

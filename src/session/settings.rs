//! The settings of a run and of its campaigns.

use super::baseline_source::select_exceptions;
use super::check_settings::CheckSettings;
use super::clock::RunStart;
use super::earlier_times::EarlierTimes;
use super::limits::{SpentTotals, limit_campaign};
use super::loaded_suite::LoadedSuite;
use super::patterns::ClausePatterns;
use super::resume::earlier_run::EarlierRun;
use super::suite_store::SuiteStore;
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::endpoint::RequestWatch;
use crate::http_client::WallClock;
use crate::known_deviations::{Baseline, SuiteClaims, SuiteExceptions, Waiver};
use crate::limits::{Limits, RequestedLimits};
use crate::oracle::ClauseSelection;
use crate::plan::Plan;
use crate::plan_execution::{Cancellation, SpendingWatch};
use crate::report::{ReportFormat, check_folder};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The settings that all campaigns of a run share.
#[derive(Clone)]
pub struct RunSettings<'a> {
    /// Where suites, schemas and recorded plans come from.
    pub store: &'a SuiteStore,
    /// The number from which all random choices follow.
    pub seed: u64,
    /// Which clauses the reports contain.
    pub clauses: &'a ClausePatterns,
    /// The clauses that may stay undecided.
    pub allow_undecided: &'a ClausePatterns,
    /// The baseline of the run, if there is one.
    pub baseline: Option<&'a Baseline>,
    /// The waivers of the profile.
    pub waivers: &'a [Waiver],
    /// By suite, what the profile claims.
    pub claims: &'a BTreeMap<String, SuiteClaims>,
    /// By suite, the times of transitions that an earlier run measured.
    pub times: &'a BTreeMap<String, EarlierTimes>,
    /// Whether a waiver without an effect fails the run.
    pub fails_idle_waivers: bool,
    /// The limits from the command line; the limits of the profile apply in addition.
    pub limits: RequestedLimits,
    /// Percentage by which the times that suites allow for settling are multiplied.
    pub settle_percent: u32,
    /// The path of the profile, for the replay line.
    pub profile: Option<String>,
    /// Forecast the requests and send no create.
    pub dry_run: bool,
    /// The earlier run that this run continues; none for a new run.
    pub resumed: Option<&'a EarlierRun>,
    /// Where the reports are written, and what they say about the run.
    pub reports: ReportSettings<'a>,
    /// The folder of the journals; none for `.journal` below the reports.
    pub journals: Option<PathBuf>,
    /// Stops plans from outside.
    pub cancel: Cancellation,
    /// Stops cleaning up from outside.
    pub give_up: Cancellation,
    /// Shows the checks before the first plan, and cleaning up.
    pub watch: RequestWatch,
}

/// The folder of the reports, with the origin of the suites and the start of the run.
#[derive(Debug, Clone, Copy)]
pub struct ReportSettings<'a> {
    /// The folder of all suites' reports.
    pub folder: &'a Path,
    /// The place of suites and schemas.
    pub origin: &'a str,
    /// The start of the run, by both clocks.
    pub start: &'a RunStart,
    /// The formats in which the report is written, besides `report.json` and `junit.xml`.
    pub formats: &'a [ReportFormat],
}

/// The settings of a campaign.
#[derive(Clone)]
pub struct CampaignSettings<'a> {
    /// The suite, with the pools of the target.
    pub loaded: &'a LoadedSuite,
    /// Where the requests go.
    pub target: &'a SuiteTarget,
    /// The number from which all random choices follow.
    pub seed: u64,
    /// What the campaign may spend, after what earlier suites of the run have spent.
    pub limits: Limits,
    /// The clauses that the report contains.
    pub selection: &'a ClauseSelection,
    /// The patterns of the selection as the user wrote them.
    pub selected: Option<String>,
    /// The patterns of the excluded clauses as the user wrote them.
    pub excluded: Option<String>,
    /// The known deviations of the suite.
    pub exceptions: SuiteExceptions,
    /// The clauses that may stay undecided.
    pub allow_undecided: &'a ClausePatterns,
    /// The times of transitions that an earlier run measured.
    pub times: Option<&'a EarlierTimes>,
    /// Percentage by which the times that suites allow for settling are multiplied.
    pub settle_percent: u32,
    /// Recorded plans, which run first.
    pub recorded: &'a [Plan],
    /// Salt of the tokens for secrets, so that tokens of two runs at an endpoint cannot be compared.
    pub salt: String,
    /// The wall clock, for credentials with a time and tokens with an end.
    pub wall: WallClock,
    /// The path of the profile, for the replay line.
    pub profile: Option<String>,
    /// Stops plans from outside.
    pub cancel: Cancellation,
    /// Where creates are recorded, at an endpoint.
    pub journal: JournalSettings,
    /// The folder of the files that the campaign will write, which is tested before the first create.
    pub output: Option<PathBuf>,
    /// Shows the checks before the first plan, and cleaning up.
    pub watch: RequestWatch,
    /// Learns the number of requests at an endpoint; none if nothing can be resumed.
    pub spending: Option<Rc<dyn SpendingWatch>>,
}

/// What a run at an endpoint needs for cleaning up.
#[derive(Debug, Clone)]
pub struct JournalSettings {
    /// The folder of the journals.
    pub folder: PathBuf,
    /// The start of the run, from which the run's id is made.
    pub start: RunStart,
    /// Stops cleaning up from outside.
    pub give_up: Cancellation,
}

impl JournalSettings {
    /// The journal folder named by the user, or `.journal` below the reports.
    #[must_use]
    pub fn new(reports: &Path, named: Option<&Path>, start: &RunStart, give_up: Cancellation) -> JournalSettings {
        let folder = named.map_or_else(|| reports.join(".journal"), Path::to_path_buf);
        JournalSettings { folder, start: start.clone(), give_up }
    }
}

impl<'a> CampaignSettings<'a> {
    /// Tests that the files of the campaign can be written.
    ///
    /// # Errors
    /// If they cannot.
    pub fn check_output(&self) -> Result<(), UserError> {
        self.output
            .as_deref()
            .map_or(Ok(()), |folder| check_folder(folder).map_err(|error| UserError::unwritable(folder, &error)))
    }

    /// The settings of the checks of the endpoint, which send at most `requests_max` requests.
    #[must_use]
    pub fn make_check_settings(&self, requests_max: u64) -> CheckSettings<'_> {
        CheckSettings { wall: &self.wall, requests_max, watch: &self.watch }
    }

    /// The settings of a suite's campaign; `used` is what earlier suites of the run have spent.
    #[must_use]
    pub fn new(
        run: &RunSettings<'a>,
        loaded: &'a LoadedSuite,
        target: &'a SuiteTarget,
        (selection, recorded): (&'a ClauseSelection, &'a [Plan]),
        used: SpentTotals,
    ) -> CampaignSettings<'a> {
        CampaignSettings {
            loaded,
            target,
            seed: run.seed,
            limits: limit_campaign(&run.limits, target, used),
            selection,
            selected: run.clauses.to_text(),
            excluded: run.clauses.excluded_text(),
            exceptions: select_exceptions(run.baseline, (run.waivers, run.claims), loaded)
                .failing_idle_waivers(run.fails_idle_waivers),
            allow_undecided: run.allow_undecided,
            times: run.times.get(&loaded.name),
            settle_percent: run.settle_percent,
            recorded,
            salt: run.reports.start.make_salt(),
            wall: run.reports.start.wall_clock(),
            profile: run.profile.clone(),
            cancel: run.cancel.clone(),
            journal: JournalSettings::new(
                run.reports.folder,
                run.journals.as_deref(),
                run.reports.start,
                run.give_up.clone(),
            ),
            output: Some(run.reports.folder.join(&loaded.name)),
            watch: run.watch.clone(),
            spending: None,
        }
    }
}

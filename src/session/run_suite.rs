//! A suite's campaign from its settings to its reports, or its dry run.

use super::campaign_record::ReportedCampaign;
use super::clock::describe_machine;
use super::dry_run::{EndpointForecast, forecast_at_endpoint};
use super::environment_setup::describe_failure;
use super::execute::run_campaign;
use super::exit_kind::{ExitKind, list_exit_kinds, pick_worst};
use super::history_writer::{HistoryWriter, RecordedRun};
use super::limits::SpentTotals;
use super::listener::{SessionEvent, SessionListener};
use super::loaded_suite::LoadedSuite;
use super::resume::resume_file::SpendingLog;
use super::resume::run_difference::describe_run;
use super::resume::takeover::{Takeover, begin_part, take_over_suite};
use super::settings::{CampaignSettings, ReportSettings, RunSettings};
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::campaign::{Conclusion, EarlierPart};
use crate::cleanup::Leftover;
use crate::limits::Limits;
use crate::plan_execution::StopReason;
use crate::report::{
    self, Report, ReportFiles, ReportFormat, ReportSubject, ReportTarget, ResumedRow, RunFacts, StoredRun,
    compile_report, digest_bytes,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// The result of a suite in a run.
#[derive(Debug)]
pub enum SuiteRunResult {
    /// The campaign ended. Its reports are written, or the record says why not.
    Ran(Box<ReportedCampaign>),
    /// The forecast for an endpoint; none for a target in this process, which costs no requests.
    DryRun(Option<Box<EndpointForecast>>),
}

/// Adds the requests and the time that a suite spent, or would spend; after an error, the requests before the error.
pub fn add_spending(outcome: &Result<SuiteRunResult, UserError>, totals: &mut SpentTotals) {
    match outcome {
        Ok(SuiteRunResult::Ran(record)) => totals.add_campaign(&record.report, &record.run),
        Ok(SuiteRunResult::DryRun(Some(dry_run))) => {
            let usual = &dry_run.forecast.usual;
            totals.add_totals(SpentTotals { requests: usual.requests, seconds: usual.took.as_secs() });
        }
        Ok(SuiteRunResult::DryRun(None)) => {}
        Err(error) => totals.add_totals(SpentTotals { requests: error.requests, seconds: 0 }),
    }
}

/// Runs a suite's campaign and writes its reports, or forecasts the campaign. `used` is what earlier
/// suites of the run have spent.
///
/// # Errors
/// If a recorded plan cannot be read, the preflight or the campaign fails, or the folder of the reports cannot be
/// written. Reports that cannot be written after the campaign are no error, because the results are known.
pub fn run_suite(
    run: &RunSettings<'_>,
    loaded: &LoadedSuite,
    target: &SuiteTarget,
    used: SpentTotals,
    listener: &mut dyn SessionListener,
) -> Result<SuiteRunResult, UserError> {
    let selection = run.clauses.select_clauses(loaded);
    let recorded = run.store.read_recorded_plans(&loaded.name)?;
    let settings = CampaignSettings::new(run, loaded, target, (&selection, &recorded), used);
    if let SuiteTarget::Address(..) = target {
        listener.hear_session(&SessionEvent::LimitsSet {
            suite: &loaded.name,
            limits: &settings.limits,
            read_only: target.is_read_only(),
        });
    }
    if run.dry_run {
        let dry_run = forecast_at_endpoint(&settings, run.reports.folder)?;
        return Ok(SuiteRunResult::DryRun(dry_run.map(Box::new)));
    }
    let began = run.reports.start.elapsed();
    let header = describe_run(&settings, run.resumed.map_or(&run.reports.start.at, |earlier| &earlier.started));
    let (earlier, takeover) = take_over_suite(run, &settings, &header, listener)?.unzip();
    let (started, part) = (header.started.clone(), begin_part(run, takeover.as_ref()));
    let spending = Rc::new(SpendingLog::default());
    let settings = CampaignSettings { spending: Some(spending.clone()), ..settings };
    let recorded_run = RecordedRun { header, part, clock: run.reports.start.clone(), began, earlier, spending };
    let folder = run.reports.folder.join(&loaded.name);
    let mut writer = HistoryWriter::new(folder, settings.limits.disk_bytes, recorded_run, listener);
    let (conclusion, mut left) = run_after_takeover(&settings, takeover.as_ref(), &mut writer)?;
    let (history_gaps, resume_file) = writer.finish_file();
    let failure = conclusion.failure.as_ref().map(|stop| describe_failure(&settings, stop));
    let times = CampaignTimes {
        started,
        spent: run.reports.start.elapsed().saturating_sub(began),
        earlier_ms: takeover.as_ref().map_or(0, |takeover| takeover.elapsed_ms),
    };
    let exit = failure.as_ref().map(|error| error.exit);
    let row = takeover.as_ref().map(|takeover| &takeover.row);
    let (report, facts, unwritten) =
        write_reports(&settings, (&conclusion, row), (times, history_gaps, exit), &run.reports);
    if let (Some(path), None, false) = (resume_file, &unwritten, conclusion.unfinished) {
        // Nothing is left to resume. A file that cannot be deleted would only be refused.
        let _ = std::fs::remove_file(path);
    }
    left.extend(takeover.into_iter().flat_map(|takeover| takeover.leftovers));
    Ok(SuiteRunResult::Ran(Box::new(ReportedCampaign { report, run: facts, left, failure, unwritten })))
}

/// Runs a campaign after the plans that earlier parts of the run carried out.
///
/// # Errors
/// As [`run_campaign`]; and if a plan of an earlier part cannot be read any more.
fn run_after_takeover(
    settings: &CampaignSettings<'_>,
    takeover: Option<&Takeover>,
    writer: &mut HistoryWriter<'_>,
) -> Result<(Conclusion, Vec<Leftover>), UserError> {
    let Some(takeover) = takeover else { return run_campaign(settings, None, writer) };
    let part = EarlierPart { shares: takeover.shares, plans: &takeover.plans };
    let (conclusion, left) = run_campaign(settings, Some(&part), writer)?;
    match &conclusion.failure {
        // The earlier reports stay in place.
        Some(stop @ StopReason::EarlierPart { .. }) => Err(describe_failure(settings, stop)),
        _ => Ok((conclusion, left)),
    }
}

/// The times of a campaign.
struct CampaignTimes {
    /// The start of the run: RFC 3339, UTC.
    started: String,
    /// Time in this process.
    spent: Duration,
    /// Wall-clock milliseconds of earlier parts.
    earlier_ms: u64,
}

/// Writes the reports of a campaign. Returns the reports, and the error if they cannot be written.
fn write_reports(
    settings: &CampaignSettings<'_>,
    (conclusion, resumed): (&Conclusion, Option<&ResumedRow>),
    (times, history_gaps, exit): (CampaignTimes, Vec<String>, Option<ExitKind>),
    reports: &ReportSettings<'_>,
) -> (Report, RunFacts, Option<UserError>) {
    let target = settings.target.to_report_target();
    let options = list_replay_options(settings, &target);
    let proofs = settings.target.list_proof_headers();
    let shard = (!settings.limits.shard.is_whole()).then(|| settings.limits.shard.to_string());
    let subject = ReportSubject {
        model: &settings.loaded.model,
        schemas: &settings.loaded.schemas,
        catalog_digest: &settings.loaded.catalog_digest,
        target: &target,
        settle_percent: settings.settle_percent,
        selected: settings.selected.as_deref(),
        excluded: settings.excluded.as_deref(),
        exceptions: &settings.exceptions,
        shard: shard.as_deref(),
        resumed,
        profile_digest: settings.target.find_profile().map(|profile| profile.digest.as_str()),
        times_digest: settings.times.map(|times| times.digest.as_str()),
        request_ids: settings.target.list_request_id_headers(),
        proofs: proofs.as_ref(),
        may_stay_undecided: &|clause| settings.allow_undecided.names_any(clause),
        replay_options: &options,
    };
    let report = compile_report(conclusion, &subject);
    let spent_ms = u64::try_from(times.spent.as_millis()).unwrap_or(u64::MAX);
    let duration_ms = spent_ms.saturating_add(times.earlier_ms);
    let run = RunFacts {
        format: report::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_string(),
        machine: describe_machine(),
        started: times.started,
        duration_ms,
        earlier_ms: times.earlier_ms,
        judged_per_second: conclusion.tally.judged.saturating_mul(1000) / duration_ms.max(1),
        origin: reports.origin.to_string(),
        report: digest_bytes(report.to_json().as_bytes()),
        exit_code: pick_worst(&list_exit_kinds(&report).into_iter().chain(exit).collect::<Vec<ExitKind>>()).code(),
        limits: list_limits(&settings.limits),
        settled: report::compute_settle_times(&conclusion.transition_times),
        history_gaps,
    };
    let failure = write_files(&report, Some(&run), reports.folder, reports.formats).err();
    (report, run, failure)
}

/// Writes the report and the facts of a run into the folder of the suite below `reports`, in all formats.
///
/// # Errors
/// If a file cannot be written.
pub(super) fn write_files(
    report: &Report,
    run: Option<&RunFacts>,
    reports: &Path,
    formats: &[ReportFormat],
) -> Result<(), UserError> {
    let folder = reports.join(&report.suite.name);
    let shown = reports.display().to_string();
    let stored = [StoredRun { report: report.clone(), facts: run.cloned(), reports: shown }];
    // `report.json` is written in any case.
    let formats: BTreeSet<ReportFormat> = formats.iter().copied().chain([ReportFormat::Junit]).collect();
    let formats = formats.into_iter().filter(|format| *format != ReportFormat::Json);
    let mut files: Vec<(&str, Vec<u8>)> =
        formats.map(|format| (format.file_name(), format.render(&stored).into_bytes())).collect();
    files.extend(run.map(|run| ("run.json", run.to_json().into_bytes())));
    report::write_folder(&folder, &ReportFiles { report, files })
        .map_err(|error| UserError::unwritable(&folder, &error))
}

/// The options that `probity replay` needs for an equal target.
fn list_replay_options(settings: &CampaignSettings<'_>, target: &ReportTarget) -> Vec<String> {
    let mut options = match target {
        ReportTarget::Mock { fault: None } | ReportTarget::InProcess(_) => Vec::new(),
        ReportTarget::Mock { fault: Some(fault) } => vec!["--fault".to_string(), fault.clone()],
        ReportTarget::Address(address) => vec!["--endpoint".to_string(), address.clone()],
    };
    if let Some(profile) = &settings.profile {
        options.extend(["--profile".to_string(), profile.clone()]);
    }
    if settings.settle_percent != 100 {
        options.extend(["--settle".to_string(), settings.settle_percent.to_string()]);
    }
    options
}

/// The limits of a campaign by name, for `run.json`.
fn list_limits(limits: &Limits) -> BTreeMap<String, u64> {
    let limits = [
        ("all requests", limits.total_requests()),
        ("requests", limits.requests),
        ("requests for shrinking", limits.shrink_requests),
        ("requests for cleaning up", limits.cleanup_requests),
        ("plans side by side", limits.parallel_plans as u64),
        ("plans", limits.plans),
        ("steps in a plan", limits.steps_per_plan as u64),
        ("seconds on the endpoint's clock", limits.time.as_secs()),
        ("live resources", limits.live_resources as u64),
        ("bytes of the history", limits.disk_bytes),
    ];
    limits.into_iter().map(|(name, limit)| (name.to_string(), limit)).collect()
}

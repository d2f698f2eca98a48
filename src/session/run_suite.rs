//! A suite's campaign from its settings to its reports, or its dry run.

use super::campaign_record::ReportedCampaign;
use super::clock::describe_machine;
use super::dry_run::{EndpointForecast, forecast_at_endpoint};
use super::environment_setup::describe_failure;
use super::execute::run_campaign;
use super::exit_kind::{ExitKind, list_exit_kinds, pick_worst};
use super::history_writer::HistoryWriter;
use super::limits::SpentTotals;
use super::listener::{SessionEvent, SessionListener};
use super::loaded_suite::LoadedSuite;
use super::settings::{CampaignSettings, ReportSettings, RunSettings};
use super::target::SuiteTarget;
use super::user_error::UserError;
use crate::campaign::Conclusion;
use crate::limits::Limits;
use crate::report::{
    self, Report, ReportFiles, ReportFormat, ReportSubject, ReportTarget, RunFacts, StoredRun, compile_report,
    digest_bytes,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
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
        Ok(SuiteRunResult::Ran(record)) => totals.add_campaign(&record.report.spending, record.run.duration_ms),
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
    let start = run.reports.start.elapsed();
    let folder = run.reports.folder.join(&loaded.name);
    let mut writer = HistoryWriter::new(folder, settings.limits.disk_bytes, listener);
    let result = run_campaign(&settings, &mut writer);
    // An early end leaves what was recorded.
    let gaps = writer.finish_file();
    let (conclusion, left) = result?;
    let spent = run.reports.start.elapsed().saturating_sub(start);
    let failure = conclusion.failure.as_ref().map(|stop| describe_failure(&settings, stop));
    let exit = failure.as_ref().map(|error| error.exit);
    let (report, run, unwritten) = write_reports(&settings, &conclusion, (spent, gaps, exit), &run.reports);
    Ok(SuiteRunResult::Ran(Box::new(ReportedCampaign { report, run, left, failure, unwritten })))
}

/// Writes the reports of a campaign. Returns the reports, and the error if they cannot be written.
fn write_reports(
    settings: &CampaignSettings<'_>,
    conclusion: &Conclusion,
    (spent, history_gaps, exit): (Duration, Vec<String>, Option<ExitKind>),
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
        profile_digest: settings.target.find_profile().map(|profile| profile.digest.as_str()),
        request_ids: settings.target.list_request_id_headers(),
        proofs: proofs.as_ref(),
        may_stay_undecided: &|clause| settings.allow_undecided.names_any(clause),
        replay_options: &options,
    };
    let report = compile_report(conclusion, &subject);
    let duration_ms = u64::try_from(spent.as_millis()).unwrap_or(u64::MAX);
    let run = RunFacts {
        format: report::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_string(),
        machine: describe_machine(),
        started: reports.start.at.clone(),
        duration_ms,
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

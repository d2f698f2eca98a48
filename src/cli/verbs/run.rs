//! `probity run`: the campaign of every suite.

use crate::cleanup::describe_leftovers;
use crate::cli::args::RunArguments;
use crate::cli::config::{ALLOW_UNDECIDED, EXCLUDE, RunConfig, configure_run};
use crate::cli::dry_run::describe_forecast;
use crate::cli::embedded::find_store;
use crate::cli::exchange_lines::describe_outside_request;
use crate::cli::exit::conclude_run;
use crate::cli::progress::{Progress, QuietListener};
use crate::cli::signal;
use crate::endpoint::RequestWatch;
use crate::report::{ReportLocation, SummaryDetail, render_settle_times, render_summary};
use crate::session::{
    EarlierRun, ExitKind, LoadedSuite, ReportSettings, ReportedCampaign, RunSettings, RunStart, SessionListener,
    SuiteRunResult, SuiteTarget, UserError, check_pools, count_threads, describe_targets, list_exit_kinds,
    list_foreign_waivers, list_idle_claims, list_stored_exits, load_baseline, load_earlier_times, load_profile,
    resolve_targets, run_suites, warn_of_credentials,
};
use crate::suite;
use crate::terminal;
use std::path::Path;

/// Runs the suites and prints the result of each.
pub fn run_campaigns(arguments: &RunArguments) -> Result<ExitKind, UserError> {
    let start = RunStart::now();
    let mut config = configure_run(arguments, &start)?;
    let resumed = arguments.resume.as_deref().map(EarlierRun::open_run).transpose()?;
    if let Some(earlier) = &resumed {
        continue_run(&mut config, earlier)?;
    }
    let store = find_store()?;
    let profile = load_profile(config.target.profile.as_deref())?;
    if let Some(warning) = warn_of_credentials(&profile) {
        terminal::print_error_line(&warning);
    }
    let names = store.select_suites(&config.suites)?;
    let today = &config.target.today;
    let loaded = names.iter().map(|name| store.load(name, today)).collect::<Result<Vec<LoadedSuite>, UserError>>()?;
    check_pools(&profile, &loaded, &store, today)?;
    config.allow_undecided.check_matching_questions(ALLOW_UNDECIDED, &loaded)?;
    config.clauses.check_excluded(EXCLUDE, &loaded)?;
    let loaded = config.clauses.keep_matching(loaded)?;
    let idle_claims = list_idle_claims(&profile.claims, &loaded);
    for warning in list_foreign_waivers(&profile.waivers, &loaded).iter().chain(&idle_claims) {
        terminal::print_error_line(warning);
    }
    let baseline = arguments.baseline.as_deref().map(load_baseline).transpose()?;
    let times = arguments.times.0.as_deref().map(load_earlier_times).transpose()?.unwrap_or_default();
    let targets = resolve_targets(&config.target.choice, config.target.fault.as_deref(), &profile, loaded)?;
    let ended = |suite: &str| resumed.as_ref().and_then(|earlier| earlier.ended.get(suite));
    let mut exits = Vec::new();
    for (suite, stored) in targets.iter().filter_map(|(loaded, _)| Some((&loaded.name, ended(&loaded.name)?))) {
        terminal::print_line(&format!("{suite}: ended in the earlier part of the run; its report stays"));
        exits.extend(list_stored_exits(stored).into_iter().map(|kind| (suite.clone(), kind)));
    }
    let targets: Vec<(LoadedSuite, SuiteTarget)> =
        targets.into_iter().filter(|(loaded, _)| ended(&loaded.name).is_none()).collect();
    let loaded: Vec<LoadedSuite> = targets.iter().map(|(loaded, _)| loaded.clone()).collect();
    let origin = store.describe_origin(&loaded, &describe_targets(&targets));
    let is_quiet = config.detail == SummaryDetail::Quiet;
    if !is_quiet {
        terminal::print_line(&origin);
    }
    let signals = signal::listen_for_signals();
    let settings = RunSettings {
        store: &store,
        seed: config.seed,
        clauses: &config.clauses,
        allow_undecided: &config.allow_undecided,
        baseline: baseline.as_ref(),
        waivers: &profile.waivers,
        claims: &profile.claims,
        times: &times,
        fails_idle_waivers: config.fails_idle_waivers,
        limits: config.limits,
        settle_percent: config.target.settle_percent.unwrap_or(profile.settle_percent),
        profile: config.target.profile.as_ref().map(|path| path.display().to_string()),
        dry_run: config.dry_run,
        resumed: resumed.as_ref(),
        reports: ReportSettings { folder: &config.reports, origin: &origin, start: &start, formats: &config.formats },
        journals: config.target.journal.clone(),
        cancel: signals.cancel.clone(),
        give_up: signals.give_up.clone(),
        watch: watch_requests(arguments.verbose),
    };
    let alone = count_threads(&targets) == 1;
    let mut known = 0;
    run_suites(
        &settings,
        &targets,
        |loaded| make_listener(loaded, alone, is_quiet, arguments.verbose),
        |loaded, target, outcome| {
            if let Ok(SuiteRunResult::Ran(record)) = &outcome {
                known += record.report.count_known_findings();
            }
            let kinds = print_outcome(loaded, target, outcome, (&settings, &config));
            exits.extend(kinds.into_iter().map(|kind| (loaded.name.clone(), kind)));
        },
    );
    exits.extend(signals.exit_kind().map(|exit| ("all".to_string(), exit)));
    let (exit, line) = conclude_run(&exits, known);
    let dry = config.dry_run && exit == ExitKind::Passed;
    terminal::print_line(if dry { "exit 0: a dry run, nothing was created" } else { &line });
    Ok(exit)
}

/// Takes the folder of the reports from the earlier run, and the suite if the run is named by the folder of one.
fn continue_run(config: &mut RunConfig, earlier: &EarlierRun) -> Result<(), UserError> {
    config.reports.clone_from(&earlier.reports);
    let Some(only) = &earlier.only else { return Ok(()) };
    if let Some(other) = config.suites.iter().find(|suite| *suite != only) {
        let cause = format!("the folder has the reports of `{only}` and not of `{other}`");
        let remedy = format!("run `{only}` alone, or name the folder above with the reports of all suites");
        return Err(UserError::usage(format!("--resume {}", earlier.place), cause, remedy));
    }
    config.suites = vec![only.clone()];
    Ok(())
}

/// The listener of a suite's campaign; quiet runs show no progress.
fn make_listener(loaded: &LoadedSuite, alone: bool, is_quiet: bool, verbosity: u8) -> Box<dyn SessionListener> {
    if is_quiet {
        return Box::new(QuietListener);
    }
    Box::new(Progress::new(&loaded.name, loaded.model.clone(), alone, verbosity))
}

/// With `-v`, the requests outside of plans are shown too.
fn watch_requests(verbosity: u8) -> RequestWatch {
    if verbosity == 0 {
        return RequestWatch::default();
    }
    RequestWatch::new(|why, exchange| terminal::print_error_line(&describe_outside_request(why, exchange)))
}

/// Prints the summary or the error of a suite.
fn print_outcome(
    loaded: &LoadedSuite,
    target: &SuiteTarget,
    outcome: Result<SuiteRunResult, UserError>,
    (settings, config): (&RunSettings<'_>, &RunConfig),
) -> Vec<ExitKind> {
    match outcome {
        Ok(SuiteRunResult::DryRun(None)) => {
            terminal::print_line(&format!("{}: no requests, because the target is the built-in mock", loaded.name));
            Vec::new()
        }
        Ok(SuiteRunResult::DryRun(Some(dry_run))) => {
            terminal::print_text(&describe_forecast(&dry_run));
            Vec::new()
        }
        Ok(SuiteRunResult::Ran(record)) => {
            let mut kinds = print_record(target, &record, (settings.reports.folder, config));
            kinds.extend(tell_open_questions(loaded, config).filter(|it| !kinds.contains(it)));
            kinds
        }
        Err(error) => {
            terminal::print_error_line(&error.to_string());
            vec![error.exit]
        }
    }
}

/// Names the open questions of a suite, which make a run undecided.
fn tell_open_questions(loaded: &LoadedSuite, config: &RunConfig) -> Option<ExitKind> {
    let open = suite::list_open_questions(&loaded.text);
    let counted = open.iter().filter(|it| !config.allow_undecided.names_any(&it.id)).count();
    if counted == 0 {
        return None;
    }
    if config.detail != SummaryDetail::Quiet {
        terminal::print_line(&format!(
            "open questions: {counted}, each marked TODO in {}; a run is undecided until they are answered",
            loaded.file
        ));
    }
    Some(ExitKind::Undecided)
}

fn print_record(
    target: &SuiteTarget,
    record: &ReportedCampaign,
    (reports, config): (&Path, &RunConfig),
) -> Vec<ExitKind> {
    let ReportedCampaign { report, run, left, failure, unwritten } = record;
    let shown = reports.display().to_string();
    let is_quiet = config.detail == SummaryDetail::Quiet;
    let summary = render_summary(report, &ReportLocation { reports: &shown }, config.detail);
    terminal::print_text(&if is_quiet { summary } else { format!("\n{summary}") });
    if target.is_real() && !is_quiet {
        terminal::print_text(&render_settle_times(&run.settled));
    }
    if unwritten.is_none() && !is_quiet {
        terminal::print_line(&format!("reports: {}", reports.join(&report.suite.name).display()));
    }
    for gap in &run.history_gaps {
        terminal::print_line(gap);
    }
    terminal::print_text(&describe_leftovers(left));
    let mut exits = list_exit_kinds(report);
    exits.extend((!left.is_empty()).then_some(ExitKind::LeftBehind));
    // The results above are all that remains of a report that cannot be written.
    for error in failure.iter().chain(unwritten) {
        terminal::print_error_line(&error.to_string());
        exits.push(error.exit);
    }
    exits
}

//! `probity replay`: a recorded plan, carried out and judged again.

use crate::campaign::{CampaignEvent, CampaignListener, PlanResult};
use crate::cleanup::describe_leftovers;
use crate::cli::args::{ReplayArguments, TargetArguments};
use crate::cli::config::configure_target;
use crate::cli::embedded::find_store;
use crate::cli::signal;
use crate::endpoint::RequestWatch;
use crate::history::write_history;
use crate::known_deviations::SuiteExceptions;
use crate::limits::RequestedLimits;
use crate::model::Model;
use crate::oracle::{ClauseSelection, Finding};
use crate::plan::Plan;
use crate::report::{compile_evidence, describe_evidence, describe_steps, list_outcomes, write_file};
use crate::session::{
    CampaignSettings, ClausePatterns, ExitKind, JournalSettings, LoadedSuite, PLAN_BYTES_MAX, RunStart, SessionEvent,
    SessionListener, SpentTotals, UserError, describe_targets, limit_campaign, load_profile, parse_plan, pick_worst,
    replay_plan, resolve_targets, warn_of_credentials,
};
use crate::terminal;
use probity_input::read_input_bytes;
use std::path::{Path, PathBuf};

/// Replays a plan and says whether a clause is contradicted; exit 1 if a clause is.
pub fn replay_file(arguments: &ReplayArguments) -> Result<ExitKind, UserError> {
    let file = &arguments.plan_file;
    let bytes = read_input_bytes(file, PLAN_BYTES_MAX).map_err(UserError::from_input_file)?;
    let plan = parse_plan(&file.display().to_string(), &bytes, None)?;
    let (seed, number) = plan.drawn.unwrap_or((1, 0));
    let seeds = (arguments.seed.unwrap_or(seed), arguments.plan.unwrap_or(number));
    let CarriedPlan { loaded, driven, mut exits } =
        carry_out_plan(&plan, &arguments.target, seeds, arguments.history.as_deref().map(find_folder))?;
    for line in describe_steps(&driven.plan, &list_outcomes(&driven.plan, &driven.history)) {
        terminal::print_line(&format!("  {line}"));
    }
    for finding in &driven.findings {
        terminal::print_text(&describe_finding(&loaded.model, finding, &driven));
    }
    if let Some(path) = &arguments.history {
        let mut bytes = Vec::new();
        let written = write_history(&driven.history.load_history(), &mut bytes).and_then(|()| write_file(path, &bytes));
        if let Err(error) = written {
            let error = UserError::unwritable(path, &error);
            terminal::print_error_line(&error.to_string());
            exits.push(error.exit);
        }
    }
    if exits.is_empty() {
        terminal::print_line("no clause was contradicted");
    }
    Ok(pick_worst(&exits))
}

/// A plan that was carried out.
pub(super) struct CarriedPlan {
    pub loaded: LoadedSuite,
    pub driven: PlanResult,
    /// Why the verb does not end with 0.
    pub exits: Vec<ExitKind>,
}

/// Carries out a plan at its target. `seeds` are the seed of the mock and the number of the plan; `output` is a folder that
/// must be writable. Prints the target, leftovers and errors.
pub(super) fn carry_out_plan(
    plan: &Plan,
    target: &TargetArguments,
    (seed, number): (u64, u64),
    output: Option<PathBuf>,
) -> Result<CarriedPlan, UserError> {
    let start = RunStart::now();
    let config = configure_target(target, &start)?;
    let store = find_store()?;
    let name = store.select_suites(std::slice::from_ref(&plan.suite))?.remove(0);
    let profile = load_profile(config.profile.as_deref())?;
    if let Some(warning) = warn_of_credentials(&profile) {
        terminal::print_error_line(&warning);
    }
    let loaded = vec![store.load(&name, &config.today)?];
    let mut targets = resolve_targets(&config.choice, config.fault.as_deref(), &profile, loaded)?;
    terminal::print_line(&store.describe_origin(&[targets[0].0.clone()], &describe_targets(&targets)));
    let (loaded, target) = targets.remove(0);
    let signals = signal::listen_for_signals();
    let settings = CampaignSettings {
        loaded: &loaded,
        target: &target,
        seed,
        limits: limit_campaign(&RequestedLimits::NONE, &target, SpentTotals::default()),
        selection: &ClauseSelection::default(),
        selected: None,
        excluded: None,
        exceptions: SuiteExceptions::default(),
        allow_undecided: &ClausePatterns::default(),
        times: None,
        settle_percent: config.settle_percent.unwrap_or(profile.settle_percent),
        recorded: &[],
        salt: start.make_salt(),
        wall: start.wall_clock(),
        profile: config.profile.as_ref().map(|path| path.display().to_string()),
        cancel: signals.cancel.clone(),
        journal: JournalSettings::new(Path::new("reports"), config.journal.as_deref(), &start, signals.give_up.clone()),
        output,
        watch: RequestWatch::default(),
        spending: None,
    };
    let (driven, failure) = replay_plan(&settings, plan, number, &mut ReplayListener)?;
    let exits = list_exits(&driven, failure, signals.exit_kind());
    Ok(CarriedPlan { loaded: loaded.clone(), driven, exits })
}

/// Prints leftovers and the error of an early end, and lists why the verb does not end with 0.
fn list_exits(driven: &PlanResult, failure: Option<UserError>, signal: Option<ExitKind>) -> Vec<ExitKind> {
    let mut exits = Vec::new();
    terminal::print_text(&describe_leftovers(&driven.leftovers));
    if let Some(error) = failure {
        terminal::print_error_line(&error.to_string());
        exits.push(error.exit);
    }
    exits.extend(signal);
    exits.extend((!driven.findings.is_empty()).then_some(ExitKind::Deviation));
    exits.extend((!driven.leftovers.is_empty()).then_some(ExitKind::LeftBehind));
    exits
}

/// The folder of a file that will be written.
fn find_folder(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_path_buf()
}

pub(super) fn describe_finding(model: &Model, finding: &Finding, driven: &PlanResult) -> String {
    let names: Vec<&str> = finding.clauses.iter().map(|clause| model.clause_info(*clause).id.as_str()).collect();
    let exchanges = driven.history.load_history().exchanges;
    let evidence = compile_evidence(model, &finding.evidence, &driven.plan, &exchanges, &finding.recorded);
    let mut text = format!("contradicted in step {}: {}\n", finding.step + 1, names.join(", "));
    for line in describe_evidence(&evidence, &finding.seen) {
        text.push_str(&format!("{line}\n"));
    }
    text
}

/// Prints the journal of a replay. The plan itself is printed at its end.
struct ReplayListener;

impl CampaignListener for ReplayListener {
    fn receive_event(&mut self, _: &CampaignEvent<'_>) {}
}

impl SessionListener for ReplayListener {
    fn hear_session(&mut self, event: &SessionEvent<'_>) {
        if let Some(message) = event.user_message() {
            terminal::print_error_line(&message);
        }
    }
}

//! `probity sweep`: deletes the leftovers of runs that have ended.

use crate::cleanup::{
    JOURNAL_FORMAT, JournalEntry, JournalFile, JournalHeader, RunFilter, describe_leftovers, read_journal, read_start,
};
use crate::cli::args::SweepArguments;
use crate::cli::config::check_address;
use crate::cli::dates::parse_span;
use crate::cli::embedded::find_store;
use crate::cli::signal;
use crate::limits::RequestedLimits;
use crate::oracle::ClauseSelection;
use crate::profile::{ChangePolicy, Profile};
use crate::session::{
    CampaignSettings, ExitKind, JournalSettings, RunStart, Signals, SpentTotals, SuiteStore, SuiteTarget, SweepResult,
    UserError, limit_campaign, load_profile, pick_worst, warn_of_credentials,
};
use crate::terminal;
use probity_input::escape_field;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sweeps the endpoint of each suite; exit 6 if a resource could not be deleted.
pub fn sweep_suites(arguments: &SweepArguments) -> Result<ExitKind, UserError> {
    let start = RunStart::now();
    let store = find_store()?;
    let profile = load_profile(Some(&arguments.profile))?;
    if let Some(warning) = warn_of_credentials(&profile) {
        terminal::print_error_line(&warning);
    }
    let mut wanted = select_runs(arguments, &start)?;
    let signals = signal::listen_for_signals();
    let (journals, live) = read_journals(&arguments.journal)?;
    wanted.running = live;
    if let Some(run) = wanted.run.as_ref().filter(|run| wanted.running.contains(*run)) {
        let remedy = "stop the run first; it cleans up at its end";
        return Err(UserError::usage(format!("--run {run}"), "this run has not ended", remedy));
    }
    let sweeper = Sweeper { arguments, store: &store, profile: &profile, wanted, journals, start, signals };
    let mut exits = Vec::new();
    for name in store.select_suites(&arguments.suites)? {
        let named = arguments.endpoint.as_deref().map(|address| check_address("--endpoint", address)).transpose()?;
        let named = named.as_deref();
        let Some(address) = named.or_else(|| profile.find_endpoint(&name)) else { continue };
        exits.push(sweeper.sweep_suite(&name, address).unwrap_or_else(|error| {
            terminal::print_error_line(&error.to_string());
            error.exit
        }));
    }
    if exits.is_empty() {
        let place = arguments.profile.display().to_string();
        let remedy = "add `endpoint` to the profile, or give --endpoint";
        return Err(UserError::input(place, "the profile has no endpoint for these suites", remedy));
    }
    exits.extend(sweeper.signals.exit_kind());
    Ok(pick_worst(&exits))
}

/// Which runs to sweep.
fn select_runs(arguments: &SweepArguments, start: &RunStart) -> Result<RunFilter, UserError> {
    if let Some(run) = arguments.run.as_ref().filter(|run| read_start(run).is_none()) {
        let remedy = "take the id from the name of a journal, or from a mark: probity-<run>-…";
        return Err(UserError::usage(format!("--run {run}"), "the value is not the id of a run", remedy));
    }
    let older_than_s = arguments.older_than.as_deref().map(|span| parse_span("--older-than", span)).transpose()?;
    Ok(RunFilter { run: arguments.run.clone(), older_than_s, now_s: start.seconds, running: BTreeSet::new() })
}

/// The journal of a run that has ended. The file stays locked as long as this value lives.
struct EndedJournal {
    path: PathBuf,
    file: JournalFile,
    whose: JournalHeader,
    entries: Vec<JournalEntry>,
}

/// The journals of ended runs, and the ids of runs that have not ended.
fn read_journals(folder: &Path) -> Result<(Vec<EndedJournal>, BTreeSet<String>), UserError> {
    let (mut ended, mut live) = (Vec::new(), BTreeSet::new());
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((ended, live)),
        Err(error) => return Err(UserError::unreadable(folder, &error)),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    for path in paths {
        let unreadable = |error: std::io::Error| UserError::unreadable(&path, &error);
        let taken = JournalFile::lock_finished(&path).map_err(unreadable)?;
        let (entries, _) = read_journal(&path).map_err(unreadable)?;
        let Some(JournalEntry::Header(whose)) = entries.first().cloned() else { continue };
        if whose.format > JOURNAL_FORMAT {
            let cause =
                format!("the journal has format {}; this program reads formats up to {JOURNAL_FORMAT}", whose.format);
            let remedy = "sweep with the probity that wrote the journal, or a later one";
            return Err(UserError::input(path.display().to_string(), cause, remedy));
        }
        match taken {
            Some(file) => ended.push(EndedJournal { path, file, whose, entries }),
            None => {
                live.insert(whose.run);
            }
        }
    }
    Ok((ended, live))
}

/// What the sweeps of all suites share.
struct Sweeper<'a> {
    arguments: &'a SweepArguments,
    store: &'a SuiteStore,
    profile: &'a Arc<Profile>,
    wanted: RunFilter,
    journals: Vec<EndedJournal>,
    start: RunStart,
    signals: Signals,
}

impl Sweeper<'_> {
    /// Sweeps a suite's endpoint and closes the journals whose resources are all deleted.
    fn sweep_suite(&self, name: &str, address: &str) -> Result<ExitKind, UserError> {
        let dry_run = self.arguments.dry_run;
        let loaded = self.store.load(name, &self.start.date)?.apply_profile(self.profile)?;
        if self.profile.changes != ChangePolicy::Allowed && !dry_run {
            let place = self.arguments.profile.display().to_string();
            let cause = format!("the profile forbids changes, and a sweep deletes resources at {address}");
            return Err(UserError::input(place, cause, "write `changes: allowed`, or add --dry-run"));
        }
        let target = SuiteTarget::Address(address.to_string(), Arc::clone(self.profile));
        // A sweep only cleans up, so the first signal stops the cleaning.
        let (cancel, give_up) = (self.signals.cancel.clone(), self.signals.cancel.clone());
        let settings = CampaignSettings {
            loaded: &loaded,
            target: &target,
            seed: 0,
            limits: limit_campaign(&RequestedLimits::NONE, &target, SpentTotals::default()),
            selection: &ClauseSelection::default(),
            selected: None,
            settle_percent: self.profile.settle_percent,
            recorded: &[],
            salt: self.start.make_salt(),
            profile: None,
            wall: self.start.wall_clock(),
            cancel,
            journal: JournalSettings { folder: self.arguments.journal.clone(), start: self.start.clone(), give_up },
            output: None,
        };
        let same_suite = |journal: &&EndedJournal| {
            let endpoint = journal.whose.endpoint.trim_end_matches('/');
            let same_endpoint = endpoint == address.trim_end_matches('/');
            journal.whose.suite == name && same_endpoint && self.wanted.selects_run(&journal.whose.run)
        };
        let journals: Vec<&EndedJournal> = self.journals.iter().filter(same_suite).collect();
        let entries: Vec<Vec<JournalEntry>> = journals.iter().map(|journal| journal.entries.clone()).collect();
        let cleared = crate::session::sweep_endpoint(&settings, &entries, &self.wanted, dry_run)?;
        print_cleared(name, address, &cleared, dry_run);
        let found = &cleared.found;
        if dry_run {
            return Ok(ExitKind::Passed);
        }
        if !cleared.leftovers.is_empty() || !found.unproven.is_empty() || found.unread_reason.is_some() {
            return Ok(ExitKind::LeftBehind);
        }
        for journal in journals {
            journal.file.remove_file().map_err(|error| UserError::unwritable(&journal.path, &error))?;
        }
        Ok(ExitKind::Passed)
    }
}

fn print_cleared(name: &str, address: &str, cleared: &SweepResult, dry_run: bool) {
    let found = &cleared.found;
    terminal::print_line(&format!("{name} at {address}: {}", count_leftovers(found.created.len())));
    for (run, count) in &found.runs {
        terminal::print_line(&format!("  run {run}: {}", count_leftovers(*count)));
    }
    if dry_run {
        for made in &found.created {
            terminal::print_line(&format!(
                "  would be deleted, as {}: {} {}",
                made.caller,
                escape_field(&made.handle),
                escape_field(&made.id)
            ));
        }
    } else {
        for handle in &cleared.deleted {
            terminal::print_line(&format!("  deleted: {}", escape_field(handle)));
        }
    }
    for (run, count) in &found.kept {
        terminal::print_line(&format!(
            "  not deleted: {} of run {run}, which may not have ended; --run {run} deletes them",
            count_leftovers(*count)
        ));
    }
    if let Some(because) = &found.unread_reason {
        terminal::print_line(&format!("  leftovers without a journal were not searched: {}", escape_field(because)));
    }
    terminal::print_text(&describe_leftovers(&cleared.leftovers));
    terminal::print_text(&describe_leftovers(&found.unproven));
}

fn count_leftovers(count: usize) -> String {
    match count {
        0 => "no leftovers".to_string(),
        1 => "1 leftover".to_string(),
        many => format!("{many} leftovers"),
    }
}

//! `probity sweep`: deletes the leftovers of runs that have ended.

use crate::cleanup::{
    JOURNAL_FORMAT, JournalFile, JournalHeader, JournalLines, RunFilter, describe_leftovers, read_journal, read_start,
};
use crate::cli::args::SweepArguments;
use crate::cli::config::check_address;
use crate::cli::dates::parse_span;
use crate::cli::embedded::find_store;
use crate::cli::signal;
use crate::endpoint::RequestWatch;
use crate::known_deviations::SuiteExceptions;
use crate::limits::RequestedLimits;
use crate::oracle::ClauseSelection;
use crate::profile::{ChangePolicy, Profile};
use crate::session::{
    CampaignSettings, ClausePatterns, ExitKind, JournalSettings, RunStart, Signals, SpentTotals, SuiteStore,
    SuiteTarget, SweepResult, UserError, limit_campaign, load_profile, pick_worst, warn_of_credentials,
};
use crate::terminal;
use probity_input::escape_field;
use std::cell::Cell;
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
    let JournalFolder { ended: journals, live, nameless } = JournalFolder::read(&arguments.journal)?;
    wanted.running = live;
    if let Some(run) = wanted.run.as_ref().filter(|run| wanted.running.contains(*run)) {
        let remedy = "stop the run first; it cleans up at its end";
        return Err(UserError::usage(format!("--run {run}"), "this run has not ended", remedy));
    }
    let used = Cell::new(0);
    let sweeper = Sweeper { arguments, store: &store, profile: &profile, wanted, journals, start, signals, used };
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
    for path in nameless {
        let path = path.display();
        terminal::print_error_line(&format!("{path}: neither the file nor its name tells the run; decide by hand"));
        exits.push(ExitKind::LeftBehind);
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
    Ok(RunFilter {
        run: arguments.run.clone(),
        older_than_s,
        now_s: start.seconds,
        marks_only: arguments.marks_only,
        ..RunFilter::default()
    })
}

/// The journal of a run that has ended. The file stays locked as long as this value lives.
struct EndedJournal {
    path: PathBuf,
    file: JournalFile,
    /// The id of the run, from the first line or from the name of the file.
    run: String,
    lines: JournalLines,
}

impl EndedJournal {
    /// Whether the journal is of a suite at an endpoint, or has lost the line that tells both.
    fn concerns(&self, suite: &str, address: &str) -> bool {
        let same_endpoint = |header: &JournalHeader| {
            header.suite == suite && header.endpoint.trim_end_matches('/') == address.trim_end_matches('/')
        };
        self.lines.header().is_none_or(same_endpoint)
    }
}

/// The journals in a folder.
#[derive(Default)]
struct JournalFolder {
    ended: Vec<EndedJournal>,
    /// Ids of runs that have not ended.
    live: BTreeSet<String>,
    /// Journals with creates, and without any id of a run.
    nameless: Vec<PathBuf>,
}

impl JournalFolder {
    /// Reads the journals of a folder, and names each line that cannot be used.
    fn read(folder: &Path) -> Result<JournalFolder, UserError> {
        let mut journals = JournalFolder::default();
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(journals),
            Err(error) => return Err(UserError::unreadable(folder, &error)),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
        paths.sort();
        for path in paths {
            journals.add_journal(path)?;
        }
        Ok(journals)
    }

    fn add_journal(&mut self, path: PathBuf) -> Result<(), UserError> {
        let unreadable = |error: std::io::Error| UserError::unreadable(&path, &error);
        let taken = JournalFile::lock_finished(&path).map_err(unreadable)?;
        let lines = read_journal(&path).map_err(unreadable)?;
        if let Some(format) = lines.header().map(|header| header.format).filter(|format| *format > JOURNAL_FORMAT) {
            let cause = format!("the journal has format {format}; this program reads formats up to {JOURNAL_FORMAT}");
            let remedy = "sweep with the probity that wrote the journal, or a later one";
            return Err(UserError::input(path.display().to_string(), cause, remedy));
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| read_start(stem).is_some());
        let run = lines.header().map(|header| header.run.clone()).or_else(|| stem.map(str::to_string));
        match (taken, run) {
            (None, run) => self.live.extend(run),
            (Some(file), Some(run)) => {
                print_unread_lines(&path, &lines);
                self.ended.push(EndedJournal { path, file, run, lines });
            }
            (Some(_), None) => {
                print_unread_lines(&path, &lines);
                if !lines.entries.is_empty() {
                    self.nameless.push(path);
                }
            }
        }
        Ok(())
    }
}

/// Names the lines of a journal that cannot be used.
fn print_unread_lines(path: &Path, lines: &JournalLines) {
    for line in &lines.unread {
        let text = format!("{}:{}: {}; the other lines are used", path.display(), line.number, line.cause);
        terminal::print_error_line(&text);
    }
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
    /// Requests of the sweeps so far.
    used: Cell<u64>,
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
            limits: limit_campaign(
                &RequestedLimits::NONE,
                &target,
                SpentTotals { requests: self.used.get(), seconds: 0 },
            ),
            selection: &ClauseSelection::default(),
            selected: None,
            excluded: None,
            exceptions: SuiteExceptions::default(),
            allow_undecided: &ClausePatterns::default(),
            times: None,
            settle_percent: self.profile.settle_percent,
            recorded: &[],
            salt: self.start.make_salt(),
            profile: None,
            wall: self.start.wall_clock(),
            cancel,
            journal: JournalSettings { folder: self.arguments.journal.clone(), start: self.start.clone(), give_up },
            output: None,
            watch: RequestWatch::default(),
            spending: None,
        };
        let selected = |journal: &&EndedJournal| self.wanted.selects_run(&journal.run);
        let (journals, others): (Vec<&EndedJournal>, Vec<&EndedJournal>) =
            self.journals.iter().filter(selected).partition(|journal| journal.concerns(name, address));
        let lines: Vec<(String, JournalLines)> =
            journals.iter().map(|journal| (journal.run.clone(), journal.lines.clone())).collect();
        let elsewhere = others.iter().map(|journal| journal.run.clone()).collect();
        let wanted = RunFilter { elsewhere, ..self.wanted.clone() };
        let cleared = crate::session::sweep_endpoint(&settings, &lines, &wanted, dry_run)?;
        self.used.set(self.used.get() + cleared.requests);
        print_cleared(name, address, &cleared, dry_run);
        let found = &cleared.found;
        if dry_run {
            return Ok(ExitKind::Passed);
        }
        if !cleared.leftovers.is_empty() || !found.unproven.is_empty() || found.unread_reason.is_some() {
            return Ok(ExitKind::LeftBehind);
        }
        for journal in journals.iter().filter(|journal| !cleared.foreign.contains(&journal.run)) {
            journal.file.remove_file().map_err(|error| UserError::unwritable(&journal.path, &error))?;
        }
        // Without its first line, a journal with creates of another suite does not tell their endpoint.
        let lost = journals.iter().any(|journal| cleared.foreign.contains(&journal.run));
        Ok(if lost { ExitKind::LeftBehind } else { ExitKind::Passed })
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

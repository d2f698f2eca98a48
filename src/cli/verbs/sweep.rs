//! `probity sweep`: deletes what runs that are over have left on an endpoint.

use crate::cleanup::{Entry, JOURNAL_FORMAT, JournalFile, Wanted, Whose, began_of, describe_leftovers, read_journal};
use crate::cli::clock::{self, Began};
use crate::cli::drive::{Chosen, Keeping, Order};
use crate::cli::exit::{Exit, worst};
use crate::cli::shelf::Shelf;
use crate::cli::signal::Signals;
use crate::cli::sweeping::{self, Cleared};
use crate::cli::wrong::Wrong;
use crate::cli::{meant, out, target, typed};
use crate::endpoint::{Changes, Profile};
use crate::limits::RequestedLimits;
use crate::oracle::Selection;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Sweeps each suite's endpoint; 6 if something could not be deleted.
pub fn sweep(typed: &typed::Sweep) -> Result<Exit, Wrong> {
    let began = Began::now();
    let shelf = Shelf::find(Path::new(""))?;
    let profile = target::profile(Some(&typed.profile))?;
    let mut wanted = wanted(typed, &began)?;
    let signals = Signals::listen();
    let (journals, live) = journals(&typed.journal)?;
    wanted.live = live;
    if let Some(run) = wanted.run.as_ref().filter(|run| wanted.live.contains(*run)) {
        return Err(Wrong::usage(format!("--run {run}"), "this run lives", "stop it first; it cleans up after itself"));
    }
    let mut exits = Vec::new();
    let mut asked = 0;
    for name in shelf.select(&typed.suites)? {
        let named = typed.endpoint.as_deref().map(|address| address.trim_end_matches('/'));
        let Some(address) = named.or_else(|| profile.endpoint(&name)) else { continue };
        asked += 1;
        let swept = one(typed, &shelf, (&name, address, &profile), &wanted, &journals, &began, &signals);
        exits.push(swept.unwrap_or_else(|wrong| {
            eprintln!("{wrong}");
            wrong.exit
        }));
    }
    if asked == 0 {
        let place = typed.profile.display().to_string();
        return Err(Wrong::input(place, "it has no endpoint for these suites", "add `endpoint`, or --endpoint"));
    }
    exits.extend(signals.came());
    Ok(worst(&exits))
}

fn wanted(typed: &typed::Sweep, began: &Began) -> Result<Wanted, Wrong> {
    if let Some(run) = typed.run.as_ref().filter(|run| began_of(run).is_none()) {
        let remedy = "take it from the name of the journal, or of a thing: probity-<run>-…";
        return Err(Wrong::usage(format!("--run {run}"), "it is no id of a run", remedy));
    }
    let older_than_s = typed.older_than.as_deref().map(|span| clock::span("--older-than", span)).transpose()?;
    Ok(Wanted { run: typed.run.clone(), older_than_s, now_s: began.seconds, live: BTreeSet::new() })
}

/// A journal of a run that is over, locked as long as this is kept.
struct Over {
    path: PathBuf,
    file: JournalFile,
    whose: Whose,
    entries: Vec<Entry>,
}

/// The journals of runs that are over, and the ids of runs that live.
fn journals(folder: &Path) -> Result<(Vec<Over>, BTreeSet<String>), Wrong> {
    let (mut over, mut live) = (Vec::new(), BTreeSet::new());
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((over, live)),
        Err(error) => return Err(Wrong::unreadable(folder, &error)),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    paths.sort();
    for path in paths {
        let unreadable = |error: std::io::Error| Wrong::unreadable(&path, &error);
        let taken = JournalFile::take(&path).map_err(unreadable)?;
        let (entries, _) = read_journal(&path).map_err(unreadable)?;
        let Some(Entry::Whose(whose)) = entries.first().cloned() else { continue };
        if whose.format > JOURNAL_FORMAT {
            let cause = format!("its format is {}, this program reads up to {JOURNAL_FORMAT}", whose.format);
            let remedy = "sweep with the probity that wrote it, or a later one";
            return Err(Wrong::input(path.display().to_string(), cause, remedy));
        }
        match taken {
            Some(file) => over.push(Over { path, file, whose, entries }),
            None => {
                live.insert(whose.run);
            }
        }
    }
    Ok((over, live))
}

fn one(
    typed: &typed::Sweep,
    shelf: &Shelf,
    (name, address, profile): (&str, &str, &Arc<Profile>),
    wanted: &Wanted,
    journals: &[Over],
    began: &Began,
    signals: &Signals,
) -> Result<Exit, Wrong> {
    let loaded = shelf.load(name, &began.day)?.at(profile)?;
    if profile.changes != Changes::Allowed && !typed.dry_run {
        let place = typed.profile.display().to_string();
        let cause = format!("it does not allow changes, and a sweep deletes things at {address}");
        return Err(Wrong::input(place, cause, "write `changes: allowed`, or look only, with --dry-run"));
    }
    let chosen = Chosen::Address(address.to_string(), Arc::clone(profile));
    let order = Order {
        loaded: &loaded,
        chosen: &chosen,
        seed: 0,
        limits: meant::limits(&RequestedLimits::NONE, &chosen, meant::Used::default()),
        selection: &Selection::default(),
        selected: None,
        settle_percent: profile.settle_percent,
        witnesses: &[],
        salt: began.salt(),
        profile: None,
        wall: began.wall(),
        cancel: signals.cancel.clone(),
        keeping: Keeping {
            journals: typed.journal.clone(),
            began: began.clone(),
            // Here cleaning up is all there is to stop.
            give_up: signals.cancel.clone(),
        },
    };
    let same = |over: &&Over| {
        let endpoint = over.whose.endpoint.trim_end_matches('/');
        over.whose.suite == name && endpoint == address.trim_end_matches('/') && wanted.means(&over.whose.run)
    };
    let mine: Vec<&Over> = journals.iter().filter(same).collect();
    let entries: Vec<Vec<Entry>> = mine.iter().map(|over| over.entries.clone()).collect();
    let cleared = sweeping::sweep(&order, &entries, wanted, typed.dry_run)?;
    tell(name, address, &cleared, typed.dry_run);
    let found = &cleared.found;
    if typed.dry_run {
        return Ok(Exit::Passed);
    }
    if cleared.left.is_empty() && found.unsure.is_empty() && found.unread.is_none() {
        for over in mine {
            over.file.close().map_err(|error| Wrong::unwritable(&over.path, &error))?;
        }
        return Ok(Exit::Passed);
    }
    Ok(Exit::LeftBehind)
}

fn tell(name: &str, address: &str, cleared: &Cleared, dry_run: bool) {
    let found = &cleared.found;
    out::line(&format!("{name} at {address}: {}", counted(found.made.len())));
    for (run, things) in &found.runs {
        out::line(&format!("  run {run}: {}", counted(*things)));
    }
    if dry_run {
        for made in &found.made {
            out::line(&format!("  would be deleted, as {}: {} {}", made.caller, made.handle, made.id));
        }
    } else {
        for handle in &cleared.gone {
            out::line(&format!("  gone: {handle}"));
        }
    }
    for (run, things) in &found.alone {
        out::line(&format!(
            "  left alone: {} of run {run}, which may need them; --run {run} deletes them",
            counted(*things)
        ));
    }
    if let Some(because) = &found.unread {
        out::line(&format!("  what no journal names was not looked for: {because}"));
    }
    out::print(&describe_leftovers(&cleared.left));
    out::print(&describe_leftovers(&found.unsure));
}

fn counted(things: usize) -> String {
    match things {
        0 => "nothing was left behind".to_string(),
        1 => "1 thing was left behind".to_string(),
        many => format!("{many} things were left behind"),
    }
}

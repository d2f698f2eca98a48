//! `probity run`: every suite's campaign; those against the mock side by side.

use crate::cli::clock::Began;
use crate::cli::drive::{Chosen, Drive, Ended, Filing, Keeping, Order, campaign, concluded, journals};
use crate::cli::exit::{self, Exit, worst};
use crate::cli::lead::on_running_clock;
use crate::cli::meant::Used;
use crate::cli::progress::Progress;
use crate::cli::rehearsal::{self, Rehearsed};
use crate::cli::shelf::{self, Loaded, Shelf};
use crate::cli::signal::Signals;
use crate::cli::wrong::Wrong;
use crate::cli::{meant, out, ready, target, typed};
use crate::report::{Shown, summary, times_table};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;

/// Runs the suites and prints what came of each.
pub fn run(typed: &typed::Run, drive: Drive<'_>) -> Result<Exit, Wrong> {
    let began = Began::now();
    let settings = meant::run(typed, &began)?;
    let shelf = Shelf::find(Path::new(""))?;
    let profile = target::profile(settings.target.profile.as_deref())?;
    let names = shelf.select(&settings.suites)?;
    let loaded =
        names.iter().map(|name| shelf.load(name, &settings.target.today)).collect::<Result<Vec<Loaded>, Wrong>>()?;
    target::known_pools(&profile, &loaded, &shelf, &settings.target.today)?;
    let chosen = target::chosen(&settings.target, &profile, settings.clauses.narrow(loaded)?)?;
    let loaded: Vec<Loaded> = chosen.iter().map(|(loaded, _)| loaded.clone()).collect();
    let origin = shelf::origin(&shelf, &loaded, &target::asked(&chosen));
    out::line(&origin);
    let signals = Signals::listen();
    let filing = Filing { reports: &settings.reports, origin: &origin, began: &began };
    // Real endpoints are asked one after the other: what they bear is counted in requests per second.
    let threads = if chosen.iter().any(|(_, chosen)| chosen.real()) { 1 } else { cores().min(chosen.len()) };
    let mut exits = Vec::new();
    let used = Mutex::new(Used::default());
    let campaign = |index: usize| {
        let (loaded, chosen) = &chosen[index];
        let signals = (signals.came().is_none()).then_some(&signals)?;
        let progress = Progress::new(&loaded.name, loaded.model.clone(), threads == 1);
        let before = *used.lock().expect("no campaign panics with it");
        let percent = profile.settle_percent;
        let ended = one(&settings, &shelf, (loaded, chosen, before), percent, signals, &filing, (progress, drive));
        match &ended {
            Ok(Came::Ended(ended)) => used.lock().expect("no campaign panics with it").add(ended),
            Ok(Came::Foretold(foretold)) => used.lock().expect("no campaign panics with it").spend(*foretold),
            Err(_) => {}
        }
        Some(ended)
    };
    side_by_side(chosen.len(), threads, campaign, |index, ended| {
        if let Some(ended) = ended {
            let (loaded, chosen) = &chosen[index];
            exits.push((loaded.name.clone(), told(ended, chosen, &settings.reports)));
        }
    });
    exits.extend(signals.came().map(|exit| ("all".to_string(), exit)));
    let (exit, line) = concluded(&exits);
    out::line(if settings.dry_run && exit == Exit::Passed { "exit 0: a dry run, nothing was created" } else { &line });
    Ok(exit)
}

fn one(
    settings: &meant::Run,
    shelf: &Shelf,
    (loaded, chosen, used): (&Loaded, &Chosen, Used),
    settle_percent: u32,
    signals: &Signals,
    filing: &Filing<'_>,
    (mut progress, drive): (Progress, Drive<'_>),
) -> Result<Came, Wrong> {
    let selection = settings.clauses.of(loaded);
    let witnesses = shelf.witnesses(&loaded.name)?;
    let limits = meant::limits(&settings.limits, chosen, used);
    if let Chosen::Address(..) = chosen {
        let only = if chosen.reading_only() { "; only reading, because the profile forbids changes" } else { "" };
        out::line(&format!("{}: {}{only}", loaded.name, meant::told(&limits)));
    }
    let order = Order {
        loaded,
        chosen,
        seed: settings.seed,
        limits,
        selection: &selection,
        selected: settings.clauses.shown(),
        settle_percent: settings.target.settle_percent.unwrap_or(settle_percent),
        witnesses: &witnesses,
        salt: filing.began.salt(),
        wall: filing.began.wall(),
        profile: settings.target.profile.as_ref().map(|path| path.display().to_string()),
        cancel: signals.cancel.clone(),
        keeping: Keeping {
            journals: journals(&settings.reports, settings.target.journal.as_deref()),
            began: filing.began.clone(),
            give_up: signals.give_up.clone(),
        },
    };
    if settings.dry_run {
        return foretold(&order, &settings.reports).map(Came::Foretold);
    }
    campaign(&order, filing, &mut progress, drive).map(|ended| Came::Ended(Box::new(ended)))
}

/// What came of one suite.
enum Came {
    Ended(Box<Ended>),
    /// Nothing was created; so much would be spent.
    Foretold(Used),
}

/// Says what the campaign would ask of its endpoint, which is only read.
fn foretold(order: &Order<'_>, reports: &Path) -> Result<Used, Wrong> {
    let name = &order.loaded.name;
    let Chosen::Address(address, profile) = order.chosen else {
        out::line(&format!("{name}: nothing, because it would be run against the built-in mock"));
        return Ok(Used::default());
    };
    let (there, rooms) = on_running_clock(ready::measured(order.loaded, address, profile, &order.wall))??;
    let order = Order { loaded: &there.loaded, ..order.clone() };
    let foreseen = rehearsal::foreseen(&order, &rehearsal::earlier(reports, name, address))?;
    out::print(&rehearsal::told(&foreseen, order.limits.live_resources, &rooms, profile));
    let Rehearsed { requests, took, .. } = foreseen.usual;
    Ok(Used { requests, seconds: took.as_secs() })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does so many jobs on so many threads; what comes of them is taken in their order, whichever is done first.
fn side_by_side<T: Send>(jobs: usize, threads: usize, job: impl Fn(usize) -> T + Sync, mut done: impl FnMut(usize, T)) {
    let next = AtomicUsize::new(0);
    let (tell, told) = std::sync::mpsc::channel();
    let work = |tell: Sender<(usize, T)>| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            // Nobody listens any more where the taking of an earlier result has failed.
            if index >= jobs || tell.send((index, job(index))).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (tell, work) = (tell.clone(), &work);
            scope.spawn(move || work(tell));
        }
        drop(tell);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (index, result) in told {
            early.insert(index, result);
            while let Some(result) = early.remove(&due) {
                done(due, result);
                due += 1;
            }
        }
    });
}

/// One suite's summary or error; the other suites are run all the same.
fn told(came: Result<Came, Wrong>, chosen: &Chosen, reports: &Path) -> Exit {
    match came {
        Ok(Came::Foretold(_)) => Exit::Passed,
        Ok(Came::Ended(ended)) => {
            let Ended { report, run, left } = *ended;
            let shown = reports.display().to_string();
            out::print(&format!("\n{}", summary(&report, &Shown { reports: &shown })));
            if chosen.real() {
                out::print(&times_table(&run.settled));
            }
            out::line(&format!("reports: {}", reports.join(&report.suite.name).display()));
            for thing in &left {
                out::line(&format!("left behind: {} {}: {}", thing.handle, thing.id, thing.because));
            }
            let leftovers = if left.is_empty() { Exit::Passed } else { Exit::LeftBehind };
            worst(&[exit::of(&report), leftovers])
        }
        Err(wrong) => {
            eprintln!("{wrong}");
            wrong.exit
        }
    }
}

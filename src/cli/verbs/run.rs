//! `probity run`: every suite's campaign, one after the other.

use crate::cli::clock::Began;
use crate::cli::drive::{Chosen, Drive, Filing, Order, campaign, concluded};
use crate::cli::exit::{self, Exit, worst};
use crate::cli::progress::Progress;
use crate::cli::shelf::{self, Loaded, Shelf};
use crate::cli::signal::Signals;
use crate::cli::wrong::Wrong;
use crate::cli::{meant, out, target, typed};
use crate::report::{Report, Shown, summary};
use crate::run::Left;
use std::path::Path;

/// Runs the suites and prints what came of each.
pub fn run(typed: &typed::Run, drive: Drive<'_>) -> Result<Exit, Wrong> {
    let began = Began::now();
    let settings = meant::run(typed, &began)?;
    let shelf = Shelf::find(Path::new(""))?;
    let profile = target::profile(settings.target.profile.as_deref())?;
    let names = shelf.select(&settings.suites)?;
    let loaded =
        names.iter().map(|name| shelf.load(name, &settings.target.today)).collect::<Result<Vec<Loaded>, Wrong>>()?;
    let chosen = target::chosen(&settings.target, &profile, settings.clauses.narrow(loaded)?)?;
    let loaded: Vec<Loaded> = chosen.iter().map(|(loaded, _)| loaded.clone()).collect();
    let origin = shelf::origin(&shelf, &loaded, &target::asked(&chosen));
    out::line(&origin);
    let signals = Signals::listen();
    let filing = Filing { reports: &settings.reports, origin: &origin, began: &began };
    let mut exits = Vec::new();
    for (loaded, chosen) in &chosen {
        if signals.came().is_some() {
            break;
        }
        let ended = one(&settings, &shelf, (loaded, chosen), profile.settle_percent, &signals, &filing, drive);
        exits.push((loaded.name.clone(), told(ended, &settings.reports)));
    }
    exits.extend(signals.came().map(|exit| ("all".to_string(), exit)));
    let (exit, line) = concluded(&exits);
    out::line(&line);
    Ok(exit)
}

fn one(
    settings: &meant::Run,
    shelf: &Shelf,
    (loaded, chosen): (&Loaded, &Chosen),
    settle_percent: u32,
    signals: &Signals,
    filing: &Filing<'_>,
    drive: Drive<'_>,
) -> Result<(Report, Vec<Left>), Wrong> {
    let selection = settings.clauses.of(loaded);
    let witnesses = shelf.witnesses(&loaded.name)?;
    let order = Order {
        loaded,
        chosen,
        seed: settings.seed,
        budget: settings.limits.budget(chosen),
        selection: &selection,
        selected: settings.clauses.shown(),
        settle_percent: settings.target.settle_percent.unwrap_or(settle_percent),
        witnesses: &witnesses,
        salt: filing.began.salt(),
        wall: filing.began.wall(),
        profile: settings.target.profile.as_ref().map(|path| path.display().to_string()),
        cancel: signals.cancel.clone(),
    };
    campaign(&order, filing, &mut Progress::new(&loaded.name, loaded.model.clone()), drive)
}

/// One suite's summary or error; the other suites are run all the same.
fn told(ended: Result<(Report, Vec<Left>), Wrong>, reports: &Path) -> Exit {
    match ended {
        Ok((report, left)) => {
            let shown = reports.display().to_string();
            out::print(&format!("\n{}", summary(&report, &Shown { reports: &shown })));
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

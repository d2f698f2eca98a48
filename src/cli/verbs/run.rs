//! `probity run`: every suite's campaign, one after the other.

use crate::cli::clock::Began;
use crate::cli::drive::{Chosen, Drive, Filing, Order, campaign, concluded};
use crate::cli::exit::{self, Exit};
use crate::cli::meant::{self, Whom};
use crate::cli::progress::Progress;
use crate::cli::shelf::{self, Loaded, Shelf};
use crate::cli::signal::Signals;
use crate::cli::wrong::{Wrong, meant as did_you_mean};
use crate::cli::{out, typed};
use crate::endpoint::mock::{Mutant, mutants};
use crate::report::{Report, Shown, summary};
use std::path::Path;

/// Runs the suites and prints what came of each.
pub fn run(typed: &typed::Run, base: &Path, drive: Drive<'_>) -> Result<Exit, Wrong> {
    let began = Began::now();
    let settings = meant::run(typed, &began)?;
    let shelf = Shelf::find(base)?;
    let ordered = ordered(&settings, &shelf)?;
    let signals = Signals::listen();
    let loaded: Vec<Loaded> = ordered.iter().map(|(loaded, _)| loaded.clone()).collect();
    let origin = shelf::origin(&shelf, &loaded, &asked(&ordered));
    out::line(&origin);
    let filing = Filing { reports: &settings.reports, origin: &origin, began: &began };
    let mut exits = Vec::new();
    for (loaded, chosen) in &ordered {
        if signals.came().is_some() {
            break;
        }
        let selection = settings.clauses.of(loaded);
        let order = Order {
            loaded,
            chosen,
            seed: settings.seed,
            budget: settings.limits.budget(chosen.real()),
            selection: &selection,
            selected: settings.clauses.shown(),
            settle_percent: settings.target.settle_percent.unwrap_or(100),
            cancel: signals.cancel.clone(),
        };
        let ended = campaign(&order, &filing, &mut Progress::new(&loaded.name, loaded.model.clone()), drive);
        exits.push((loaded.name.clone(), told(ended, &settings.reports)));
    }
    exits.extend(signals.came().map(|exit| ("all".to_string(), exit)));
    let (exit, line) = concluded(&exits);
    out::line(&line);
    Ok(exit)
}

/// One suite's summary or error; the other suites are run all the same.
fn told(ended: Result<Report, Wrong>, reports: &Path) -> Exit {
    match ended {
        Ok(report) => {
            let shown = reports.display().to_string();
            out::print(&format!("\n{}", summary(&report, &Shown { reports: &shown })));
            out::line(&format!("reports: {}", reports.join(&report.suite.name).display()));
            exit::of(&report)
        }
        Err(wrong) => {
            eprintln!("{wrong}");
            wrong.exit
        }
    }
}

/// The suites that are to be run, each with whom it asks.
fn ordered(settings: &meant::Run, shelf: &Shelf) -> Result<Vec<(Loaded, Chosen)>, Wrong> {
    let names = shelf.select(&settings.suites)?;
    let loaded =
        names.iter().map(|name| shelf.load(name, &settings.target.today)).collect::<Result<Vec<Loaded>, Wrong>>()?;
    let loaded = settings.clauses.narrow(loaded)?;
    match (&settings.target.whom, &settings.target.fault) {
        (Whom::Mock, None) => Ok(loaded.into_iter().map(|loaded| (loaded, Chosen::Mock(None))).collect()),
        (Whom::Mock, Some(fault)) => broken(loaded, fault),
        _ => Err(Wrong::usage("--endpoint", "not yet", "mock")),
    }
}

/// The suites that have a mutant of that name.
fn broken(loaded: Vec<Loaded>, fault: &str) -> Result<Vec<(Loaded, Chosen)>, Wrong> {
    let mut known: Vec<String> = Vec::new();
    let mut chosen = Vec::new();
    for loaded in loaded {
        let all = mutants(&loaded.model, &loaded.schemas);
        known.extend(all.iter().map(|mutant| mutant.name.clone()));
        let found: Option<Mutant> = all.into_iter().find(|mutant| mutant.name == fault);
        if let Some(mutant) = found {
            chosen.push((loaded, Chosen::Mock(Some(mutant))));
        }
    }
    if chosen.is_empty() {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(Wrong::usage(
            format!("--fault {fault}"),
            "no suite has a mutant of that name",
            did_you_mean(fault, &known),
        ));
    }
    Ok(chosen)
}

/// Whom all of them ask, for the first line.
fn asked(ordered: &[(Loaded, Chosen)]) -> String {
    let mut all: Vec<String> = ordered
        .iter()
        .map(|(_, chosen)| match chosen {
            Chosen::Mock(None) => "the built-in mock, which is not a real API".to_string(),
            Chosen::Mock(Some(fault)) => format!("the built-in mock with the fault `{}`", fault.name),
        })
        .collect();
    all.dedup();
    all.join(", ")
}

//! `probity mutants`: the ways in which the mock can break a promise, as the suite gives them, and
//! which of them a short campaign finds.

use crate::campaign::{Chased, Terms, chase};
use crate::cli::clock::Began;
use crate::cli::exit::Exit;
use crate::cli::lead::WORLDS_MAX;
use crate::cli::meant::Patterns;
use crate::cli::shelf::{Loaded, Shelf};
use crate::cli::signal::Signals;
use crate::cli::wrong::Wrong;
use crate::cli::{out, typed};
use crate::endpoint::mock::{self, Mutant};
use crate::limits::RequestedLimits;
use std::path::Path;

/// Lists mutants, one name per line for `--fault`, or runs campaigns against each.
pub fn mutants(typed: &typed::Mutants) -> Result<Exit, Wrong> {
    let shelf = Shelf::find(Path::new(""))?;
    let patterns = Patterns::new("--only", &typed.only)?;
    let today = Began::now().day;
    let signals = typed.run.then(Signals::listen);
    let mut exit = Exit::Passed;
    for suite in shelf.select(&typed.suites)? {
        let loaded = shelf.load(&suite, &today)?;
        let mut chosen = mock::mutants(&loaded.model, &loaded.schemas);
        chosen.retain(|mutant| patterns.hold(&mutant.name));
        let Some(signals) = &signals else {
            let lines: String = chosen.iter().map(|mutant| format!("{}\n", mutant.name)).collect();
            out::print(&lines);
            continue;
        };
        let chased = chased(&loaded, &chosen, typed, signals)?;
        if let Some(signal) = signals.came() {
            return Ok(signal);
        }
        out::print(&told(&loaded.name, &chased, typed));
        if chased.iter().any(|chased| chased.count() == 0) {
            exit = Exit::Deviation;
        }
    }
    Ok(exit)
}

fn chased(
    loaded: &Loaded,
    mutants: &[Mutant],
    typed: &typed::Mutants,
    signals: &Signals,
) -> Result<Vec<Chased>, Wrong> {
    let terms = Terms {
        limits: RequestedLimits { requests: Some(typed.requests), ..RequestedLimits::NONE }.for_mock(),
        seeds: typed.seeds,
        worlds_max: WORLDS_MAX,
    };
    chase(&loaded.model, &loaded.schemas, mutants, &terms, &signals.cancel).map_err(|error| {
        Wrong::input(&loaded.file, error.to_string(), "correct the expression; `probity lint` checks its types")
    })
}

/// The mutants by how often they were found, the least first, and what they come to.
fn told(suite: &str, chased: &[Chased], typed: &typed::Mutants) -> String {
    let mut text = String::new();
    let mut rising: Vec<&Chased> = chased.iter().collect();
    rising.sort_by_key(|chased| chased.count());
    for chased in rising {
        let verdict = match chased.median() {
            _ if chased.count() == 0 => "survives".to_string(),
            None => "found on fewer than half".to_string(),
            Some(median) => format!("found after {median} requests"),
        };
        text.push_str(&format!(
            "{:>3} of {} seeds  {}  {verdict}\n",
            chased.count(),
            chased.found.len(),
            chased.mutant.name
        ));
    }
    let mostly = |chased: &&Chased| chased.count() * 10 >= chased.found.len() * 9;
    let survivors = chased.iter().filter(|chased| chased.count() == 0).count();
    text.push_str(&format!(
        "{suite}: {} mutants, {} found on at least nine of ten seeds within {} requests, {survivors} on none\n",
        chased.len(),
        chased.iter().filter(mostly).count(),
        typed.requests,
    ));
    text
}

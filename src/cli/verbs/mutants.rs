//! `probity mutants`: the mutants of suites, and how many campaigns detect each.

use crate::campaign::{Chased, Terms, chase};
use crate::cli::args::MutantsArguments;
use crate::cli::embedded::find_store;
use crate::cli::{out, signal};
use crate::limits::RequestedLimits;
use crate::mock::{self, Mutant};
use crate::session::{ClausePatterns, ExitKind, LoadedSuite, RunStart, STATES_MAX, Signals, UserError};

/// Lists mutants, one name per line, or runs campaigns against each.
pub fn mutants(arguments: &MutantsArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let patterns = ClausePatterns::new("--only", &arguments.only)?;
    let today = RunStart::now().date;
    let signals = arguments.run.then(signal::listen);
    let mut exit = ExitKind::Passed;
    for suite in store.select_suites(&arguments.suites)? {
        let loaded = store.load(&suite, &today)?;
        let mut chosen = mock::mutants(&loaded.model, &loaded.schemas);
        chosen.retain(|mutant| patterns.matches(&mutant.name));
        let Some(signals) = &signals else {
            let lines: String = chosen.iter().map(|mutant| format!("{}\n", mutant.name)).collect();
            out::print(&lines);
            continue;
        };
        let scores = run_campaigns(&loaded, &chosen, arguments, signals)?;
        if let Some(signal) = signals.received() {
            return Ok(signal);
        }
        out::print(&describe_scores(&loaded.name, &scores, arguments));
        if scores.iter().any(|score| score.count() == 0) {
            exit = ExitKind::Deviation;
        }
    }
    Ok(exit)
}

fn run_campaigns(
    loaded: &LoadedSuite,
    mutants: &[Mutant],
    arguments: &MutantsArguments,
    signals: &Signals,
) -> Result<Vec<Chased>, UserError> {
    let terms = Terms {
        limits: RequestedLimits { requests: Some(arguments.requests), ..RequestedLimits::NONE }.for_mock(),
        seeds: arguments.seeds,
        worlds_max: STATES_MAX,
    };
    chase(&loaded.model, &loaded.schemas, mutants, &terms, &signals.cancel).map_err(|error| {
        UserError::input(&loaded.file, error.to_string(), "correct the expression; `probity lint` checks its types")
    })
}

/// The mutants by the number of seeds that detect them, the least first, and a total.
fn describe_scores(suite: &str, scores: &[Chased], arguments: &MutantsArguments) -> String {
    let mut text = String::new();
    let mut rising: Vec<&Chased> = scores.iter().collect();
    rising.sort_by_key(|score| score.count());
    for score in rising {
        let verdict = match score.median() {
            _ if score.count() == 0 => "survived".to_string(),
            None => "detected by fewer than half of the seeds".to_string(),
            Some(median) => format!("detected after {median} requests (median)"),
        };
        text.push_str(&format!(
            "{:>3} of {} seeds  {}  {verdict}\n",
            score.count(),
            score.found.len(),
            score.mutant.name
        ));
    }
    let mostly = |score: &&Chased| score.count() * 10 >= score.found.len() * 9;
    let survivors = scores.iter().filter(|score| score.count() == 0).count();
    text.push_str(&format!(
        "{suite}: {} mutants, {} detected by at least nine of ten seeds within {} requests, {survivors} survivors\n",
        scores.len(),
        scores.iter().filter(mostly).count(),
        arguments.requests,
    ));
    text
}

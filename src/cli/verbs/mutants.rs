//! `probity mutants`: the mutants of suites, and how many campaigns detect each.

use crate::campaign::{MutantResult, MutationSettings, compute_mutation_score};
use crate::cli::args::MutantsArguments;
use crate::cli::embedded::find_store;
use crate::cli::signal;
use crate::limits::{Limits, RequestedLimits};
use crate::mock::{self, Mutant};
use crate::session::{ClausePatterns, ExitKind, LoadedSuite, RunStart, STATES_MAX, Signals, UserError};
use crate::terminal;

/// Lists mutants, one name per line, or runs campaigns against each.
pub fn list_or_run_mutants(arguments: &MutantsArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let patterns = ClausePatterns::new("--only", &arguments.only)?;
    let today = RunStart::now().date;
    let signals = arguments.run.then(signal::listen_for_signals);
    let mut exit = ExitKind::Passed;
    for suite in store.select_suites(&arguments.suites)? {
        let loaded = store.load(&suite, &today)?;
        let mut chosen = mock::list_mutants(&loaded.model, &loaded.schemas);
        chosen.retain(|mutant| patterns.matches_name(&mutant.name));
        let Some(signals) = &signals else {
            let lines: String = chosen.iter().map(|mutant| format!("{}\n", mutant.name)).collect();
            terminal::print_text(&lines);
            continue;
        };
        let scores = run_campaigns(&loaded, &chosen, arguments, signals);
        if let Some(signal) = signals.exit_kind() {
            return Ok(signal);
        }
        terminal::print_text(&describe_scores(&loaded.name, &scores, arguments));
        if scores.iter().any(|score| score.count_detections() == 0) {
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
) -> Vec<MutantResult> {
    let terms = MutationSettings {
        // No finding is shrunk, so all requests are for plans.
        limits: Limits { requests: arguments.requests, ..RequestedLimits::NONE.for_mock() },
        seeds: arguments.seeds,
        possible_states_max: STATES_MAX,
        timed: arguments.timed,
    };
    compute_mutation_score(&loaded.model, &loaded.schemas, mutants, &terms, &signals.cancel)
}

/// The mutants by the number of seeds that detect them, the least first, and a total.
fn describe_scores(suite: &str, scores: &[MutantResult], arguments: &MutantsArguments) -> String {
    let mut text = String::new();
    let mut rising: Vec<&MutantResult> = scores.iter().collect();
    rising.sort_by_key(|score| score.count_detections());
    for score in rising {
        let verdict = match score.find_median() {
            _ if score.count_detections() == 0 => "survived".to_string(),
            None => "detected by fewer than half of the seeds".to_string(),
            Some(median) => format!("detected after {median} requests (median)"),
        };
        text.push_str(&format!(
            "{:>3} of {} seeds  {}  {verdict}\n",
            score.count_detections(),
            score.requests_until_detection.len(),
            score.mutant.name
        ));
    }
    let mostly = |score: &&MutantResult| score.count_detections() * 10 >= score.requests_until_detection.len() * 9;
    let survivors = scores.iter().filter(|score| score.count_detections() == 0).count();
    text.push_str(&format!(
        "{suite}: {} mutants, {} detected by at least nine of ten seeds within {} requests, {survivors} survivors\n",
        scores.len(),
        scores.iter().filter(mostly).count(),
        arguments.requests,
    ));
    text
}

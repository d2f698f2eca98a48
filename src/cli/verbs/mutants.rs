//! `probity mutants`: the mutants of suites, and how many campaigns detect each.

use crate::campaign::{MutantKindScore, MutantResult, MutationSettings, compute_mutation_score, group_mutants_by_kind};
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

/// The mutants by the number of seeds that detect them, the least first; the counts by kind, and a total.
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
    text.push_str(&describe_kinds(scores));
    text.push_str(&describe_first_detections(scores));
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

/// For each kind, how many mutants every seed detects.
fn describe_kinds(scores: &[MutantResult]) -> String {
    let mutants: Vec<Mutant> = scores.iter().map(|score| score.mutant.clone()).collect();
    let by_all = |score: &MutantResult| score.count_detections() == score.requests_until_detection.len();
    let detected: Vec<bool> = scores.iter().map(by_all).collect();
    let line =
        |kind: &MutantKindScore| format!("{:>5} of {:>4}  {}, by every seed\n", kind.detected, kind.mutants, kind.kind);
    group_mutants_by_kind(&mutants, &detected).iter().map(line).collect()
}

/// How many requests the detections took; empty without a detection.
fn describe_first_detections(scores: &[MutantResult]) -> String {
    let mut first: Vec<u64> =
        scores.iter().flat_map(|score| &score.requests_until_detection).flatten().copied().collect();
    first.sort_unstable();
    let within = |percent: usize| first.get((first.len() * percent).div_ceil(100).saturating_sub(1));
    match (within(50), within(95)) {
        (Some(half), Some(most)) => {
            format!("requests until the detection: half within {half}, 95 % within {most}\n")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Describes the first mutants of the lamps, with the requests until the detection by seed.
    fn check(requests: &[&[Option<u64>]], expected: &str) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
        let store = crate::session::SuiteStore::find(&folder, None).expect("the lamps are there");
        let loaded = store.load("lamps", "2026-11-20").unwrap_or_else(|wrong| panic!("{wrong}"));
        let mutants = mock::list_mutants(&loaded.model, &loaded.schemas).into_iter();
        let results = mutants
            .zip(requests)
            .map(|(mutant, requests)| MutantResult { mutant, requests_until_detection: requests.to_vec() });
        assert_eq!(describe_first_detections(&results.collect::<Vec<_>>()), expected);
    }

    #[test]
    fn the_requests_of_half_and_of_nearly_all_detections_are_told() {
        check(
            &[&[Some(9), Some(3)], &[Some(40), None]],
            "requests until the detection: half within 9, 95 % within 40\n",
        );
    }

    #[test]
    fn without_a_detection_nothing_is_told_of_requests() {
        check(&[&[None], &[None]], "");
    }
}

//! `probity mutants`: the mutants of suites, and how many campaigns detect each.

use crate::campaign::{
    BlameFit, MutantDetection, MutantKindScore, MutantResult, MutationSettings, compute_mutation_score,
    group_mutants_by_kind,
};
use crate::cli::args::MutantsArguments;
use crate::cli::embedded::find_store;
use crate::cli::signal;
use crate::limits::{Limits, RequestedLimits};
use crate::mock::{self, Mutant};
use crate::model::Model;
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
        terminal::print_text(&describe_scores(&loaded, &scores, arguments));
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
        // Requests for shrinking are on top, so that the requests until the detection compare with and without.
        limits: Limits { requests: arguments.requests, ..RequestedLimits::NONE.for_mock() },
        seeds: arguments.seeds,
        possible_states_max: STATES_MAX,
        timed: arguments.timed,
        shrink: arguments.shrink,
    };
    compute_mutation_score(&loaded.model, &loaded.schemas, mutants, &terms, &signals.cancel)
}

/// The mutants by the number of seeds that detect them, the least first; the counts by kind, and a total.
fn describe_scores(loaded: &LoadedSuite, scores: &[MutantResult], arguments: &MutantsArguments) -> String {
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
            score.detections.len(),
            score.mutant.name
        ));
    }
    text.push_str(&describe_kinds(scores));
    text.push_str(&describe_first_detections(scores));
    text.push_str(&describe_blame(&loaded.model, scores));
    if arguments.shrink {
        text.push_str(&describe_shrinking(scores));
    }
    let mostly = |score: &&MutantResult| score.count_detections() * 10 >= score.detections.len() * 9;
    let survivors = scores.iter().filter(|score| score.count_detections() == 0).count();
    text.push_str(&format!(
        "{}: {} mutants, {} detected by at least nine of ten seeds within {} requests, {survivors} survivors\n",
        loaded.name,
        scores.len(),
        scores.iter().filter(mostly).count(),
        arguments.requests,
    ));
    text
}

/// For each kind of fault, how many mutants every seed detected.
fn describe_kinds(scores: &[MutantResult]) -> String {
    let mutants: Vec<Mutant> = scores.iter().map(|score| score.mutant.clone()).collect();
    let by_all = |score: &MutantResult| score.count_detections() == score.detections.len();
    let detected: Vec<bool> = scores.iter().map(by_all).collect();
    let line = |kind: &MutantKindScore| format!("{:>5} of {:>4}  {}\n", kind.detected, kind.mutants, kind.kind);
    let lines: String = group_mutants_by_kind(&mutants, &detected).iter().map(line).collect();
    format!("mutants that every seed detected, by kind of fault:\n{lines}")
}

/// How many requests the detections took; empty without a detection.
fn describe_first_detections(scores: &[MutantResult]) -> String {
    let requests = list_detections(scores).map(|found| found.requests).collect();
    describe_spread("requests until the detection", requests)
}

fn list_detections(scores: &[MutantResult]) -> impl Iterator<Item = &MutantDetection> {
    scores.iter().flat_map(|score| score.detections.iter().flatten())
}

/// Two quantiles of some numbers, and the largest; empty without a number.
fn describe_spread(what: &str, mut numbers: Vec<u64>) -> String {
    numbers.sort_unstable();
    let within = |percent: usize| numbers.get((numbers.len() * percent).div_ceil(100).saturating_sub(1));
    match (within(50), within(95), numbers.last()) {
        (Some(half), Some(most), Some(last)) => {
            format!("{what}: half within {half}, 95 % within {most}, all within {last}\n")
        }
        _ => String::new(),
    }
}

/// How often the findings blame the broken clause first, how many blame several clauses, and each mutant whose finding does
/// not blame the broken clause first and alone; empty without a detection.
fn describe_blame(model: &Model, scores: &[MutantResult]) -> String {
    let mut fits: Vec<BlameFit> = Vec::new();
    let mut lines = String::new();
    for score in scores {
        for found in score.detections.iter().flatten() {
            let fit = found.rate_blame(model, &score.mutant);
            fits.push(fit);
            if fit != BlameFit::First || found.blamed.len() > 1 {
                let blamed: Vec<&str> = found.blamed.iter().map(|id| model.clause_info(*id).id.as_str()).collect();
                lines.push_str(&format!("       {}: the finding blames {}\n", score.mutant.name, blamed.join(", ")));
            }
        }
    }
    if fits.is_empty() {
        return String::new();
    }
    let count = |fit: BlameFit| fits.iter().filter(|other| **other == fit).count();
    let percent = |count: usize| 100.0 * count as f64 / fits.len() as f64;
    let several = list_detections(scores).filter(|found| found.blamed.len() > 1).count();
    let (first, later, missing) = (count(BlameFit::First), count(BlameFit::Later), count(BlameFit::Missing));
    format!(
        "{lines}blame: the first clause is the broken one, or broken by the same fault, in {first} of {} findings ({:.1} %); the \
         broken clause comes later in {later} ({:.1} %), and is not named in {missing} ({:.1} %); {several} findings blame several \
         clauses\n",
        fits.len(),
        percent(first),
        percent(later),
        percent(missing),
    )
}

/// Mutants whose finding took more requests for shrinking are named.
const SHRINKING_MAX: u64 = 60;

/// The requests for shrinking and the lengths of the counterexamples. The shortest counterexample of a mutant is the
/// shortest of all seeds.
fn describe_shrinking(scores: &[MutantResult]) -> String {
    let mut text =
        describe_spread("requests for shrinking", list_detections(scores).map(|found| found.shrinking).collect());
    let (mut shortest, mut lacking, mut lines) = (0, 0, String::new());
    let mut lengths = Vec::new();
    for score in scores {
        let calls: Vec<Option<usize>> = score.detections.iter().flatten().map(|found| found.calls).collect();
        let least = calls.iter().flatten().min().copied();
        shortest += calls.iter().filter(|calls| calls.is_some() && **calls == least).count();
        lengths.extend(calls.iter().flatten().map(|calls| *calls as u64));
        let missing = calls.iter().filter(|calls| calls.is_none()).count();
        lacking += missing;
        if missing > 0 {
            lines.push_str(&format!("       no counterexample  {}\n", score.mutant.name));
        }
        for found in score.detections.iter().flatten().filter(|found| found.shrinking > SHRINKING_MAX) {
            lines.push_str(&format!("       {} requests for shrinking  {}\n", found.shrinking, score.mutant.name));
        }
    }
    let shown = lengths.len();
    text.push_str(&describe_spread("calls of the counterexamples", lengths));
    text.push_str(&format!(
        "{lines}counterexamples: {shortest} of {shown} are as short as the shortest of any seed; {lacking} findings have none\n"
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(requests: &[Option<u64>]) -> Vec<Option<MutantDetection>> {
        let found =
            |requests: &u64| MutantDetection { requests: *requests, blamed: Vec::new(), shrinking: 0, calls: None };
        requests.iter().map(|requests| requests.as_ref().map(found)).collect()
    }

    /// Describes the first mutants of the lamps, with the requests until the detection by seed.
    fn check(requests: &[&[Option<u64>]], expected: &str) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
        let store = crate::session::SuiteStore::find(&folder, None).expect("the lamps are there");
        let loaded = store.load("lamps", "2026-11-20").unwrap_or_else(|wrong| panic!("{wrong}"));
        let mutants = mock::list_mutants(&loaded.model, &loaded.schemas).into_iter();
        let results =
            mutants.zip(requests).map(|(mutant, requests)| MutantResult { mutant, detections: detect(requests) });
        assert_eq!(describe_first_detections(&results.collect::<Vec<_>>()), expected);
    }

    #[test]
    fn the_requests_of_half_and_of_nearly_all_detections_are_told() {
        check(
            &[&[Some(9), Some(3)], &[Some(40), None]],
            "requests until the detection: half within 9, 95 % within 40, all within 40\n",
        );
    }

    #[test]
    fn without_a_detection_nothing_is_told_of_requests() {
        check(&[&[None], &[None]], "");
    }
}

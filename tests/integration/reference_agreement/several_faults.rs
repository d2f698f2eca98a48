//! Six faults of the reference server at once: each is found for itself, with a counterexample of its own.
//!
//! A counterexample belongs to a fault if the server deviates in it with this fault alone. `PROBITY_SETS` selects the
//! number of sets of faults, and `PROBITY_SEEDS` the number of seeds for each set.

use super::SILENT;
use super::agreement_campaign::{CampaignBudget, load_suite, repeat_agreement_plan, run_agreement_campaign};
use crate::reference_server::{FAULTS, Settings};
use probity::plan::Plan;
use probity::session::LoadedSuite;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Faults of one set.
const PLANTED: usize = 6;
/// Requests for testing, and for shrinking.
const REQUESTS: (u64, u64) = (2_000, 3_000);

/// The faults of a set: the set with number `n` begins with the `n`th fault, and takes every third one.
fn choose_faults(suite: &str, set: usize) -> Vec<&'static str> {
    let silent = |name: &str| SILENT.iter().any(|(fault, _)| *fault == name);
    let all: Vec<&'static str> =
        FAULTS.iter().filter(|fault| fault.api == suite && !silent(fault.name)).map(|fault| fault.name).collect();
    let mut chosen: Vec<&'static str> = Vec::new();
    let mut index = set;
    while chosen.len() < PLANTED.min(all.len()) {
        if !chosen.contains(&all[index % all.len()]) {
            chosen.push(all[index % all.len()]);
            index += 2;
        }
        index += 1;
    }
    chosen
}

fn plant(faults: &[&'static str]) -> Settings {
    Settings { faults: faults.iter().copied().collect::<BTreeSet<_>>(), ..Settings::default() }
}

/// Most steps of a counterexample that a reader takes in at once.
const SHORT: usize = 6;
/// The sets of the short form: suite, and number of the set.
const SETS: [(&str, usize); 2] = [("ecs-native", 1), ("scp-volume", 1)];

/// What one campaign showed.
#[derive(Default)]
struct SetResult {
    /// Faults that a short counterexample shows, and no other fault of the set.
    shown_alone: BTreeSet<&'static str>,
    /// Findings without a counterexample, and without the reason.
    unexplained: Vec<String>,
    text: String,
}

fn run_set(suite: &str, set: usize, seed: u64) -> SetResult {
    let faults = choose_faults(suite, set);
    let loaded = load_suite(suite, &Settings::default());
    let (requests, shrink_requests) = REQUESTS;
    let bound = CampaignBudget { requests, shrink_requests, first_only: false, races: false };
    let (conclusion, _) = run_agreement_campaign(&loaded, &plant(&faults), seed, bound);
    let mut result = SetResult::default();
    for found in &conclusion.findings {
        let name = found.finding.fingerprints.join(", ");
        let _ = write!(result.text, "\n  {name} x{} {:?}", found.count, found.repetition);
        let Some(shown) = &found.counterexample else {
            if found.repetition.runs == 0 && found.repetition.prevented.is_none() {
                result.unexplained.push(name);
            }
            continue;
        };
        let causes = list_causes(&loaded, &faults, &shown.plan);
        let calls: Vec<&str> = shown.plan.steps.iter().map(|step| step.call.operation.as_str()).collect();
        let _ = write!(result.text, "\n    {} steps, {causes:?}: {}", calls.len(), calls.join(" "));
        if let ([cause], 0..=SHORT) = (causes.as_slice(), calls.len()) {
            result.shown_alone.insert(cause);
        }
    }
    let missing: Vec<_> = faults.iter().filter(|fault| !result.shown_alone.contains(*fault)).collect();
    println!(
        "{suite} set {set} seed {seed}: {} findings, {} of {} faults alone in a short counterexample, not {missing:?}, \
         {} requests for shrinking{}",
        conclusion.findings.len(),
        result.shown_alone.len(),
        faults.len(),
        conclusion.spent.shrinking,
        result.text
    );
    result
}

/// The faults of the set with which, each alone, the server deviates in a plan.
fn list_causes(loaded: &LoadedSuite, faults: &[&'static str], plan: &Plan) -> Vec<&'static str> {
    let deviates = |fault: &&&'static str| !repeat_agreement_plan(loaded, &plant(&[**fault]), plan).is_empty();
    faults.iter().filter(deviates).copied().collect()
}

fn read_number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Two of three faults need no more than the 2,000 requests of one campaign; faults that need a long history of one
/// resource are rare.
#[test]
fn six_faults_at_once_are_each_shown_alone_by_a_short_counterexample() {
    let sets: Vec<(&str, usize)> = match read_number("PROBITY_SETS") {
        Some(count) => ["ecs-native", "ecs-v1", "scp-volume"]
            .iter()
            .flat_map(|suite| (0..count).map(move |set| (*suite, set)))
            .collect(),
        None => SETS.to_vec(),
    };
    let (mut alone, mut planted) = (0, 0);
    for (suite, set) in sets {
        for seed in 1..=read_number("PROBITY_SEEDS").unwrap_or(1) as u64 {
            let result = run_set(suite, set, seed);
            assert_eq!(result.unexplained, Vec::<String>::new(), "{suite}, set {set}, seed {seed}");
            alone += result.shown_alone.len();
            planted += PLANTED;
        }
    }
    assert!(alone * 3 >= planted * 2, "{alone} of {planted}");
}

//! Every suite against a server that was written from the pages by someone who has not read the suites.
//!
//! Where the two disagree, the page decides: `docs/DISAGREEMENTS.md` says who was wrong. In the short form a few
//! thousand steps are compared; `PROBITY_LONG=1` asks for 100,000 steps of each suite, 300 campaigns and ten
//! seeds for each fault.

mod bridge;
mod profiles;
mod stand;
#[path = "../witness/mod.rs"]
mod witness;

use stand::{Bound, campaign, load, said};
use std::collections::{BTreeMap, BTreeSet};
use witness::{FAULTS, Settings, Weather};

fn long() -> bool {
    std::env::var_os("PROBITY_LONG").is_some_and(|set| set == "1")
}

/// Panics with the first few disagreements, each whole.
fn agreed(disagreements: &[String], of: &str) {
    if let Ok(file) = std::env::var("PROBITY_DISAGREEMENTS") {
        std::fs::write(file + &of.replace(' ', "-"), disagreements.join("\n\n"))
            .expect("the file for disagreements can be written");
    }
    let shown = disagreements.iter().take(4).cloned().collect::<Vec<_>>().join("\n");
    assert!(disagreements.is_empty(), "{} disagreements in {of}:\n{shown}", disagreements.len());
}

/// Steps of one suite, a few seeds and manners together.
fn step_by_step(suite: &str) {
    let steps: u64 = if long() { 100_000 } else { 2_000 };
    let campaigns = if long() { 20 } else { 2 };
    let mut disagreements = Vec::new();
    for seed in 0..campaigns {
        let settings = if seed == 0 { Settings::default() } else { Settings::drawn(seed) };
        let loaded = load(suite, &settings);
        let bound = Bound { requests: steps / campaigns, first_only: false };
        let conclusion = campaign(&loaded, &settings, seed, bound);
        let spent = conclusion.spent;
        assert!(spent.requests > bound.requests / 2, "{suite}: {spent:?} {:?}", conclusion.stopped);
        disagreements.extend(conclusion.found.iter().map(|found| format!("seed {seed}: {}", said(&loaded, found))));
    }
    agreed(&disagreements, &format!("{steps} steps of {suite}"));
}

/// Campaigns with drawn manners in drawn weather.
fn never_accused(suite: &str) {
    let campaigns: u64 = if long() { 300 } else { 10 };
    let mut disagreements = Vec::new();
    for seed in 1_000..1_000 + campaigns {
        let settings = Settings { weather: Weather::drawn(seed, 0.02), ..Settings::drawn(seed) };
        let loaded = load(suite, &settings);
        let conclusion = campaign(&loaded, &settings, seed, Bound { requests: 400, first_only: true });
        disagreements.extend(conclusion.found.iter().map(|found| format!("seed {seed}: {}", said(&loaded, found))));
    }
    agreed(&disagreements, &format!("{campaigns} campaigns of {suite}"));
}

/// Every fault that breaks what a page promises, within 400 requests on nine of ten seeds; in the short form on one of two.
fn faults_found(suite: &str) {
    let seeds: u64 = if long() { 10 } else { 2 };
    let may_miss = 1;
    let mut missed: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for fault in FAULTS.iter().filter(|fault| fault.api == suite) {
        for seed in 0..seeds {
            let settings = Settings { faults: BTreeSet::from([fault.name]), ..Settings::default() };
            let loaded = load(suite, &settings);
            let conclusion = campaign(&loaded, &settings, seed, Bound { requests: 400, first_only: true });
            if conclusion.found.is_empty() {
                missed.entry(fault.name).or_default().push(seed);
            }
        }
    }
    println!("{suite}, missed by seed: {missed:?}");
    let too_often: Vec<_> = missed.iter().filter(|(_, by)| by.len() > may_miss).collect();
    assert!(too_often.is_empty(), "missed on these of {seeds} seeds: {too_often:?}");
}

macro_rules! held_to {
    ($module:ident, $suite:literal) => {
        mod $module {
            #[test]
            fn agrees_with_the_witness_server_step_by_step() {
                super::step_by_step($suite);
            }

            #[test]
            fn never_accuses_the_witness_server_whatever_its_manners_and_the_weather() {
                super::never_accused($suite);
            }

            #[test]
            fn finds_the_faults_of_the_witness_server_within_400_requests() {
                super::faults_found($suite);
            }
        }
    };
}

held_to!(ecs_native, "ecs-native");
held_to!(ecs_v1, "ecs-v1");
held_to!(scp_volume, "scp-volume");

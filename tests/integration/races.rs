//! Races on purpose: the mock whose calls race is found out, and the mock whose calls take turns is not.

use probity::campaign::{CampaignInput, Conclusion, MockCampaignSettings, NullListener, RaceShare, run_mock_campaign};
use probity::limits::Limits;
use probity::mock::{Mutant, Tempo, list_mutants};
use probity::model::{BeliefLimits, Model};
use probity::oracle::{ClauseDecidability, ClauseSelection};
use probity::plan_execution::Cancellation;
use probity::schema::{CatalogFolder, CompiledCatalog};
use std::path::Path;
use std::sync::Arc;

/// Requests within which a race has to be found.
const REQUESTS: u64 = 400;
/// Plans with a race of each suite, at least, in the long form of a test.
const LONG_PLANS: u64 = 2_000;

/// Lamps that can be dimmed once.
fn load_lamps() -> (Arc<Model>, Arc<CompiledCatalog>) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let schemas = Arc::new(CompiledCatalog::load(&CatalogFolder(data.join("lamps/schemas/lamps"))).expect("schemas"));
    let text = std::fs::read_to_string(data.join("races/switched-lamps.yaml")).expect("the suite is there");
    let suite = probity::suite::parse_suite("switched-lamps.yaml", &text, &schemas.catalog).expect("the suite parses");
    (Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model")), schemas)
}

/// A campaign of plans with a race each.
fn race(model: &Arc<Model>, schemas: &Arc<CompiledCatalog>, seed: u64, fault: Option<Mutant>) -> Conclusion {
    race_within(REQUESTS, (model, schemas), seed, fault)
}

/// A campaign of plans with a race each, with some requests.
fn race_within(
    requests: u64,
    (model, schemas): (&Arc<Model>, &Arc<CompiledCatalog>),
    seed: u64,
    fault: Option<Mutant>,
) -> Conclusion {
    let bounds = BeliefLimits { states_max: 2_000, settle_percent: 100, insight: false };
    let limits = Limits { requests, shrink_requests: 2_000, live_resources: 3, ..Limits::NONE };
    let home = MockCampaignSettings { seed, tempo: Tempo::CLOUD, fault, bounds, limits };
    let standing = |_| ClauseDecidability::Reachable;
    let order = CampaignInput {
        seed,
        selection: ClauseSelection::default(),
        standing: &standing,
        recorded_plans: &[],
        races: RaceShare::All,
        shrink: true,
        is_known: &|_| false,
    };
    run_mock_campaign(model, schemas, &home, Cancellation::never(), &order, &mut NullListener)
}

/// The smallest plan that shows a fault of races: the operations, those of branches with their branch.
fn find_counterexample(fault: &str, seed: u64) -> Vec<String> {
    let (model, schemas) = load_lamps();
    let mutant = list_mutants(&model, &schemas).into_iter().find(|mutant| mutant.name == fault);
    let conclusion = race(&model, &schemas, seed, Some(mutant.expect("the fault is there")));
    let found = conclusion.findings.first().unwrap_or_else(|| panic!("{fault} was not found with seed {seed}"));
    let shown = found.counterexample.as_ref().unwrap_or_else(|| panic!("{fault} did not show again, seed {seed}"));
    let step = |step: &probity::plan::Step| match step.branch {
        0 => step.call.operation.clone(),
        branch => format!("{branch}:{}", step.call.operation),
    };
    shown.plan.steps.iter().map(step).collect()
}

#[test]
fn a_check_that_comes_before_its_act_is_shown_by_two_calls() {
    for seed in 1..=10 {
        let steps = find_counterexample("lamp.atomic/checks-early", seed);
        assert_eq!(steps, ["lightLamp", "1:dimLamp", "2:dimLamp"], "seed {seed}");
    }
}

#[test]
fn a_lost_update_is_shown_by_two_calls_and_perhaps_a_read() {
    for seed in 1..=10 {
        let steps = find_counterexample("lamp.atomic/loses-update", seed);
        assert_eq!(steps[0], "lightLamp", "seed {seed}: {steps:?}");
        assert_eq!(steps.iter().filter(|step| step.contains(':')).count(), 2, "seed {seed}: {steps:?}");
        assert!(steps.len() <= 4, "seed {seed}: {steps:?}");
    }
}

#[test]
fn a_server_error_of_a_busy_resource_is_shown_by_two_calls() {
    for seed in 1..=10 {
        let steps = find_counterexample("lamp.atomic/fails-when-busy", seed);
        assert_eq!(steps.len(), 3, "seed {seed}: {steps:?}");
    }
}

#[test]
fn calls_that_take_turns_show_no_race() {
    let (model, schemas) = load_lamps();
    let (mut raced, mut overlapped) = (0, 0);
    for seed in 1..=10 {
        let conclusion = race(&model, &schemas, seed, None);
        assert!(conclusion.findings.is_empty(), "seed {seed}: {:?}", conclusion.findings[0].finding);
        raced += conclusion.races.pairs.iter().map(|pair| pair.raced).sum::<u64>();
        overlapped += conclusion.races.pairs.iter().map(|pair| pair.overlapped).sum::<u64>();
        let unexplained: u64 = conclusion.races.pairs.iter().map(|pair| pair.unexplained).sum();
        assert_eq!(unexplained, 0, "seed {seed}");
    }
    assert!(overlapped * 10 > raced * 9 && raced > 300, "{overlapped} of {raced} races overlapped");
}

#[test]
fn equal_seeds_race_equal_plans() {
    let (model, schemas) = load_lamps();
    let races = |seed| format!("{:?}", race(&model, &schemas, seed, None).races);
    assert_eq!(races(3), races(3));
}

/// A suite of this repository.
fn load_suite(name: &str) -> (Arc<Model>, Arc<CompiledCatalog>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let store = probity::session::SuiteStore::find(root, None).expect("the suites are there");
    let loaded = store.load(name, "2026-11-25").unwrap_or_else(|error| panic!("{error}"));
    (loaded.model.clone(), loaded.schemas.clone())
}

#[test]
fn the_correct_mock_of_each_suite_shows_no_race() {
    // In the long form, 10,000 plans in all; otherwise a few hundred.
    let is_long = std::env::var_os("PROBITY_LONG").is_some();
    for name in ["ecs-native", "ecs-v1", "openstack-compute", "openstack-volume", "scp-volume"] {
        let (model, schemas) = load_suite(name);
        let (mut plans, mut raced, mut seed) = (0, 0, 0);
        while plans < if is_long { LONG_PLANS } else { 60 } && seed < 100 {
            seed += 1;
            let requests = if is_long { 20_000 } else { 800 };
            let conclusion = race_within(requests, (&model, &schemas), seed, None);
            let found: Vec<&str> = conclusion.findings.iter().map(|it| it.finding.operation.as_str()).collect();
            assert_eq!(found, Vec::<&str>::new(), "{name}, seed {seed}");
            plans += conclusion.races.pairs.iter().map(|pair| pair.plans).sum::<u64>();
            raced += conclusion.races.pairs.iter().map(|pair| pair.raced).sum::<u64>();
        }
        assert!(raced * 2 > plans, "{name}: {raced} races in {plans} plans");
        if is_long {
            println!("{name}: {plans} plans, {raced} races, no deviation");
        }
    }
}

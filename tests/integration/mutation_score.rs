//! Mutants that a short campaign finds.

use probity::campaign::{MutantResult, MutationSettings, compute_mutation_score};
use probity::limits::Limits;
use probity::mock::{Mutant, list_mutants};
use probity::model::Model;
use probity::plan_execution::Cancellation;
use probity::schema::{CatalogFolder, CompiledCatalog};
use std::path::Path;
use std::sync::Arc;

fn load_lamps() -> (Arc<Model>, Arc<CompiledCatalog>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let text = std::fs::read_to_string(root.join("suites/lamps.yaml")).expect("the suite is there");
    let schemas = CompiledCatalog::load(&CatalogFolder(root.join("schemas/lamps"))).expect("the schemas load");
    let suite = probity::suite::parse_suite("lamps", &text, &schemas.catalog).unwrap_or_else(|why| panic!("{why:?}"));
    let model = Model::new(Arc::new(suite), &schemas, "2026-11-20").expect("the suite comes to life");
    (Arc::new(model), Arc::new(schemas))
}

fn run_mutants(chosen: &dyn Fn(&Mutant) -> bool, requests_max: u64) -> Vec<MutantResult> {
    run_and_shrink(chosen, requests_max, 0)
}

/// With `shrink_requests`, the findings are shrunk.
fn run_and_shrink(chosen: &dyn Fn(&Mutant) -> bool, requests_max: u64, shrink_requests: u64) -> Vec<MutantResult> {
    let (model, schemas) = load_lamps();
    let mut all = list_mutants(&model, &schemas);
    all.retain(chosen);
    let limits =
        Limits { requests: requests_max, shrink_requests, steps_per_plan: 60, live_resources: 5, ..Limits::NONE };
    let shrink = shrink_requests > 0;
    let terms = MutationSettings { limits, seeds: 2, possible_states_max: 2_000, timed: false, shrink };
    compute_mutation_score(&model, &schemas, &all, &terms, &Cancellation::never())
}

#[test]
fn each_mutant_of_a_stated_clause_is_found_within_four_hundred_requests() {
    // A dimmed lamp may stay bright, so no response distinguishes this mutant from the mock.
    let permitted = ["dim.bright/no-effect"];
    let written = |mutant: &Mutant| !mutant.name.contains(".reply/") && !permitted.contains(&mutant.name.as_str());
    let all = run_mutants(&written, 400);
    assert!(all.len() > 15, "{} mutants", all.len());
    let missed: Vec<&str> =
        all.iter().filter(|chased| chased.count_detections() < 2).map(|chased| chased.mutant.name.as_str()).collect();
    assert_eq!(missed, Vec::<&str>::new());
}

#[test]
fn a_campaign_counts_the_requests_until_its_mutant_is_found() {
    let all = run_mutants(&|mutant| mutant.name == "dim.bright/other-status", 400);
    let counted: Vec<u64> = all[0].detections.iter().flatten().map(|found| found.requests).collect();
    assert_eq!(counted.len(), 2);
    // A lamp has to be lit before it is dimmed.
    assert!(counted.iter().all(|requests| (2..=400).contains(requests)), "{counted:?}");
    let none = run_mutants(&|mutant| mutant.name == "dim.bright/other-status", 1);
    assert_eq!((none[0].count_detections(), none[0].find_median()), (0, None));
}

/// A defect that shows on a second resource, or in a list after a deletion, depends on more than the clauses of the last call.
#[test]
fn most_defects_of_a_second_resource_are_shrunk_with_sixty_requests() {
    let of_second = |mutant: &Mutant| mutant.name.ends_with("/hits-another") || mutant.name.ends_with("/lists-gone");
    let all = run_and_shrink(&of_second, 400, 10_000);
    let found: Vec<_> = all.iter().flat_map(|result| result.detections.iter().flatten()).collect();
    assert!(found.len() >= 4, "{} findings", found.len());
    let names: Vec<&str> = all.iter().map(|result| result.mutant.name.as_str()).collect();
    assert!(found.iter().all(|found| found.calls.is_some_and(|calls| calls <= 4)), "{names:?}: {found:?}");
    let cheap = found.iter().filter(|found| found.shrinking <= 60);
    assert!(cheap.count() * 2 >= found.len(), "{names:?}: {found:?}");
}

//! What a short campaign finds of the promises that the mock breaks on purpose.

use probity::campaign::{Chased, Terms, chase};
use probity::limits::Limits;
use probity::mock::{Mutant, mutants};
use probity::model::Model;
use probity::run::Cancel;
use probity::schema::{Folder, Schemas};
use std::path::Path;
use std::sync::Arc;

fn lamps() -> (Arc<Model>, Arc<Schemas>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let text = std::fs::read_to_string(root.join("suites/lamps.yaml")).expect("the suite is there");
    let schemas = Schemas::load(&Folder(root.join("schemas/lamps"))).expect("the schemas load");
    let suite = probity::suite::parse("lamps", &text, &schemas.catalog).unwrap_or_else(|why| panic!("{why:?}"));
    let model = Model::new(Arc::new(suite), &schemas.catalog, "2026-11-20").expect("the suite comes to life");
    (Arc::new(model), Arc::new(schemas))
}

fn chased(chosen: &dyn Fn(&Mutant) -> bool, requests_max: u64) -> Vec<Chased> {
    let (model, schemas) = lamps();
    let mut all = mutants(&model, &schemas);
    all.retain(chosen);
    let limits = Limits { requests: requests_max, steps_per_plan: 60, live_resources: 5, ..Limits::NONE };
    let terms = Terms { limits, seeds: 2, worlds_max: 2_000 };
    chase(&model, &schemas, &all, &terms, &Cancel::never()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn what_a_clause_of_its_own_promises_is_found_within_four_hundred_requests() {
    // A lamp that is dimmed may stay bright: no reply tells that from a call without effect.
    let permitted = ["dim.bright/no-effect"];
    let written = |mutant: &Mutant| !mutant.name.contains(".reply/") && !permitted.contains(&mutant.name.as_str());
    let all = chased(&written, 400);
    assert!(all.len() > 15, "{} mutants", all.len());
    let missed: Vec<&str> =
        all.iter().filter(|chased| chased.count() < 2).map(|chased| chased.mutant.name.as_str()).collect();
    assert_eq!(missed, Vec::<&str>::new());
}

#[test]
fn a_campaign_counts_the_requests_until_its_mutant_is_found() {
    let all = chased(&|mutant| mutant.name == "dim.bright/other-status", 400);
    let counted: Vec<u64> = all[0].found.iter().flatten().copied().collect();
    assert_eq!(counted.len(), 2);
    // A lamp has to be lit first.
    assert!(counted.iter().all(|requests| (2..=400).contains(requests)), "{counted:?}");
    let none = chased(&|mutant| mutant.name == "dim.bright/other-status", 1);
    assert_eq!((none[0].count(), none[0].median()), (0, None));
}

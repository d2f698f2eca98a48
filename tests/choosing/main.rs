//! What the choosers reach, and how soon.

mod drive;
mod lamps;

use drive::{Bench, Walked};
use probity::plan::{Chooser, Guided, Random};
use std::sync::Arc;

fn guided(bench: &Bench, seed: u64, requests: u64) -> Walked {
    let hints = Arc::clone(&bench.hints);
    let mut make = |plan| -> Box<dyn Chooser> { Box::new(Guided::new(Arc::clone(&hints), seed, plan)) };
    bench.walk(&mut make, seed * 1_000, requests, 60)
}

fn random(bench: &Bench, seed: u64, requests: u64) -> Walked {
    let hints = Arc::clone(&bench.hints);
    let mut make = |plan| -> Box<dyn Chooser> { Box::new(Random::new(Arc::clone(&hints), seed, plan)) };
    bench.walk(&mut make, seed * 1_000, requests, 60)
}

/// Requests until each clause decided something for the first time; the budget where it never did.
fn sooner(name: &str, walked: &Walked, budget: u64) -> u64 {
    walked.first.get(name).copied().unwrap_or(budget)
}

fn print(bench: &Bench, title: &str, walked: &Walked) {
    let spent = &walked.coverage.spent;
    println!("{title}: {} requests, {} polls, {spent:?}, left {}, plans {}, live {}", walked.requests, walked.polls, walked.left, walked.plans.len(), walked.live_most);
    for found in walked.found.iter().take(5) {
        println!("  FOUND {found:.300}");
    }
    for info in &bench.model.clauses {
        if let probity::model::Origin::Clause(_) = info.origin {
            let first = walked.first.get(&info.id).map_or("-".to_string(), ToString::to_string);
            println!("  {:30} first {first:>5} count {:>4} contexts {:>3}", info.id, walked.coverage.count(&info.id), walked.coverage.contexts(&info.id));
        }
    }
}

#[test]
fn history_dependent_clauses_are_reached_much_sooner_than_by_chance() {
    let bench = Bench::new(lamps::lamps(), "owner");
    let budget = 600;
    let (mut by_guide, mut by_chance) = (0, 0);
    for seed in 0..4 {
        let (guide, chance) = (guided(&bench, seed, budget), random(&bench, seed, budget));
        if seed == 0 {
            print(&bench, "guided", &guide);
            print(&bench, "random", &chance);
        }
        assert_eq!(guide.found, Vec::<String>::new());
        for rare in ["undo.dark", "clean.worn"] {
            by_guide += sooner(rare, &guide, budget);
            by_chance += sooner(rare, &chance, budget);
        }
    }
    println!("guided {by_guide}, random {by_chance}");
    assert!(by_guide * 3 <= by_chance, "guided {by_guide}, random {by_chance}");
}

/// A suite and its schemas as the project ships them.
fn shipped(name: &str) -> (Arc<probity::model::Model>, Arc<probity::schema::Schemas>) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("suites").join(format!("{name}.yaml"))).expect("the suite is there");
    let schemas = probity::schema::Schemas::load(&probity::schema::Folder(root.join("schemas").join(name))).expect("the schemas load");
    let suite = probity::suite::parse(name, &text, &schemas.catalog).unwrap_or_else(|problems| panic!("{}", probity::suite::render(&problems, &text)));
    let model = probity::model::Model::new(Arc::new(suite), &schemas.catalog, "2026-11-20").expect("the suite comes to life");
    (Arc::new(model), Arc::new(schemas))
}

#[test]
fn the_shipped_suites_are_walked_without_a_stop() {
    let mut bench = Bench::new(shipped("ecs-native"), "project_id");
    bench.tempo.event_percent = 2;
    bench.tempo.exception_percent = 10;
    let begun = std::time::Instant::now();
    let walked = guided(&bench, 1, 1_500);
    println!("{:?}", begun.elapsed());
    print(&bench, "ecs-native", &walked);
    let begun = std::time::Instant::now();
    let walked = random(&bench, 1, 1_500);
    println!("{:?}", begun.elapsed());
    print(&bench, "ecs-native random", &walked);
}

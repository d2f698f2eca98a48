//! Which clauses the choosers reach, and after how many requests.

mod chooser_bench;
mod call_traits;

use crate::lamp_suite;
use chooser_bench::{ChooserBench, WalkResult};
use probity::campaign::DecidabilityCheck;
use probity::oracle::ClauseDecidability;
use probity::plan::{Chooser, Coverage, GuidedChooser, RandomChooser, ReachLimits, RecordedChooser, find_reachable};
use std::sync::Arc;

fn run_guided(bench: &ChooserBench, seed: u64, requests: u64) -> WalkResult {
    let hints = Arc::clone(&bench.hints);
    let mut make = |plan| -> Box<dyn Chooser> { Box::new(GuidedChooser::new(Arc::clone(&hints), seed, plan)) };
    bench.run_plans(&mut make, seed * 1_000, requests, 60)
}

fn run_random(bench: &ChooserBench, seed: u64, requests: u64) -> WalkResult {
    let hints = Arc::clone(&bench.hints);
    let mut make = |plan| -> Box<dyn Chooser> { Box::new(RandomChooser::new(Arc::clone(&hints), seed, plan)) };
    bench.run_plans(&mut make, seed * 1_000, requests, 60)
}

/// Requests until a clause first decided an outcome; the budget if the clause never did.
fn first_request(name: &str, walked: &WalkResult, budget: u64) -> u64 {
    walked.first.get(name).copied().unwrap_or(budget)
}

fn print_result(bench: &ChooserBench, title: &str, walked: &WalkResult) {
    let spent = &walked.coverage.spent;
    println!(
        "{title}: {} requests, {} polls, {spent:?}, left {}, plans {}, live {}",
        walked.requests,
        walked.polls,
        walked.left,
        walked.plans.len(),
        walked.live_most
    );
    for found in walked.found.iter().take(5) {
        println!("  FOUND {found:.300}");
    }
    for info in &bench.model.clauses {
        if let probity::model::ClauseOrigin::Clause(_) = info.origin {
            let first = walked.first.get(&info.id).map_or("-".to_string(), ToString::to_string);
            println!(
                "  {:30} first {first:>5} count {:>4} contexts {:>3}",
                info.id,
                walked.coverage.count_tests(&info.id),
                walked.coverage.count_contexts(&info.id)
            );
        }
    }
}

#[test]
fn history_dependent_clauses_are_reached_much_sooner_than_by_chance() {
    let bench = ChooserBench::new(lamp_suite::lamps(), "owner");
    let budget = 600;
    let (mut by_guide, mut by_chance) = (0, 0);
    for seed in 0..4 {
        let (guide, chance) = (run_guided(&bench, seed, budget), run_random(&bench, seed, budget));
        if seed == 0 {
            print_result(&bench, "guided", &guide);
            print_result(&bench, "random", &chance);
        }
        assert_eq!(guide.found, Vec::<String>::new());
        for rare in ["undo.dark", "clean.worn"] {
            by_guide += first_request(rare, &guide, budget);
            by_chance += first_request(rare, &chance, budget);
        }
    }
    println!("guided {by_guide}, random {by_chance}");
    assert!(by_guide * 3 <= by_chance, "guided {by_guide}, random {by_chance}");
}

/// A suite of the project with its schemas.
fn load_suite(name: &str) -> (Arc<probity::model::Model>, Arc<probity::schema::CompiledCatalog>) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("suites").join(format!("{name}.yaml"))).expect("the suite is there");
    let schemas =
        probity::schema::CompiledCatalog::load(&probity::schema::CatalogFolder(root.join("schemas").join(name)))
            .expect("the schemas load");
    let suite = probity::suite::parse_suite(name, &text, &schemas.catalog)
        .unwrap_or_else(|problems| panic!("{}", probity::suite::render_problems(&problems, &text)));
    let model = probity::model::Model::new(Arc::new(suite), &schemas, "2026-11-20").expect("the suite comes to life");
    (Arc::new(model), Arc::new(schemas))
}

#[test]
fn a_guided_chooser_exercises_more_clauses_of_a_suite_than_a_random_one() {
    let mut bench = ChooserBench::new(load_suite("ecs-native"), "project_id");
    bench.tempo.event_percent = 2;
    bench.tempo.exception_percent = 10;
    let (guide, chance) = (run_guided(&bench, 1, 1_000), run_random(&bench, 1, 1_000));
    print_result(&bench, "guided", &guide);
    print_result(&bench, "random", &chance);
    let contexts =
        |walked: &WalkResult| walked.coverage.clauses.values().map(std::collections::BTreeMap::len).sum::<usize>();
    assert!(guide.first.len() > chance.first.len(), "{} and {} clauses", guide.first.len(), chance.first.len());
    assert!(contexts(&guide) > 2 * contexts(&chance), "{} and {} contexts", contexts(&guide), contexts(&chance));
}

/// Each of these refusals is hidden by another reason in most calls. The hidden ones need two snapshots of one volume, a
/// snapshot of another volume, or an old version in a call that is valid otherwise.
#[test]
fn refusals_are_reached_without_another_reason() {
    let bench = ChooserBench::new(load_suite("scp-volume"), "none");
    let hidden = ["revert.only-latest", "revert.own-snapshot", "revert.version-1.0", "extend.only-grows"];
    let alone = |walked: &WalkResult| {
        let traits = &walked.coverage.traits;
        hidden.iter().filter(|clause| traits.of_clause(clause).is_some_and(|counts| counts.contains_key(&1))).count()
    };
    let (mut by_guide, mut by_chance) = (0, 0);
    for seed in 0..3 {
        by_guide += alone(&run_guided(&bench, seed, 1_500));
        by_chance += alone(&run_random(&bench, seed, 1_500));
    }
    println!("guided {by_guide}, random {by_chance}, of {}", 3 * hidden.len());
    assert!(by_guide >= 6 && by_guide > 2 * by_chance, "guided {by_guide}, random {by_chance}");
}

/// Each operation is called early with another caller's resource. An id without a resource would not do: a server that
/// checks no owner refuses it too.
#[test]
fn many_operations_are_called_with_the_resource_of_another_caller() {
    let bench = ChooserBench::new(load_suite("scp-volume"), "none");
    let naming = bench.schemas.catalog.operations.iter().filter(|operation| !operation.path.is_empty()).count();
    let asked = |walked: &WalkResult| {
        let steps = walked.plans.iter().flatten().filter(|step| step.call.caller == "other" && step.births.is_empty());
        let by_handle = steps.filter(|step| step.call.path.values().any(|value| value.get("$handle").is_some()));
        by_handle.map(|step| step.call.operation.clone()).collect::<std::collections::BTreeSet<_>>().len()
    };
    let (mut by_guide, mut by_chance) = (0, 0);
    for seed in 0..4 {
        by_guide += asked(&run_guided(&bench, seed, 600));
        by_chance += asked(&run_random(&bench, seed, 600));
    }
    println!("guided {by_guide}, random {by_chance}, of {}", 4 * naming);
    let all = 4 * naming;
    assert!(by_guide * 5 >= all * 2 && by_guide > 2 * by_chance, "guided {by_guide}, random {by_chance}, of {all}");
}

#[test]
fn unreachable_clauses_are_distinguished_from_clauses_that_need_many_calls() {
    let bench = ChooserBench::new(lamp_suite::lamps(), "owner");
    let found =
        find_reachable(&bench.model, &bench.schemas, &bench.hints, &bench.limits(60), ReachLimits::default()).found;
    let shortest = |id: &str| {
        found
            .get(&bench.model.find_clause(id).expect("a clause of the suite"))
            .map(|reach| (reach.shortest, reach.certain))
    };
    assert_eq!(shortest("never"), None);
    assert_eq!(shortest("buy"), Some((1, true)));
    assert_eq!(shortest("dim"), Some((2, true)));
    assert_eq!(shortest("undo.lit"), Some((3, true)));
    assert_eq!(shortest("undo.dark"), Some((4, true)));
    // Bought, switched off, twice tried and undone, cleaned.
    assert_eq!(shortest("clean.worn"), Some((7, true)));
    assert_eq!(shortest("pin.other"), Some((4, true)));
    let missing: Vec<&str> = bench
        .model
        .clauses
        .iter()
        .enumerate()
        .filter(|(index, info)| {
            matches!(info.origin, probity::model::ClauseOrigin::Clause(_))
                && !found.contains_key(&probity::model::ClauseId(*index as u32))
        })
        .map(|(_, info)| info.id.as_str())
        .collect();
    assert_eq!(missing, ["never"]);
}

#[test]
fn a_clause_is_unreachable_by_the_suite_or_by_the_callers() {
    let mut bench = ChooserBench::new(lamp_suite::lamps(), "owner");
    let standing = |bench: &ChooserBench, id: &str| {
        let (model, schemas, hints) = (bench.model.clone(), bench.schemas.clone(), Arc::clone(&bench.hints));
        let clause = model.find_clause(id).expect("a clause of the suite");
        DecidabilityCheck::new(model, schemas, hints, bench.limits(60)).find_decidability(clause)
    };
    let why = "`lamp.status == \"BROKEN\"` holds in no state that a lamp can have (status \"DARK\", \"FADING\", \
               \"LIT\", \"SWAPPING\", \"TRYING\", \"WARMING\")";
    assert_eq!(standing(&bench, "never"), ClauseDecidability::Unreachable(why.to_string()));
    assert_eq!(standing(&bench, "undo.lit"), ClauseDecidability::Reachable);
    assert_eq!(standing(&bench, "no-key"), ClauseDecidability::Reachable);
    bench.callers = vec!["owner", "other"];
    let why = "the endpoint has no caller `none` or `expired`";
    assert_eq!(standing(&bench, "no-key"), ClauseDecidability::Unreachable(why.to_string()));
}

#[test]
fn equal_seeds_give_equal_plans_and_a_recorded_plan_repeats_them() {
    let bench = ChooserBench::new(lamp_suite::lamps(), "owner");
    let (one, two) = (run_guided(&bench, 3, 200), run_guided(&bench, 3, 200));
    assert!(one.plans.iter().map(Vec::len).sum::<usize>() > 40);
    assert_eq!(one.plans, two.plans);
    assert_ne!(one.plans, run_guided(&bench, 4, 200).plans);
    let mut plans = one.plans.clone().into_iter();
    let mut make = |_| -> Box<dyn Chooser> { Box::new(RecordedChooser::new(plans.next().unwrap_or_default())) };
    let again = bench.run_plans(&mut make, 3_000, 200, 60);
    assert_eq!(again.plans, one.plans);
    assert_eq!(again.coverage, one.coverage);
}

#[test]
fn most_of_the_budget_goes_to_changes_within_the_limits() {
    let bench = ChooserBench::new(lamp_suite::lamps(), "owner");
    let (mut spent, mut live_most, mut foreign) = (Coverage::default(), 0, 0);
    for seed in 0..4 {
        let walked = run_guided(&bench, seed, 500);
        spent.merge(&walked.coverage);
        live_most = live_most.max(walked.live_most);
        let steps = walked.plans.iter().flatten();
        foreign += steps.filter(|step| !step.births.is_empty() && step.call.caller == "other").count();
        // Steps name handles. A plan contains no id of a response.
        for step in walked.plans.iter().flatten().filter(|step| step.call.caller == "owner") {
            assert!(step.births.values().all(|names| !names.is_empty()), "{step:?}");
        }
    }
    let spent = spent.spent;
    println!("{spent:?}, live {live_most}, foreign creates {foreign}");
    let percent = |part: u64| part * 100 / spent.steps;
    // A change needs polls as well and a refusal one request, so most requests belong to changes. Most of the cells, which
    // are still empty here, are refusals.
    assert!(percent(spent.changes) >= 18, "{spent:?}");
    assert!(percent(spent.refusals) <= 50, "{spent:?}");
    assert!(percent(spent.creates) <= 12, "{spent:?}");
    assert!((4..=35).contains(&percent(spent.moving)), "{spent:?}");
    assert!(live_most <= 3);
    assert!(foreign > 0);
}

#[test]
fn a_caller_that_the_profile_lacks_is_never_used() {
    let mut bench = ChooserBench::new(lamp_suite::lamps(), "owner");
    bench.callers = vec!["owner", "none"];
    let walked = run_guided(&bench, 1, 400);
    let callers: std::collections::BTreeSet<&str> =
        walked.plans.iter().flatten().map(|step| step.call.caller.as_str()).collect();
    assert_eq!(callers.into_iter().collect::<Vec<_>>(), ["none", "owner"]);
}

#[test]
fn bodies_deviate_in_many_places() {
    let bench = ChooserBench::new(lamp_suite::lamps(), "owner");
    let hints = Arc::clone(&bench.hints);
    let mut make = |plan| -> Box<dyn Chooser> { Box::new(GuidedChooser::new(Arc::clone(&hints), 5, plan)) };
    let walked = bench.run_plans(&mut make, 5, 600, 300);
    let shape = |name: &str| {
        bench.schemas.find_request_schema(bench.schemas.find_operation(name).expect("of the catalog"), None)
    };
    let mut kinds = std::collections::BTreeSet::new();
    for step in walked.plans.iter().flatten() {
        let (Some(shape), Some(body)) = (shape(&step.call.operation), &step.call.body) else {
            continue;
        };
        for violation in probity::schema::classify_input(Some(shape), Some(body), None).reasons {
            kinds.insert((step.call.operation.clone(), violation.pointer, violation.kind));
        }
    }
    println!("{kinds:?}");
    assert!(kinds.len() >= 10, "{kinds:?}");
}

/// Prints which faults of the mock a number of requests finds.
/// `PROBITY_FAULTS=lamps cargo test --test integration faults_found -- --nocapture`
#[test]
fn faults_found_are_counted() {
    let Ok(name) = std::env::var("PROBITY_FAULTS") else {
        return;
    };
    let mut bench = if name == "lamps" {
        ChooserBench::new(lamp_suite::lamps(), "owner")
    } else {
        ChooserBench::new(load_suite(&name), "project_id")
    };
    bench.first_only = true;
    let budget = std::env::var("PROBITY_REQUESTS").ok().and_then(|n| n.parse().ok()).unwrap_or(600);
    let mut faults = probity::mock::list_mutants(&bench.model, &bench.schemas);
    let only = std::env::var("PROBITY_ONLY").unwrap_or_default();
    faults.retain(|fault| fault.name.contains(&only));
    let (mut by_guide, mut by_chance, mut requests) = (0, 0, 0);
    for fault in &faults {
        bench.fault = Some(fault.clone());
        let found = run_guided(&bench, 7, budget);
        requests += found.requests;
        by_guide += usize::from(!found.found.is_empty());
        let chance = run_random(&bench, 7, budget);
        by_chance += usize::from(!chance.found.is_empty());
        if found.found.is_empty() {
            println!("  not found: {} {}", fault.name, if chance.found.is_empty() { "" } else { "(by chance it is)" });
        }
    }
    assert!(by_guide >= by_chance, "{by_guide} guided, {by_chance} by chance");
    println!("{} faults, {by_guide} found guided in {requests} requests, {by_chance} by chance", faults.len());
}

//! What the choosers reach, and how soon.

mod drive;
mod lamps;
mod novel;

use drive::{Bench, Walked};
use probity::campaign::Standings;
use probity::oracle::Standing;
use probity::plan::{Chooser, Coverage, Extent, Guided, Random, Recorded, reachable};
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
        if let probity::model::Origin::Clause(_) = info.origin {
            let first = walked.first.get(&info.id).map_or("-".to_string(), ToString::to_string);
            println!(
                "  {:30} first {first:>5} count {:>4} contexts {:>3}",
                info.id,
                walked.coverage.count(&info.id),
                walked.coverage.contexts(&info.id)
            );
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
    let schemas = probity::schema::Schemas::load(&probity::schema::Folder(root.join("schemas").join(name)))
        .expect("the schemas load");
    let suite = probity::suite::parse(name, &text, &schemas.catalog)
        .unwrap_or_else(|problems| panic!("{}", probity::suite::render(&problems, &text)));
    let model =
        probity::model::Model::new(Arc::new(suite), &schemas.catalog, "2026-11-20").expect("the suite comes to life");
    (Arc::new(model), Arc::new(schemas))
}

#[test]
fn on_a_shipped_suite_more_clauses_are_exercised_than_by_chance() {
    let mut bench = Bench::new(shipped("ecs-native"), "project_id");
    bench.tempo.event_percent = 2;
    bench.tempo.exception_percent = 10;
    let (guide, chance) = (guided(&bench, 1, 1_000), random(&bench, 1, 1_000));
    print(&bench, "guided", &guide);
    print(&bench, "random", &chance);
    let contexts =
        |walked: &Walked| walked.coverage.clauses.values().map(std::collections::BTreeMap::len).sum::<usize>();
    assert!(guide.first.len() > chance.first.len(), "{} and {} clauses", guide.first.len(), chance.first.len());
    assert!(contexts(&guide) > 2 * contexts(&chance), "{} and {} contexts", contexts(&guide), contexts(&chance));
}

/// Each of these hides behind another reason wherever it is not looked for: two snapshots of one volume, a snapshot
/// of another one, an old version in a call that would do.
#[test]
fn refusals_are_met_where_nothing_else_stands_in_the_way() {
    let bench = Bench::new(shipped("scp-volume"), "none");
    let hidden = ["revert.only-latest", "revert.own-snapshot", "revert.version-1.0", "extend.only-grows"];
    let alone = |walked: &Walked| {
        let traits = &walked.coverage.traits;
        hidden.iter().filter(|clause| traits.contains_key(&format!("{clause} behind 0"))).count()
    };
    let (mut by_guide, mut by_chance) = (0, 0);
    for seed in 0..3 {
        by_guide += alone(&guided(&bench, seed, 1_500));
        by_chance += alone(&random(&bench, seed, 1_500));
    }
    println!("guided {by_guide}, random {by_chance}, of {}", 3 * hidden.len());
    assert!(by_guide >= 8 && by_guide >= 4 * by_chance, "guided {by_guide}, random {by_chance}");
}

/// What one caller may do with another's things is asked of each operation, and early: an id that never was would
/// be refused by a server that checks no owner, too.
#[test]
fn many_operations_are_asked_for_what_is_anothers() {
    let bench = Bench::new(shipped("scp-volume"), "none");
    let naming = bench.schemas.catalog.operations.iter().filter(|operation| !operation.path.is_empty()).count();
    let asked = |walked: &Walked| {
        let steps = walked.plans.iter().flatten().filter(|step| step.caller == "other" && step.births.is_empty());
        let by_handle = steps.filter(|step| step.path.values().any(|value| value.get("$handle").is_some()));
        by_handle.map(|step| step.operation.clone()).collect::<std::collections::BTreeSet<_>>().len()
    };
    let (mut by_guide, mut by_chance) = (0, 0);
    for seed in 0..4 {
        by_guide += asked(&guided(&bench, seed, 600));
        by_chance += asked(&random(&bench, seed, 600));
    }
    println!("guided {by_guide}, random {by_chance}, of {}", 4 * naming);
    let all = 4 * naming;
    assert!(by_guide * 5 >= all * 2 && by_guide > 2 * by_chance, "guided {by_guide}, random {by_chance}, of {all}");
}

#[test]
fn what_no_sequence_of_calls_reaches_is_told_from_what_takes_many() {
    let bench = Bench::new(lamps::lamps(), "owner");
    let found = reachable(&bench.model, &bench.schemas, &bench.hints, &bench.limits(60), Extent::default()).found;
    let shortest = |id: &str| {
        found.get(&bench.model.named(id).expect("a clause of the suite")).map(|reach| (reach.shortest, reach.certain))
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
            matches!(info.origin, probity::model::Origin::Clause(_))
                && !found.contains_key(&probity::model::ClauseId(*index as u32))
        })
        .map(|(_, info)| info.id.as_str())
        .collect();
    assert_eq!(missing, ["never"]);
}

#[test]
fn a_clause_stands_by_what_the_suite_allows_and_by_who_may_ask() {
    let mut bench = Bench::new(lamps::lamps(), "owner");
    let standing = |bench: &Bench, id: &str| {
        let (model, schemas, hints) = (bench.model.clone(), bench.schemas.clone(), Arc::clone(&bench.hints));
        let clause = model.named(id).expect("a clause of the suite");
        Standings::new(model, schemas, hints, bench.limits(60)).of(clause)
    };
    let why = "nothing brings a lamp into a state in which it would apply";
    assert_eq!(standing(&bench, "never"), Standing::Unreachable(why.to_string()));
    assert_eq!(standing(&bench, "undo.lit"), Standing::Reachable);
    assert_eq!(standing(&bench, "no-key"), Standing::Reachable);
    bench.callers = vec!["owner", "other"];
    let why = "the endpoint has no caller `none` or `expired`";
    assert_eq!(standing(&bench, "no-key"), Standing::Unreachable(why.to_string()));
}

#[test]
fn the_same_seed_gives_the_same_plans_and_the_record_gives_them_again() {
    let bench = Bench::new(lamps::lamps(), "owner");
    let (one, two) = (guided(&bench, 3, 200), guided(&bench, 3, 200));
    assert!(one.plans.iter().map(Vec::len).sum::<usize>() > 40);
    assert_eq!(one.plans, two.plans);
    assert_ne!(one.plans, guided(&bench, 4, 200).plans);
    let mut plans = one.plans.clone().into_iter();
    let mut make = |_| -> Box<dyn Chooser> { Box::new(Recorded::new(plans.next().unwrap_or_default())) };
    let again = bench.walk(&mut make, 3_000, 200, 60);
    assert_eq!(again.plans, one.plans);
    assert_eq!(again.coverage, one.coverage);
}

#[test]
fn the_budget_goes_into_changes_and_stays_within_its_ceilings() {
    let bench = Bench::new(lamps::lamps(), "owner");
    let (mut spent, mut live_most, mut foreign) = (Coverage::default(), 0, 0);
    for seed in 0..4 {
        let walked = guided(&bench, seed, 500);
        spent.merge(&walked.coverage);
        live_most = live_most.max(walked.live_most);
        let steps = walked.plans.iter().flatten();
        foreign += steps.filter(|step| !step.births.is_empty() && step.caller == "other").count();
        // What steps name are handles: an id of a reply never stands in a plan.
        for step in walked.plans.iter().flatten().filter(|step| step.caller == "owner") {
            assert!(step.births.values().all(|names| !names.is_empty()), "{step:?}");
        }
    }
    let spent = spent.spent;
    println!("{spent:?}, live {live_most}, foreign creates {foreign}");
    let percent = |part: u64| part * 100 / spent.steps;
    // A change costs its polls besides, a refusal one request: of the requests changes have the most.
    assert!(percent(spent.changes) >= 25, "{spent:?}");
    assert!(percent(spent.refusals) <= 45, "{spent:?}");
    assert!(percent(spent.creates) <= 12, "{spent:?}");
    assert!((8..=35).contains(&percent(spent.moving)), "{spent:?}");
    assert!(live_most <= 3);
    assert!(foreign > 0);
}

#[test]
fn a_caller_that_the_profile_lacks_is_never_used() {
    let mut bench = Bench::new(lamps::lamps(), "owner");
    bench.callers = vec!["owner", "none"];
    let walked = guided(&bench, 1, 400);
    let callers: std::collections::BTreeSet<&str> =
        walked.plans.iter().flatten().map(|step| step.caller.as_str()).collect();
    assert_eq!(callers.into_iter().collect::<Vec<_>>(), ["none", "owner"]);
}

#[test]
fn bodies_deviate_in_many_places() {
    let bench = Bench::new(lamps::lamps(), "owner");
    let hints = Arc::clone(&bench.hints);
    let mut make = |plan| -> Box<dyn Chooser> { Box::new(Guided::new(Arc::clone(&hints), 5, plan)) };
    let walked = bench.walk(&mut make, 5, 600, 300);
    let shape = |name: &str| bench.schemas.request(bench.schemas.operation(name).expect("of the catalog"), None);
    let mut kinds = std::collections::BTreeSet::new();
    for step in walked.plans.iter().flatten() {
        let (Some(shape), Some(body)) = (shape(&step.operation), &step.body) else {
            continue;
        };
        for violation in probity::schema::classify(Some(shape), Some(body), None).reasons {
            kinds.insert((step.operation.clone(), violation.pointer, violation.kind));
        }
    }
    println!("{kinds:?}");
    assert!(kinds.len() >= 10, "{kinds:?}");
}

/// For people: which faults of the mock a walk of so many requests finds, and which it does not.
/// `PROBITY_FAULTS=lamps cargo test --test choosing faults -- --nocapture`
#[test]
fn faults_found_are_counted() {
    let Ok(name) = std::env::var("PROBITY_FAULTS") else {
        return;
    };
    let mut bench =
        if name == "lamps" { Bench::new(lamps::lamps(), "owner") } else { Bench::new(shipped(&name), "project_id") };
    bench.first_only = true;
    let budget = std::env::var("PROBITY_REQUESTS").ok().and_then(|n| n.parse().ok()).unwrap_or(600);
    let mut faults = probity::mock::mutants(&bench.model, &bench.schemas);
    let only = std::env::var("PROBITY_ONLY").unwrap_or_default();
    faults.retain(|fault| fault.name.contains(&only));
    let (mut by_guide, mut by_chance, mut requests) = (0, 0, 0);
    for fault in &faults {
        bench.fault = Some(fault.clone());
        let found = guided(&bench, 7, budget);
        requests += found.requests;
        by_guide += usize::from(!found.found.is_empty());
        let chance = random(&bench, 7, budget);
        by_chance += usize::from(!chance.found.is_empty());
        if found.found.is_empty() {
            println!("  not found: {} {}", fault.name, if chance.found.is_empty() { "" } else { "(by chance it is)" });
        }
    }
    assert!(by_guide >= by_chance, "{by_guide} guided, {by_chance} by chance");
    println!("{} faults, {by_guide} found guided in {requests} requests, {by_chance} by chance", faults.len());
}

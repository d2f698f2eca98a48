//! What must always hold of the belief, over random calls against the mock.

mod random_walk;

use crate::lamp_suite;
use probity::expr::Val;
use probity::history::Exchange;
use probity::mock::{Mock, Tempo};
use probity::model::{Belief, Bounds, Held, Id, Life, Model, classed};
use probity::oracle::Judge;
use probity::schema::Schemas;
use random_walk::{Way, load, load_at, walk};
use std::collections::BTreeSet;
use std::sync::Arc;

const BOUNDS: Bounds = Bounds { worlds_max: 20_000, settle_percent: 100, insight: false };
const STEPS: u64 = 200;

/// Walks until so many steps are made, fast and slow in turn.
fn ways(steps: u64, lost_percent: (u32, u32)) -> impl Iterator<Item = Way> {
    (0..steps.div_ceil(STEPS)).map(move |seed| Way {
        seed,
        steps: STEPS,
        tempo: if seed % 2 == 0 { Tempo::CLOUD } else { Tempo::FAST },
        lost_percent,
    })
}

/// `PROBITY_STEPS` asks for more than the default, which keeps the tests short.
fn steps(usual: u64) -> u64 {
    std::env::var("PROBITY_STEPS").ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

fn never_contradicts(api: &(Arc<Model>, Arc<Schemas>), steps: u64) {
    let (model, schemas) = api;
    let mut judged = 0;
    for way in ways(steps, (0, 0)) {
        let mut judge = Judge::new(model.clone(), schemas.clone(), 0, BOUNDS);
        let mut trail: Vec<String> = Vec::new();
        walk(api, way, &mut |exchange, _| {
            let seen = judge.observe(exchange).unwrap_or_else(|fault| panic!("{fault}"));
            judged += 1;
            trail.push(format!(
                "{} {} {:?} -> {:?}",
                exchange.caller, exchange.operation, exchange.body, exchange.outcome
            ));
            if let Some(finding) = seen.findings.first() {
                let clauses: Vec<&str> = finding.clauses.iter().map(|clause| model.info(*clause).id.as_str()).collect();
                let from = trail.len().saturating_sub(5);
                panic!(
                    "seed {}: the mock contradicts {clauses:?}: {finding:?}\n{}",
                    way.seed,
                    trail[from..].join("\n")
                );
            }
        });
    }
    assert!(judged >= steps * 9 / 10, "only {judged} of {steps} calls were made");
}

#[test]
fn the_mock_never_contradicts_the_native_suite() {
    never_contradicts(&load("ecs-native"), steps(6_000));
}

#[test]
fn the_mock_never_contradicts_the_volumes_before_and_after_versions_expire() {
    for today in ["2025-06-01", "2026-11-20"] {
        never_contradicts(&load_at("scp-volume", today), steps(3_000));
    }
}

#[test]
fn the_mock_never_contradicts_a_suite_with_relations_and_memory() {
    never_contradicts(&lamp_suite::lamps(), steps(6_000));
}

#[test]
fn the_mock_never_contradicts_a_suite_with_jobs_and_batches() {
    never_contradicts(&load("ecs-v1"), steps(6_000));
}

/// A possibility that the truth may be hidden behind: what it knows is so, or is still to come.
fn covers(possible: &Held, truth: &Held) -> bool {
    if possible.thing.fog.is_some() {
        return possible.thing.life != Life::Gone || truth.thing.life == Life::Gone;
    }
    let pending = |index: usize| {
        truth.thing.motion.iter().flat_map(|motion| &motion.pending).any(|(field, _)| usize::from(*field) == index)
    };
    // What the mock itself has left open is what it showed, and no clause says more.
    let same = |index: usize, value: &Val| {
        let truly = &truth.thing.fields[index];
        value.has_unknown() || truly.has_unknown() || pending(index) || value == truly
    };
    possible.thing.life == truth.thing.life
        && (truth.thing.life != Life::Alive
            || possible.thing.fields.iter().enumerate().all(|(index, value)| same(index, value)))
}

fn keeps_the_truth(api: &(Arc<Model>, Arc<Schemas>), steps: u64) {
    let (model, schemas) = api;
    let (mut lost, mut compared) = (0, 0);
    for way in ways(steps, (15, 5)) {
        let mut belief = Belief::new(model.clone(), BOUNDS);
        walk(api, way, &mut |exchange, mock| {
            let input = classed(model, schemas, exchange);
            let observed = belief.observe(exchange, input).unwrap_or_else(|fault| panic!("{fault}"));
            assert_eq!(observed.deviations, vec![], "seed {} at {}", way.seed, exchange.number);
            lost += u64::from(matches!(exchange.outcome, probity::history::Outcome::Lost { .. }));
            compared += hidden_somewhere(&belief, mock, exchange, way.seed);
        });
    }
    assert!(
        lost > steps / 10 && compared > steps,
        "{lost} replies were lost, {compared} things compared: the test says nothing"
    );
}

fn hidden_somewhere(belief: &Belief, mock: &Mock, exchange: &Exchange, seed: u64) -> u64 {
    let known: BTreeSet<&Id> = belief.ids().collect();
    let mut compared = 0;
    for truth in mock.truth().iter().filter(|held| known.contains(&held.id)) {
        let possible = belief.possibilities_now(&truth.id);
        compared += 1;
        assert!(
            possible.iter().any(|held| covers(held, truth)),
            "seed {seed} at {} ({} {}): {truth:?} is not among {possible:#?}",
            exchange.number,
            exchange.caller,
            exchange.operation
        );
    }
    compared
}

#[test]
fn a_lost_reply_never_removes_the_true_world_of_the_native_suite() {
    keeps_the_truth(&load("ecs-native"), steps(4_000));
}

#[test]
fn a_lost_reply_never_removes_the_true_world_of_volumes_and_their_snapshots() {
    keeps_the_truth(&load("scp-volume"), steps(3_000));
}

#[test]
fn a_lost_reply_never_removes_the_true_world_of_a_suite_with_relations() {
    keeps_the_truth(&lamp_suite::lamps(), steps(4_000));
}

#[test]
fn a_lost_reply_never_removes_the_true_world_of_a_suite_with_jobs_and_batches() {
    keeps_the_truth(&load("ecs-v1"), steps(4_000));
}

/// What can be said of each thing, whatever the factors are.
fn said(belief: &Belief) -> Vec<(Id, Vec<Arc<Held>>)> {
    belief.ids().collect::<BTreeSet<_>>().into_iter().map(|id| (id.clone(), belief.possibilities_now(id))).collect()
}

#[test]
fn factored_equals_unfactored() {
    factors_change_nothing(&lamp_suite::lamps(), steps(10_000), 16);
}

#[test]
fn factored_equals_unfactored_with_jobs_that_tell_ids_and_wait_for_others() {
    factors_change_nothing(&load("ecs-v1"), steps(3_000), 6);
}

fn factors_change_nothing(api: &(Arc<Model>, Arc<Schemas>), steps: u64, worlds_least: usize) {
    let (model, schemas) = api;
    let mut joined_most = 0;
    for way in ways(steps, (5, 2)).map(|way| Way { steps: 40, ..way }) {
        let mut factored = Belief::new(model.clone(), BOUNDS);
        let mut whole = Belief::unfactored(model.clone(), BOUNDS);
        let mut over = false;
        walk(api, way, &mut |exchange, _| {
            if over {
                return;
            }
            // A liar contradicts the suite now and then; both must notice at the same call.
            let mut exchange = exchange.clone();
            if exchange.number % 17 == 16
                && let probity::history::Outcome::Replied(reply) = &mut exchange.outcome
            {
                reply.status = if reply.status < 300 { 409 } else { 200 };
            }
            let input = classed(model, schemas, &exchange);
            let one = factored.observe(&exchange, input.clone()).unwrap_or_else(|fault| panic!("{fault}"));
            let other = whole.observe(&exchange, input).unwrap_or_else(|fault| panic!("{fault}"));
            let clauses = |observed: &probity::model::Observed| {
                observed.deviations.iter().map(|d| d.clauses.clone()).collect::<Vec<_>>()
            };
            assert_eq!(clauses(&one), clauses(&other), "seed {} at {}", way.seed, exchange.number);
            joined_most = joined_most.max(whole.tally.worlds_most);
            // After a deviation each forgets what it touched, which is not the same set.
            over = !one.deviations.is_empty() || one.excess.is_some() || other.excess.is_some();
            if !over {
                assert_eq!(said(&factored), said(&whole), "seed {} at {}", way.seed, exchange.number);
            }
        });
    }
    assert!(joined_most > worlds_least, "the product never grew beyond {joined_most}: the test says nothing");
}

#[test]
fn factored_equals_unfactored_for_volumes_and_their_snapshots() {
    factors_change_nothing(&load("scp-volume"), steps(4_000), 6);
}

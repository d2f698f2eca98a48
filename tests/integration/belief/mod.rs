//! Properties of the belief over random calls against the mock.

mod random_walk;

use crate::lamp_suite;
use probity::expr::ExprValue;
use probity::history::Exchange;
use probity::mock::{Mock, Tempo};
use probity::model::{
    Belief, BeliefLimits, Existence, InterpretedExchange, Model, PossibleResource, ResourceId, read_input_class,
};
use probity::oracle::Judge;
use probity::schema::CompiledCatalog;
use random_walk::{WalkSettings, load, load_at, walk};
use std::collections::BTreeSet;
use std::sync::Arc;

const BOUNDS: BeliefLimits = BeliefLimits { states_max: 20_000, settle_percent: 100, insight: false };
const STEPS: u64 = 200;

/// Walks with a total number of steps, with a fast and a slow mock in turn.
fn list_walks(steps: u64, lost_percent: (u32, u32)) -> impl Iterator<Item = WalkSettings> {
    (0..steps.div_ceil(STEPS)).map(move |seed| WalkSettings {
        seed,
        steps: STEPS,
        tempo: if seed % 2 == 0 { Tempo::CLOUD } else { Tempo::FAST },
        lost_percent,
    })
}

/// `PROBITY_STEPS` replaces the number of steps.
fn step_count(usual: u64) -> u64 {
    std::env::var("PROBITY_STEPS").ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

fn check_no_contradiction(api: &(Arc<Model>, Arc<CompiledCatalog>), steps: u64) {
    let (model, schemas) = api;
    let mut judged = 0;
    for settings in list_walks(steps, (0, 0)) {
        let mut judge = Judge::new(model.clone(), schemas.clone(), 0, BOUNDS);
        let mut trail: Vec<String> = Vec::new();
        walk(api, settings, &mut |exchange, _| {
            let seen = judge.observe(exchange);
            judged += 1;
            trail.push(format!(
                "{} {} {:?} -> {:?}",
                exchange.call.caller, exchange.call.operation, exchange.call.body, exchange.outcome
            ));
            if let Some(finding) = seen.findings.first() {
                let clauses: Vec<&str> =
                    finding.clauses.iter().map(|clause| model.clause_info(*clause).id.as_str()).collect();
                let from = trail.len().saturating_sub(5);
                panic!(
                    "seed {}: the mock contradicts {clauses:?}: {finding:?}\n{}",
                    settings.seed,
                    trail[from..].join("\n")
                );
            }
        });
    }
    assert!(judged >= steps * 9 / 10, "only {judged} of {steps} calls were made");
}

#[test]
fn the_mock_never_contradicts_the_native_suite() {
    check_no_contradiction(&load("ecs-native"), step_count(6_000));
}

#[test]
fn the_mock_never_contradicts_the_volume_suite_before_and_after_versions_expire() {
    for today in ["2025-06-01", "2026-11-20"] {
        check_no_contradiction(&load_at("scp-volume", today), step_count(3_000));
    }
}

#[test]
fn the_mock_never_contradicts_a_suite_with_relations_and_memory() {
    check_no_contradiction(&lamp_suite::lamps(), step_count(6_000));
}

#[test]
fn the_mock_never_contradicts_a_suite_with_jobs_and_batches() {
    check_no_contradiction(&load("ecs-v1"), step_count(6_000));
}

/// Whether a possibility agrees with the truth: each known value is true, or will be true at the end of the transition.
fn agrees_with_truth(possible: &PossibleResource, truth: &PossibleResource) -> bool {
    if possible.state.undetermined_since.is_some() {
        return possible.state.existence != Existence::Gone || truth.state.existence == Existence::Gone;
    }
    let pending = |index: usize| {
        truth.state.transition.iter().flat_map(|motion| &motion.pending).any(|(field, _)| usize::from(*field) == index)
    };
    // A value that the mock leaves open was shown as such, and no clause promises more.
    let same = |index: usize, value: &ExprValue| {
        let truly = &truth.state.fields[index];
        value.has_unknown() || truly.has_unknown() || pending(index) || value == truly
    };
    possible.state.existence == truth.state.existence
        && (truth.state.existence != Existence::Present
            || possible.state.fields.iter().enumerate().all(|(index, value)| same(index, value)))
}

fn check_truth_is_kept(api: &(Arc<Model>, Arc<CompiledCatalog>), steps: u64) {
    let (model, schemas) = api;
    let (mut lost, mut compared) = (0, 0);
    for settings in list_walks(steps, (15, 5)) {
        let mut belief = Belief::new(model.clone(), BOUNDS);
        walk(api, settings, &mut |exchange, mock| {
            let input = read_input_class(model, schemas, exchange);
            let interpreted = InterpretedExchange::new(model, exchange, input);
            let observed = belief.observe_exchange(&interpreted);
            assert_eq!(observed.deviations, vec![], "seed {} at {}", settings.seed, exchange.number);
            lost += u64::from(matches!(exchange.outcome, probity::history::Outcome::Lost { .. }));
            compared += count_truths_found(&belief, mock, exchange, settings.seed);
        });
    }
    assert!(
        lost > steps / 10 && compared > steps,
        "{lost} replies were lost, {compared} things compared: the test says nothing"
    );
}

fn count_truths_found(belief: &Belief, mock: &Mock, exchange: &Exchange, seed: u64) -> u64 {
    let known: BTreeSet<&ResourceId> = belief.ids().collect();
    let mut compared = 0;
    for truth in mock.true_state().iter().filter(|held| known.contains(&held.id)) {
        let possible = belief.list_current_states(&truth.id);
        compared += 1;
        assert!(
            possible.iter().any(|held| agrees_with_truth(held, truth)),
            "seed {seed} at {} ({} {}): {truth:?} is not among {possible:#?}",
            exchange.number,
            exchange.call.caller,
            exchange.call.operation
        );
    }
    compared
}

#[test]
fn a_lost_response_never_removes_the_true_state_of_the_native_suite() {
    check_truth_is_kept(&load("ecs-native"), step_count(4_000));
}

#[test]
fn a_lost_response_never_removes_the_true_state_of_volumes_and_snapshots() {
    check_truth_is_kept(&load("scp-volume"), step_count(3_000));
}

#[test]
fn a_lost_response_never_removes_the_true_state_of_a_suite_with_relations() {
    check_truth_is_kept(&lamp_suite::lamps(), step_count(4_000));
}

#[test]
fn a_lost_response_never_removes_the_true_state_of_a_suite_with_jobs_and_batches() {
    check_truth_is_kept(&load("ecs-v1"), step_count(4_000));
}

/// The possibilities of each resource, independent of factors.
fn all_possibilities(belief: &Belief) -> Vec<(ResourceId, Vec<Arc<PossibleResource>>)> {
    belief.ids().collect::<BTreeSet<_>>().into_iter().map(|id| (id.clone(), belief.list_current_states(id))).collect()
}

#[test]
fn a_factored_belief_equals_an_unfactored_one() {
    check_factored_equals_unfactored(&lamp_suite::lamps(), step_count(10_000), 16);
}

#[test]
fn a_factored_belief_equals_an_unfactored_one_for_jobs() {
    check_factored_equals_unfactored(&load("ecs-v1"), step_count(3_000), 6);
}

fn check_factored_equals_unfactored(api: &(Arc<Model>, Arc<CompiledCatalog>), steps: u64, worlds_least: usize) {
    let (model, schemas) = api;
    let mut joined_most = 0;
    for settings in list_walks(steps, (5, 2)).map(|settings| WalkSettings { steps: 40, ..settings }) {
        let mut factored = Belief::new(model.clone(), BOUNDS);
        let mut whole = Belief::new_unfactored(model.clone(), BOUNDS);
        let mut over = false;
        walk(api, settings, &mut |exchange, _| {
            if over {
                return;
            }
            // Every 17th response is changed so that it contradicts the suite; both beliefs must notice at the same call.
            let mut exchange = exchange.clone();
            if exchange.number % 17 == 16
                && let probity::history::Outcome::Replied(reply) = &mut exchange.outcome
            {
                reply.status = if reply.status < 300 { 409 } else { 200 };
            }
            let input = read_input_class(model, schemas, &exchange);
            let interpreted = InterpretedExchange::new(model, &exchange, input);
            let one = factored.observe_exchange(&interpreted);
            let other = whole.observe_exchange(&interpreted);
            let clauses = |observed: &probity::model::ExchangeJudgement| {
                observed.deviations.iter().map(|d| d.clauses.clone()).collect::<Vec<_>>()
            };
            assert_eq!(clauses(&one), clauses(&other), "seed {} at {}", settings.seed, exchange.number);
            joined_most = joined_most.max(whole.tally.states_most);
            // After a deviation the resources that become undetermined may differ.
            over = !one.deviations.is_empty() || one.excess.is_some() || other.excess.is_some();
            if !over {
                assert_eq!(
                    all_possibilities(&factored),
                    all_possibilities(&whole),
                    "seed {} at {}",
                    settings.seed,
                    exchange.number
                );
            }
        });
    }
    assert!(joined_most > worlds_least, "the product never grew beyond {joined_most}: the test says nothing");
}

#[test]
fn a_factored_belief_equals_an_unfactored_one_for_volumes_and_snapshots() {
    check_factored_equals_unfactored(&load("scp-volume"), step_count(4_000), 6);
}

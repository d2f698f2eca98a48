//! The clauses that can apply, and the lowest number of calls for each.
//!
//! The search is breadth first over possible states, from the empty state. Inputs are random or from the suite, so a
//! clause that the search does not reach may be reachable, even within the limits.

use super::chooser_input::PlanLimits;
use super::compose::{CallRequirements, compose_call};
use super::hints::{SuiteHints, has_effect};
use super::planning_context::{CandidateCall, NamedResource, PlanningContext};
use super::presence::ResourcePresence;
use super::spoiled_call::spoil_call;
use super::successor_state::{invent_ids, next_sequence, settle_state, state_signature};
use crate::expr::ExprValue;
use crate::model::{
    ApplicableClauses, ClauseId, EffectContext, EvaluationLog, Existence, Model, PossibleState, apply_choice,
    close_states, evaluate_clauses, list_choices,
};
use crate::schema::{CompiledCatalog, SeededRng};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

/// How a clause was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClauseReach {
    /// Number of calls, with the call of the clause.
    pub shortest: usize,
    /// Whether the guard held. Otherwise, the guard was undetermined.
    pub certain: bool,
}

/// Limits of the search.
#[derive(Debug, Clone, Copy)]
pub struct ReachLimits {
    /// Highest number of calls.
    pub depth_max: usize,
    /// Highest number of visited states.
    pub states_max: usize,
    /// Highest number of resources of one kind.
    pub resources_max: usize,
}

impl Default for ReachLimits {
    fn default() -> ReachLimits {
        ReachLimits { depth_max: 8, states_max: 300, resources_max: 2 }
    }
}

/// The result of the search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReachableClauses {
    /// Every stated clause that some sequence of calls makes apply.
    pub found: BTreeMap<ClauseId, ClauseReach>,
}

/// Searches for every stated clause that some sequence of calls makes apply, within the limits.
#[must_use]
pub fn find_reachable(
    model: &Model,
    schemas: &CompiledCatalog,
    hints: &SuiteHints,
    limits: &PlanLimits,
    extent: ReachLimits,
) -> ReachableClauses {
    let mut reached = ReachableClauses::default();
    // With one resource of a kind the search is deep; with several resources the search covers clauses about
    // relations.
    for things_max in 1..=extent.resources_max {
        let mut search = ReachSearch {
            model,
            schemas,
            hints,
            limits,
            extent: ReachLimits { resources_max: things_max, ..extent },
            rng: SeededRng::new(0, 0, things_max as u64, PURPOSE_REACH),
            found: BTreeMap::new(),
            seen: BTreeSet::new(),
            open: VecDeque::from([(PossibleState::new(), 0)]),
            visited: 0,
        };
        search.run_search();
        for (clause, reach) in search.found {
            let better = |known: &ClauseReach| (!known.certain, known.shortest) > (!reach.certain, reach.shortest);
            if reached.found.get(&clause).is_none_or(better) {
                reached.found.insert(clause, reach);
            }
        }
    }
    reached
}

const PURPOSE_REACH: u64 = 3;

/// Calls for one clause in one state.
const TRIES: usize = 4;

/// Highest number of successor states of one call, with transitions under way.
const AFTER_MAX: usize = 64;

struct ReachSearch<'a> {
    model: &'a Model,
    schemas: &'a CompiledCatalog,
    hints: &'a SuiteHints,
    limits: &'a PlanLimits,
    extent: ReachLimits,
    rng: SeededRng,
    found: BTreeMap<ClauseId, ClauseReach>,
    seen: BTreeSet<String>,
    open: VecDeque<(PossibleState, usize)>,
    visited: usize,
}

impl ReachSearch<'_> {
    fn run_search(&mut self) {
        while self.visited < self.extent.states_max && !self.is_complete() {
            let Some((world, depth)) = self.open.pop_front() else { break };
            self.visited += 1;
            self.visit_state(&world, depth);
        }
    }

    fn is_complete(&self) -> bool {
        self.found.values().filter(|reach| reach.certain).count() == self.model.suite.clauses.len()
    }

    fn visit_state(&mut self, world: &PossibleState, depth: usize) {
        self.test_clauses(world, depth);
        if depth + 1 >= self.extent.depth_max || has_transition(world) {
            return;
        }
        for (clause, operation) in list_change_clauses(self.model) {
            for percent in [0, 50] {
                let scene = make_context(self, world);
                let ask = CallRequirements {
                    operation: operation.clone(),
                    goal: Some(clause),
                    optional_percent: percent,
                    ..CallRequirements::default()
                };
                let Some(call) = compose_call(&scene, &ask, &mut self.rng) else {
                    continue;
                };
                for next in list_successor_states(&scene, &call, world, self.extent) {
                    let known = state_signature(self.model, self.hints, &next);
                    if self.seen.insert(known) {
                        self.open.push_back((next, depth + 1));
                    }
                }
            }
        }
    }

    /// Tests which clauses apply to some call in the state.
    fn test_clauses(&mut self, world: &PossibleState, depth: usize) {
        for operation in self.model.operations.values() {
            for &clause in &operation.clauses {
                let known = self.found.get(&clause);
                if known.is_some_and(|reach| reach.certain) {
                    continue;
                }
                let certain = {
                    let scene = make_context(self, world);
                    try_clause(&scene, clause, &operation.id, &mut self.rng)
                };
                let Some(certain) = certain else { continue };
                if certain || !self.found.contains_key(&clause) {
                    let shortest = depth + 1;
                    self.found.insert(clause, ClauseReach { shortest, certain });
                }
            }
        }
    }
}

/// Clauses with an effect, one for each guard of an operation; with the operation.
pub(super) fn list_change_clauses(model: &Model) -> Vec<(ClauseId, String)> {
    let mut steps = Vec::new();
    for operation in model.operations.values() {
        let mut guards = BTreeSet::new();
        for &clause in &operation.clauses {
            let Some(written) = model.find_suite_clause(clause) else {
                continue;
            };
            let guard = written.when.as_ref().map(|guard| guard.text().to_string());
            if has_effect(written) && guards.insert(guard) {
                steps.push((clause, operation.id.clone()));
            }
        }
    }
    steps
}

fn has_transition(world: &PossibleState) -> bool {
    world.iter().any(|held| held.state.transition.is_some())
}

fn make_context<'a>(search: &ReachSearch<'a>, world: &'a PossibleState) -> PlanningContext<'a> {
    let resources = name_resources(world);
    PlanningContext::from_state(search.model, search.schemas, search.hints, search.limits, resources, world)
}

/// The resources of a possible state, named by their ids.
pub(super) fn name_resources(world: &PossibleState) -> Rc<[NamedResource]> {
    let named = |held: &Arc<crate::model::PossibleResource>| NamedResource {
        name: held.id.id.to_string(),
        id: held.id.clone(),
        owner: held.state.owner,
        presence: match (held.state.existence, &held.state.transition) {
            (Existence::Gone, _) => ResourcePresence::Gone,
            (Existence::Deleting, _) => ResourcePresence::Leaving,
            (Existence::Present, Some(_)) => ResourcePresence::InTransition,
            (Existence::Present, None) => ResourcePresence::Settled,
        },
    };
    world.iter().map(named).collect()
}

/// Whether some call makes the clause apply: `true` if the guard holds, `false` if the guard is undetermined.
fn try_clause(scene: &PlanningContext<'_>, clause: ClauseId, operation: &str, rng: &mut SeededRng) -> Option<bool> {
    let mut perhaps = None;
    // A resource in deletion makes every guard about the resource undetermined.
    let known = scene.resources.iter().all(|actor| actor.presence != ResourcePresence::Leaving);
    for round in 0..TRIES {
        let ask = CallRequirements {
            operation: operation.to_string(),
            goal: Some(clause),
            prefer_moving: round % 2 == 1,
            optional_percent: [0, 30, 100][round % 3],
            ..CallRequirements::default()
        };
        let Some(call) = compose_call(scene, &ask, rng) else {
            continue;
        };
        let Some(outlook) = scene.predict(&call) else {
            continue;
        };
        if outlook.applies_everywhere(clause) {
            return Some(true);
        }
        let named =
            |reading: &ApplicableClauses| reading.may_accept.contains(&clause) || reading.permitted.contains(&clause);
        if known && outlook.0.iter().any(named) {
            perhaps = Some(false);
        }
        if scene.hints.reads_root(clause, "input") && spoil_call(scene, &call, clause, rng).is_some() {
            return Some(true);
        }
    }
    perhaps
}

/// The possible states after an accepted call: every outcome, stage and event.
fn list_successor_states(
    scene: &PlanningContext<'_>,
    call: &CandidateCall,
    world: &PossibleState,
    extent: ReachLimits,
) -> Vec<PossibleState> {
    let model = scene.model;
    let log = EvaluationLog::discarding();
    let reading = evaluate_clauses(model, &call.view, world, &[], &log);
    let accepts = if reading.accepts.is_empty() { &reading.may_accept } else { &reading.accepts };
    if !reading.demanded.is_empty() || accepts.is_empty() {
        return Vec::new();
    }
    let Some(born) = invent_ids(scene, call, world, extent.resources_max) else {
        return Vec::new();
    };
    let moment = EffectContext {
        created: &born,
        reply: &ExprValue::Unknown,
        now: 0,
        seq: next_sequence(world),
        unknown_kinds: &[],
        uncertain: &[],
        log: &log,
    };
    let ways = list_choices(model, &call.view, world, accepts, &moment);
    let next: Vec<PossibleState> =
        ways.iter().take(8).map(|way| apply_choice(model, &call.view, world, way, &moment)).collect();
    let mut all: Vec<PossibleState> = next.iter().map(|world| settle_state(model, world)).collect();
    all.extend(close_states(model, &next, AFTER_MAX, &log).unwrap_or_default());
    let pruned = |world| prune_resources(scene.hints, world, extent);
    all.into_iter().map(pruned).collect()
}

/// Resources of kinds without a delete would accumulate, so only the youngest are kept.
fn prune_resources(hints: &SuiteHints, mut world: PossibleState, extent: ReachLimits) -> PossibleState {
    let kinds: BTreeSet<u16> = world.iter().map(|held| held.id.kind).collect();
    for kind in kinds {
        if hints.deletable.contains(&usize::from(kind)) {
            continue;
        }
        let mut seqs: Vec<u32> = world.iter().filter(|held| held.id.kind == kind).map(|held| held.state.seq).collect();
        seqs.sort_unstable_by(|a, b| b.cmp(a));
        let kept = seqs.get(extent.resources_max.saturating_sub(1)).copied();
        if let Some(kept) = kept {
            world.retain(|held| held.id.kind != kind || held.state.seq >= kept);
        }
    }
    world
}

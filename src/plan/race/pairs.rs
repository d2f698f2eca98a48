//! The pairs of calls that conflict in some reachable state: a search through the model, breadth first.
//!
//! Inputs are random or from the suite, and the search is bounded, so there may be further pairs.

use super::conflict::{RaceConflict, find_conflict};
use crate::model::{ClauseId, Model, PossibleState, ResourceId, find_resource, find_state_field};
use crate::plan::chooser_input::PlanLimits;
use crate::plan::compose::{CallRequirements, compose_call};
use crate::plan::hints::SuiteHints;
use crate::plan::planning_context::{CandidateCall, PlanningContext};
use crate::plan::reachability::{list_change_clauses, name_resources};
use crate::plan::successor_state::{invent_ids, state_after_call, state_signature};
use crate::schema::{CompiledCatalog, SeededRng};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Two calls that conflict in a state, and the calls that lead to the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RacePair {
    /// Ids of the operations.
    pub operations: [String; 2],
    /// The accepting clauses, in the order of the operations.
    pub clauses: [ClauseId; 2],
    /// Index of the kind of the resource that both calls name, or that both create.
    pub kind: usize,
    /// Whether both calls name one resource; otherwise both create one.
    pub is_named: bool,
    /// The resource before the race, such as `server ACTIVE`.
    pub state: String,
    /// How the calls conflict.
    pub conflict: RaceConflict,
    /// Accepted calls from the empty state: clause and operation.
    pub path: Vec<(ClauseId, String)>,
}

/// Bounds of the search.
#[derive(Debug, Clone, Copy)]
pub struct RaceLimits {
    /// Highest number of calls before the race.
    pub depth_max: usize,
    /// Highest number of visited states.
    pub states_max: usize,
    /// Highest number of states in which two operations are paired.
    pub states_per_pair: usize,
}

impl Default for RaceLimits {
    fn default() -> RaceLimits {
        RaceLimits { depth_max: 5, states_max: 24, states_per_pair: 2 }
    }
}

const PURPOSE_PAIRS: u64 = 50;

/// Highest number of resources of a kind in a state.
const RESOURCES_MAX: usize = 2;

/// The pairs of calls that conflict: first those that exclude each other, then those that are reached by fewer calls.
#[must_use]
pub fn find_race_pairs(
    model: &Model,
    schemas: &CompiledCatalog,
    hints: &SuiteHints,
    limits: &PlanLimits,
    extent: RaceLimits,
) -> Vec<RacePair> {
    let mut rng = SeededRng::new(0, 0, 0, PURPOSE_PAIRS);
    let changes = list_change_clauses(model);
    let mut seen = BTreeSet::new();
    let mut open: VecDeque<(PossibleState, Vec<(ClauseId, String)>)> =
        VecDeque::from([(PossibleState::new(), Vec::new())]);
    let mut found: BTreeMap<([String; 2], String), RacePair> = BTreeMap::new();
    for _ in 0..extent.states_max {
        let Some((world, path)) = open.pop_front() else { break };
        let scene = PlanningContext::from_state(model, schemas, hints, limits, name_resources(&world), &world);
        let calls: Vec<(ClauseId, CandidateCall, CandidateCall)> = changes
            .iter()
            .filter_map(|(clause, operation)| {
                let mut compose = || compose_accepted(&scene, *clause, operation, None, &mut rng);
                Some((*clause, compose()?, compose()?))
            })
            .collect();
        for (index, (clause, call, _)) in calls.iter().enumerate() {
            for (other_clause, _, other) in &calls[index..] {
                let Some((kind, is_named)) = find_shared_kind(&scene, call, other) else { continue };
                let operations = [call.step.call.operation.clone(), other.step.call.operation.clone()];
                let states = found.keys().filter(|(known, _)| *known == operations).count();
                let state = describe_shared(model, &world, kind, call);
                let key = (operations.clone(), state.clone());
                if found.contains_key(&key) || states >= extent.states_per_pair {
                    continue;
                }
                let Some(conflict) = find_conflict(&scene, &world, (call, other)) else { continue };
                // Two resources that nothing else connects are no race.
                if !is_named && conflict > RaceConflict::OneExcludes {
                    continue;
                }
                let clauses = [*clause, *other_clause];
                let path = path.clone();
                found.insert(key, RacePair { operations, clauses, kind, is_named, state, conflict, path });
            }
        }
        if path.len() >= extent.depth_max {
            continue;
        }
        for (clause, call, _) in &calls {
            let Some(created) = invent_ids(&scene, call, &world, RESOURCES_MAX) else { continue };
            let Some(next) = state_after_call(&scene, call, &world, &created) else { continue };
            if seen.insert(state_signature(model, hints, &next)) {
                let leg = (*clause, call.step.call.operation.clone());
                open.push_back((next, [path.as_slice(), &[leg]].concat()));
            }
        }
    }
    let mut pairs: Vec<RacePair> = found.into_values().collect();
    pairs.sort_by_key(|pair| (pair.conflict, pair.path.len()));
    pairs
}

/// A call that its clause accepts in every possible state; `target` is the handle of the first resource.
pub(super) fn compose_accepted(
    scene: &PlanningContext<'_>,
    clause: ClauseId,
    operation: &str,
    target: Option<&str>,
    rng: &mut SeededRng,
) -> Option<CandidateCall> {
    let ask = CallRequirements {
        operation: operation.to_string(),
        goal: Some(clause),
        settled_only: true,
        target: target.map(str::to_string),
        ..CallRequirements::default()
    };
    let call = compose_call(scene, &ask, rng)?;
    let outlook = scene.predict(&call)?;
    (outlook.is_accepted() && outlook.applies_everywhere(clause)).then_some(call)
}

/// The resources that a call names.
pub(super) fn list_named(call: &CandidateCall) -> BTreeSet<&ResourceId> {
    call.view.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect()
}

/// The kind of the first resource that both calls name, or of a resource that both create; and whether they name it.
fn find_shared_kind(scene: &PlanningContext<'_>, one: &CandidateCall, two: &CandidateCall) -> Option<(usize, bool)> {
    let other = list_named(two);
    if let Some(shared) = list_named(one).into_iter().find(|id| other.contains(id)) {
        return Some((usize::from(shared.kind), true));
    }
    let about = |call: &CandidateCall| &scene.model.operations[&call.step.call.operation].about;
    let creates = |call: &CandidateCall, kind: usize| {
        about(call).iter().any(|about| about.resource == kind && call.step.births.contains_key(&about.name))
    };
    let kinds = about(one).iter().map(|about| about.resource);
    kinds.into_iter().find(|kind| creates(one, *kind) && creates(two, *kind)).map(|kind| (kind, false))
}

/// The shared resource in words: kind and state.
fn describe_shared(model: &Model, world: &PossibleState, kind: usize, call: &CandidateCall) -> String {
    let name = &model.suite.resources[kind].name;
    let shared = list_named(call).into_iter().find(|id| usize::from(id.kind) == kind);
    let state = shared.and_then(|id| find_resource(world, id)).zip(find_state_field(model, kind));
    match state {
        Some((held, field)) => format!("{name} {}", held.state.fields[field]),
        None => name.clone(),
    }
}

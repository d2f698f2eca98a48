//! Paths through the model: sequences of calls to a state in which a clause applies.

use super::compose::{CallRequirements, compose_call};
use super::hints::{SuiteHints, has_effect};
use super::live_count::counts_as_live;
use super::masking::measure_masking;
use super::planning_context::{CandidateCall, NamedResource, PlanningContext};
use super::presence::ResourcePresence;
use super::successor_state::{invent_ids, state_after_call, state_signature};
use crate::model::{ClauseId, Existence, PossibleState, ResourceId, ResourceOwner, find_resource};
use crate::schema::SeededRng;
use crate::suite::{AboutEntry, IdExpression};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// One call of a path: the accepting clause, the operation, and the resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPathEntry {
    /// The accepting clause.
    pub clause: ClauseId,
    /// Id of the operation.
    pub operation: String,
    /// Handle of the resource.
    pub target: Option<String>,
}

/// Limits of one search.
#[derive(Debug, Clone, Copy)]
pub struct CallPathLimits {
    /// Highest number of calls in a path.
    pub depth_max: usize,
    /// Highest number of composed calls.
    pub calls_max: usize,
}

/// The shortest path, through changes of `target` and deletes of other resources, to a state with a call on
/// `target` to which the clause applies without masking. Otherwise, a path to the lowest masking below `known`.
/// The last entry is that call.
#[must_use]
pub fn find_path(
    scene: &PlanningContext<'_>,
    (goal, known): (ClauseId, usize),
    target: &NamedResource,
    radius: CallPathLimits,
    rng: &mut SeededRng,
) -> Option<Vec<CallPathEntry>> {
    let start: PossibleState = settled_resources(scene);
    let mut seen = BTreeSet::from([state_signature(scene.model, scene.hints, &start)]);
    let mut open = VecDeque::from([(start, Rc::clone(&scene.resources), Vec::new())]);
    let mut left = radius.calls_max;
    let goals: Vec<CallPathEntry> = list_path_calls(scene.hints, goal, Some(&target.name));
    let moves = list_accepted_changes(scene, target);
    let sacrifices = list_deletes(scene, target);
    let mut best: (usize, Option<Vec<CallPathEntry>>) = (known, None);
    while let Some((world, actors, legs)) = open.pop_front() {
        let here = PlanningContext::from_state(
            scene.model,
            scene.schemas,
            scene.hints,
            scene.limits,
            Rc::clone(&actors),
            &world,
        );
        // Inputs are random, so a state that is visited once gets several attempts.
        for last in goals.iter().cycle().take(goals.len() * GOAL_TRIES) {
            let Some(fewer) = left.checked_sub(1) else { return best.1 };
            left = fewer;
            let Some(call) = compose_path_call(&here, last, !legs.is_empty(), rng) else { continue };
            let Some(outlook) = here.predict(&call) else { continue };
            let hidden = if outlook.count_demanding() == 0 { 0 } else { measure_masking(&here, &call, &outlook) };
            if hidden < best.0 {
                best = (hidden, Some([legs.as_slice(), std::slice::from_ref(last)].concat()));
            }
            if best.0 <= 1 {
                return best.1;
            }
        }
        if legs.len() + 1 >= radius.depth_max {
            continue;
        }
        let full = here.count_live() >= scene.limits.live_max;
        for leg in moves.iter().chain(sacrifices.iter().filter(|_| full)) {
            if full && scene.hints.creating.contains(&leg.operation) {
                continue;
            }
            let Some(fewer) = left.checked_sub(1) else { return best.1 };
            left = fewer;
            let Some((next, actors)) = follow_leg(&here, leg, &world, rng) else { continue };
            if seen.insert(state_signature(scene.model, scene.hints, &next)) {
                open.push_back((next, actors, [legs.clone(), vec![leg.clone()]].concat()));
            }
        }
    }
    best.1
}

const GOAL_TRIES: usize = 4;

/// The state after the call of a path entry, and the named resources there; `None` if the call is not accepted.
pub(super) fn follow_leg(
    here: &PlanningContext<'_>,
    leg: &CallPathEntry,
    world: &PossibleState,
    rng: &mut SeededRng,
) -> Option<(PossibleState, Rc<[NamedResource]>)> {
    let call = compose_path_call(here, leg, true, rng)?;
    let born = invent_ids(here, &call, world, here.limits.live_max)?;
    let next = state_after_call(here, &call, world, &born)?;
    let actors = update_named_resources(&here.resources, &born, &next);
    Some((next, actors))
}

/// A call of a path entry, if the clause applies.
#[must_use]
pub fn compose_path_call(
    scene: &PlanningContext<'_>,
    leg: &CallPathEntry,
    plain: bool,
    rng: &mut SeededRng,
) -> Option<CandidateCall> {
    let ask = CallRequirements {
        operation: leg.operation.clone(),
        goal: Some(leg.clause),
        target: leg.target.clone(),
        settled_only: plain,
        ..CallRequirements::default()
    };
    let call = compose_call(scene, &ask, rng)?;
    scene.predict(&call)?.applies_everywhere(leg.clause).then_some(call)
}

/// The operations of a clause, as path entries.
#[must_use]
pub fn list_path_calls(hints: &SuiteHints, clause: ClauseId, target: Option<&str>) -> Vec<CallPathEntry> {
    let entry = |id: &String| CallPathEntry { clause, operation: id.clone(), target: target.map(str::to_string) };
    hints.operations(clause).iter().map(entry).collect()
}

/// The named resources after created and deleted resources.
fn update_named_resources(
    actors: &Rc<[NamedResource]>,
    born: &[(usize, Vec<ResourceId>)],
    world: &PossibleState,
) -> Rc<[NamedResource]> {
    let new = born.iter().flat_map(|(_, ids)| ids).map(|id| NamedResource {
        name: id.id.to_string(),
        id: id.clone(),
        owner: ResourceOwner::Owner,
        presence: ResourcePresence::Settled,
    });
    let gone = |actor: &NamedResource| {
        find_resource(world, &actor.id).is_some_and(|held| held.state.existence == Existence::Gone)
    };
    let known = actors.iter().cloned().map(|actor| NamedResource {
        presence: if gone(&actor) { ResourcePresence::Gone } else { actor.presence },
        ..actor
    });
    known.chain(new).collect()
}

/// Deletes of other resources, which make room below the live limit.
fn list_deletes(scene: &PlanningContext<'_>, target: &NamedResource) -> Vec<CallPathEntry> {
    let takes = |actor: &&NamedResource| counts_as_live(scene.hints, usize::from(actor.id.kind));
    let others: Vec<&NamedResource> = list_siblings(scene, target).filter(takes).collect();
    let mut all = Vec::new();
    for operation in scene.hints.deleting.iter().map(|id| &scene.model.operations[id]) {
        let ends = |clause: &&ClauseId| scene.model.find_suite_clause(**clause).is_some_and(has_effect);
        let Some(clause) = operation.clauses.iter().find(ends) else { continue };
        let of_kind = |actor: &&&NamedResource| {
            let named = |about: &AboutEntry| {
                matches!(about.binding, IdExpression::Existing(_)) && about.resource == usize::from(actor.id.kind)
            };
            operation.about.iter().any(named)
        };
        let leg = |actor: &&NamedResource| CallPathEntry {
            clause: *clause,
            operation: operation.id.clone(),
            target: Some(actor.name.clone()),
        };
        all.extend(others.iter().filter(of_kind).map(leg));
    }
    all
}

/// Accepted changes of a resource, without deletes. Creates from other resources of the kind count too, because
/// a clause may be about the relation to a sibling.
pub(super) fn list_accepted_changes(scene: &PlanningContext<'_>, target: &NamedResource) -> Vec<CallPathEntry> {
    let alike = list_siblings(scene, target).filter(|actor| actor.id.kind == target.id.kind);
    let makes = |leg: &CallPathEntry| scene.hints.creating.contains(&leg.operation);
    let of_others = alike.flat_map(|other| list_changes(scene, other)).filter(makes);
    list_changes(scene, target).into_iter().chain(of_others).collect()
}

/// The other settled resources of the owner.
fn list_siblings<'a>(
    scene: &'a PlanningContext<'_>,
    target: &NamedResource,
) -> impl Iterator<Item = &'a NamedResource> {
    let other = |actor: &&NamedResource| {
        actor.id != target.id && actor.owner == ResourceOwner::Owner && actor.presence == ResourcePresence::Settled
    };
    scene.resources.iter().filter(other)
}

fn list_changes(scene: &PlanningContext<'_>, target: &NamedResource) -> Vec<CallPathEntry> {
    let mut all = Vec::new();
    for operation in scene.model.operations.values().filter(|operation| operation.changes) {
        if scene.hints.deleting.contains(&operation.id) {
            continue;
        }
        let names = |about: &AboutEntry| matches!(about.binding, IdExpression::Existing(_));
        if !operation.about.iter().any(|about| names(about) && about.resource == usize::from(target.id.kind)) {
            continue;
        }
        // Clauses with an equal guard lead to the same state, so one clause is enough.
        let mut guards = BTreeSet::new();
        for &clause in &operation.clauses {
            let Some(written) = scene.model.find_suite_clause(clause) else {
                continue;
            };
            let guard = written.when.as_ref().map(|guard| guard.text().to_string());
            if has_effect(written) && guards.insert(guard) {
                all.push(CallPathEntry { clause, operation: operation.id.clone(), target: Some(target.name.clone()) });
            }
        }
    }
    all
}

pub(super) fn settled_resources(scene: &PlanningContext<'_>) -> PossibleState {
    let known = scene
        .resources
        .iter()
        .filter(|actor| matches!(actor.presence, ResourcePresence::Settled | ResourcePresence::Gone));
    let mut world: PossibleState = known.filter_map(|actor| scene.find_entry(&actor.id)).collect();
    world.sort_by(|a, b| a.id.cmp(&b.id));
    world
}

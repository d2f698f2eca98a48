//! Paths through the model: sequences of calls to a state in which a clause applies.

use super::compose::{Ask, build};
use super::hints::has_effect;
use super::live_count::{live, takes_place};
use super::masking::hiddenness;
use super::planning_context::{Actor, Call, Scene};
use super::presence::Presence;
use super::successor_state::{after, births, signature};
use crate::model::{ClauseId, Id, Life, Model, Who, World, find};
use crate::schema::Rng;
use crate::suite::{About, Binding};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// One call of a path: the accepting clause, the operation, and the resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// The accepting clause.
    pub clause: ClauseId,
    /// Id of the operation.
    pub operation: String,
    /// Handle of the resource.
    pub target: Option<String>,
}

/// Limits of one search.
#[derive(Debug, Clone, Copy)]
pub struct Radius {
    /// Highest number of calls in a path.
    pub depth_max: usize,
    /// Highest number of composed calls.
    pub calls_max: usize,
}

/// The shortest path, through changes of `target` and deletes of other resources, to a state with a call on
/// `target` to which the clause applies without masking. Otherwise, a path to the lowest masking below `known`.
/// The last entry is that call.
#[must_use]
pub fn way(
    scene: &Scene<'_>,
    (goal, known): (ClauseId, usize),
    target: &Actor,
    radius: Radius,
    rng: &mut Rng,
) -> Option<Vec<Leg>> {
    let start: World = at_rest(scene);
    let mut seen = BTreeSet::from([signature(scene.model, scene.hints, &start)]);
    let mut open = VecDeque::from([(start, Rc::clone(&scene.actors), Vec::new())]);
    let mut left = radius.calls_max;
    let goals: Vec<Leg> = legs(scene.model, goal, Some(&target.name));
    let moves = moves(scene, target);
    let sacrifices = sacrifices(scene, target);
    let mut best: (usize, Option<Vec<Leg>>) = (known, None);
    while let Some((world, actors, legs)) = open.pop_front() {
        let here = Scene::over(scene.model, scene.schemas, scene.hints, scene.limits, Rc::clone(&actors), &world);
        // Inputs are random, so a state that is visited once gets several attempts.
        for last in goals.iter().cycle().take(goals.len() * GOAL_TRIES) {
            let Some(fewer) = left.checked_sub(1) else { return best.1 };
            left = fewer;
            let Some(call) = attempt(&here, last, !legs.is_empty(), rng) else { continue };
            let Some(outlook) = here.outlook(&call) else { continue };
            let hidden = if outlook.rivals() == 0 { 0 } else { hiddenness(&here, &call, &outlook) };
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
        let full = live(&here) >= scene.limits.live_max;
        for leg in moves.iter().chain(sacrifices.iter().filter(|_| full)) {
            if full && scene.hints.creating.contains(&leg.operation) {
                continue;
            }
            let Some(fewer) = left.checked_sub(1) else { return best.1 };
            left = fewer;
            let Some(call) = attempt(&here, leg, true, rng) else { continue };
            let Some(born) = births(&here, &call, &world, scene.limits.live_max) else { continue };
            let Some(next) = after(&here, &call, &world, &born) else { continue };
            if seen.insert(signature(scene.model, scene.hints, &next)) {
                let actors = with_changes(&actors, &born, &next);
                open.push_back((next, actors, [legs.clone(), vec![leg.clone()]].concat()));
            }
        }
    }
    best.1
}

const GOAL_TRIES: usize = 4;

/// A call of a path entry, if the clause applies.
#[must_use]
pub fn attempt(scene: &Scene<'_>, leg: &Leg, plain: bool, rng: &mut Rng) -> Option<Call> {
    let ask = Ask {
        operation: leg.operation.clone(),
        goal: Some(leg.clause),
        target: leg.target.clone(),
        plain,
        ..Ask::default()
    };
    let call = build(scene, &ask, rng)?;
    scene.outlook(&call)?.applies(leg.clause).then_some(call)
}

/// The operations of a clause, as path entries.
#[must_use]
pub fn legs(model: &Model, clause: ClauseId, target: Option<&str>) -> Vec<Leg> {
    let speaking = model.operations.values().filter(|operation| operation.clauses.contains(&clause));
    speaking
        .map(|operation| Leg { clause, operation: operation.id.clone(), target: target.map(str::to_string) })
        .collect()
}

/// The named resources after created and deleted resources.
fn with_changes(actors: &Rc<[Actor]>, born: &[(usize, Vec<Id>)], world: &World) -> Rc<[Actor]> {
    let new = born.iter().flat_map(|(_, ids)| ids).map(|id| Actor {
        name: id.id.to_string(),
        id: id.clone(),
        owner: Who::Owner,
        presence: Presence::Rest,
    });
    let gone = |actor: &Actor| find(world, &actor.id).is_some_and(|held| held.thing.life == Life::Gone);
    let known = actors
        .iter()
        .cloned()
        .map(|actor| Actor { presence: if gone(&actor) { Presence::Gone } else { actor.presence }, ..actor });
    known.chain(new).collect()
}

/// Deletes of other resources, which make room below the live limit.
fn sacrifices(scene: &Scene<'_>, target: &Actor) -> Vec<Leg> {
    let takes = |actor: &&Actor| takes_place(scene.hints, usize::from(actor.id.kind));
    let others: Vec<&Actor> = beside(scene, target).filter(takes).collect();
    let mut all = Vec::new();
    for operation in scene.hints.deleting.iter().map(|id| &scene.model.operations[id]) {
        let ends = |clause: &&ClauseId| scene.model.written(**clause).is_some_and(has_effect);
        let Some(clause) = operation.clauses.iter().find(ends) else { continue };
        let of_kind = |actor: &&&Actor| {
            let named = |about: &About| {
                matches!(about.binding, Binding::Existing(_)) && about.resource == usize::from(actor.id.kind)
            };
            operation.about.iter().any(named)
        };
        let leg =
            |actor: &&Actor| Leg { clause: *clause, operation: operation.id.clone(), target: Some(actor.name.clone()) };
        all.extend(others.iter().filter(of_kind).map(leg));
    }
    all
}

/// Accepted changes of a resource, without deletes. Creates from other resources of the kind count too, because
/// a clause may be about the relation to a sibling.
fn moves(scene: &Scene<'_>, target: &Actor) -> Vec<Leg> {
    let alike = beside(scene, target).filter(|actor| actor.id.kind == target.id.kind);
    let makes = |leg: &Leg| scene.hints.creating.contains(&leg.operation);
    let of_others = alike.flat_map(|other| changes(scene, other)).filter(makes);
    changes(scene, target).into_iter().chain(of_others).collect()
}

/// The other settled resources of the owner.
fn beside<'a>(scene: &'a Scene<'_>, target: &Actor) -> impl Iterator<Item = &'a Actor> {
    let other = |actor: &&Actor| actor.id != target.id && actor.owner == Who::Owner && actor.presence == Presence::Rest;
    scene.actors.iter().filter(other)
}

fn changes(scene: &Scene<'_>, target: &Actor) -> Vec<Leg> {
    let mut all = Vec::new();
    for operation in scene.model.operations.values().filter(|operation| operation.changes) {
        if scene.hints.deleting.contains(&operation.id) {
            continue;
        }
        let names = |about: &About| matches!(about.binding, Binding::Existing(_));
        if !operation.about.iter().any(|about| names(about) && about.resource == usize::from(target.id.kind)) {
            continue;
        }
        // Clauses with an equal guard lead to the same state, so one clause is enough.
        let mut guards = BTreeSet::new();
        for &clause in &operation.clauses {
            let Some(written) = scene.model.written(clause) else {
                continue;
            };
            let guard = written.when.as_ref().map(|guard| guard.text().to_string());
            if has_effect(written) && guards.insert(guard) {
                all.push(Leg { clause, operation: operation.id.clone(), target: Some(target.name.clone()) });
            }
        }
    }
    all
}

fn at_rest(scene: &Scene<'_>) -> World {
    let known = scene.actors.iter().filter(|actor| matches!(actor.presence, Presence::Rest | Presence::Gone));
    let mut world: World = known.filter_map(|actor| scene.held(&actor.id)).collect();
    world.sort_by(|a, b| a.id.cmp(&b.id));
    world
}

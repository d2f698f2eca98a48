//! Ways through the model: which calls lead to where a clause may apply.

use super::build::{Ask, build};
use super::chooser::{live, takes_place};
use super::hints::{Hints, has_effect};
use super::nearness::hiddenness;
use super::probe::{Actor, Call, Scene};
use super::reach::{births, next_seq};
use super::situation::{Presence, named};
use super::step::handle;
use crate::expr::Val;
use crate::model::{
    ClauseId, Held, Id, Life, Model, Moment, Thing, Who, World, advanced, apply, choices, find, hold, read, version_of,
};
use crate::schema::{Rng, deviations_at};
use crate::suite::{About, Binding};
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

/// One call of a way: the clause that accepts it, its operation, and the thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    pub clause: ClauseId,
    pub operation: String,
    pub target: Option<String>,
}

/// Bounds of one search.
#[derive(Debug, Clone, Copy)]
pub struct Radius {
    pub depth_max: usize,
    /// Calls that are built and tried.
    pub calls_max: usize,
}

/// The shortest way found, over changes of the thing and what makes room for more of it, to a world in which a call to `target` makes the
/// clause apply, and no other reason to refuse besides; else one to where the reason is least hidden, as long as it
/// is less so than `known`. The last leg is that call.
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
        // Inputs are drawn: a world that is seen once has more than one chance.
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

/// A call on this leg to which its clause applies here.
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

/// The operations that a clause speaks of, as legs.
#[must_use]
pub fn legs(model: &Model, clause: ClauseId, target: Option<&str>) -> Vec<Leg> {
    let speaking = model.operations.values().filter(|operation| operation.clauses.contains(&clause));
    speaking
        .map(|operation| Leg { clause, operation: operation.id.clone(), target: target.map(str::to_string) })
        .collect()
}

/// The things that can be named once more have come to life, and others have gone.
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

/// Deletions of other things, which make room where there is none.
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

/// Accepted changes of a thing that delete nothing; of creates only those of what is made from it, and from others
/// of its kind: what belongs to another may be what a clause speaks of.
fn moves(scene: &Scene<'_>, target: &Actor) -> Vec<Leg> {
    let alike = beside(scene, target).filter(|actor| actor.id.kind == target.id.kind);
    let makes = |leg: &Leg| scene.hints.creating.contains(&leg.operation);
    let of_others = alike.flat_map(|other| changes(scene, other)).filter(makes);
    changes(scene, target).into_iter().chain(of_others).collect()
}

/// The owner's other things that are there and at rest.
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
        // Clauses that share their guard lead to the same place: one of them is enough.
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

/// The world once the call was accepted, took its main outcome, and everything has come to rest.
#[must_use]
pub fn after(scene: &Scene<'_>, call: &Call, world: &World, born: &[(usize, Vec<Id>)]) -> Option<World> {
    let reading = read(scene.model, &call.asked, world, &[]).ok()?;
    if !reading.demanded.is_empty() || reading.accepts.is_empty() {
        return None;
    }
    let moment = Moment { born, reply: &Val::Unknown, now: 0, seq: next_seq(world), strangers: &[] };
    let choice = choices(scene.model, &call.asked, world, &reading.accepts, &moment).ok()?.into_iter().next()?;
    let next = apply(scene.model, &call.asked, world, &choice, &moment).ok()?;
    Some(settled(scene.model, &next))
}

/// Every course at its end.
#[must_use]
pub fn settled(model: &Model, world: &World) -> World {
    let end = |held: &Arc<Held>| match &held.thing.motion {
        Some(motion) if !motion.course.is_empty() => {
            let thing = advanced(model, &held.id, &held.thing, motion.course.len());
            hold(model, held.id.clone(), Thing { via: None, ..thing })
        }
        _ => hold(model, held.id.clone(), Thing { via: None, motion: None, ..held.thing.clone() }),
    };
    world.iter().map(end).collect()
}

/// What of a world guards and effects can tell apart: things by their order instead of their
/// ids, each with its kind, its life and the fields that some expression reads.
#[must_use]
pub fn signature(model: &Model, hints: &Hints, world: &World) -> String {
    let mut text = String::new();
    let place = |id: &str| world.iter().position(|held| &*held.id.id == id);
    for held in world {
        let kind = usize::from(held.id.kind);
        let resource = &model.suite.resources[kind];
        let thing = &held.thing;
        let fields = resource.fields.iter().map(|field| &field.name);
        let memory = resource.remembers.iter().map(|(name, _)| name);
        let values = fields
            .zip(&thing.fields)
            .chain(memory.zip(&thing.memory))
            .filter(|(name, _)| hints.relevant.contains(&(kind, (*name).clone())));
        let moving = thing.motion.is_some();
        let fogged = thing.fog.is_some();
        let _ = write!(text, "{kind} {:?} {moving} {fogged}", thing.life);
        for (_, value) in values {
            let _ = match value {
                Val::Str(id) if place(id).is_some() => write!(text, " #{:?}", place(id)),
                value => write!(text, " {value}"),
            };
        }
        text.push('\n');
    }
    text
}

/// The call with its body made wrong in one place, so that the clause applies.
#[must_use]
pub fn spoiled(scene: &Scene<'_>, good: &Call, clause: ClauseId, rng: &mut Rng) -> Option<Call> {
    let operation = scene.schemas.operation(&good.step.operation)?;
    let version = version_of(scene.model, &good.exchange);
    let shape = scene.schemas.request(operation, version.as_deref())?;
    let mut cases = deviations_at(shape, good.exchange.body.as_ref()?, version.as_deref());
    let names = named(&good.step);
    for _ in 0..SPOILED_MAX.min(cases.len()) {
        let case = cases.swap_remove(rng.below(cases.len() as u64) as usize);
        let mut step = good.step.clone();
        step.body = case.value.map(|value| with_handles(value, scene, &names));
        let applies = |call: &Call| scene.outlook(call).is_some_and(|outlook| outlook.applies(clause));
        if let Some(call) = scene.call(step).filter(applies) {
            return Some(call);
        }
    }
    None
}

/// Deviations tried for one call.
const SPOILED_MAX: usize = 6;

/// The ids of these handles' things turned back into handles.
#[must_use]
pub fn with_handles(value: Value, scene: &Scene<'_>, names: &BTreeSet<&str>) -> Value {
    match value {
        Value::String(text) => {
            let known = |actor: &&Actor| *actor.id.id == *text && names.contains(actor.name.as_str());
            match scene.actors.iter().find(known) {
                Some(actor) => handle(&actor.name),
                None => Value::String(text),
            }
        }
        Value::Array(items) => {
            let items = items.into_iter();
            Value::Array(items.map(|item| with_handles(item, scene, names)).collect())
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, field)| (name, with_handles(field, scene, names)));
            Value::Object(fields.collect())
        }
        scalar => scalar,
    }
}

//! How one executed step adds to the coverage.

use super::chooser_input::Situation;
use super::coverage::Coverage;
use super::handles::{Ending, Handle, named};
use super::hints::Hints;
use super::novelty::traits;
use super::planning_context::{Call, Scene};
use super::presence::Presence;
use super::step::Step;
use crate::expr::Val;
use crate::model::{Held, Id, Life, state_of};
use std::collections::BTreeSet;

/// Adds an executed step to the coverage. `before` is the input of the choice of the step.
pub fn cover(coverage: &mut Coverage, before: &Situation<'_>, hints: &Hints, step: &Step, ending: Ending) {
    let scene = Scene::of(before, hints);
    *coverage.operations.entry(step.operation.clone()).or_default() += 1;
    let spent = &mut coverage.spent;
    spent.steps += 1;
    spent.moving += u64::from(moves(&scene, step));
    let slot = match ending {
        _ if !before.model.operations[&step.operation].changes => &mut spent.reads,
        Ending::Refused => &mut spent.refusals,
        Ending::Open => &mut spent.open,
        Ending::Accepted if hints.creating.contains(&step.operation) => &mut spent.creates,
        Ending::Accepted if hints.deleting.contains(&step.operation) => &mut spent.deletes,
        Ending::Accepted => &mut spent.changes,
    };
    *slot += 1;
    let Some(call) = scene.call(step.clone()) else {
        return;
    };
    let Some(outlook) = scene.outlook(&call) else {
        return;
    };
    // A refusal in place of a promised acceptance shows nothing.
    if !outlook.accepted() || ending == Ending::Accepted {
        for name in traits(before, &scene, &call, &outlook) {
            *coverage.traits.entry(name).or_default() += 1;
        }
    }
    let context = context(before, &call);
    for clause in outlook.applying() {
        let contexts = coverage.clauses.entry(before.model.info(clause).id.clone()).or_default();
        *contexts.entry(context.clone()).or_default() += 1;
    }
}

fn moves(scene: &Scene<'_>, step: &Step) -> bool {
    let names = named(step);
    let moving = |presence| matches!(presence, Presence::Motion | Presence::Leaving);
    scene.actors.iter().any(|actor| names.contains(actor.name.as_str()) && moving(actor.presence))
}

/// The context of a test: operation, binding, caller, and version; then for each resource of the call its
/// state, the last two accepted changes, and the relation to the other resources.
#[must_use]
pub fn context(situation: &Situation<'_>, call: &Call) -> String {
    let step = &call.step;
    let mut first = format!("{} {}", step.operation, step.binding);
    if step.caller != "owner" {
        first.push_str(&format!(" by {}", step.caller));
    }
    for (name, value) in &step.headers {
        first.push_str(&format!(" {name} {value}"));
    }
    let mut parts = vec![first];
    let names = named(step);
    for name in &names {
        let Some(handle) = situation.handles.get(name) else {
            continue;
        };
        let mut part = situation.model.suite.resources[handle.kind].name.clone();
        if let Some(id) = &handle.id {
            let id = Id { kind: handle.kind as u16, id: id.clone() };
            let possible = situation.belief.possibilities(&id);
            let states: BTreeSet<String> = possible.iter().map(|held| state(situation, held)).collect();
            part.push_str(&format!(" {}", states.into_iter().collect::<Vec<_>>().join("/")));
        }
        let last = handle.accepted.len().saturating_sub(2);
        part.push_str(&format!(" after {}", handle.accepted[last..].join(", ")));
        if names.len() > 1 {
            part.push_str(&standing(situation, handle, &names));
        }
        parts.push(part);
    }
    parts.join("; ")
}

/// The relation of a resource to the other resources of a call: whether a field holds the id of another
/// resource, and whether a younger resource of the kind has the same relation.
fn standing(situation: &Situation<'_>, handle: &Handle, names: &BTreeSet<&str>) -> String {
    let ids: Vec<&str> = names.iter().filter_map(|name| situation.handles.get(name)?.id.as_deref()).collect();
    let held = |handle: &Handle| {
        let id = Id { kind: handle.kind as u16, id: handle.id.clone()? };
        situation.belief.possibilities(&id).into_iter().next()
    };
    let parents = |held: &Held| -> BTreeSet<String> {
        let names = held.thing.fields.iter().filter_map(|value| match value {
            Val::Str(text) if ids.contains(&text.as_ref()) => Some(text.to_string()),
            _ => None,
        });
        names.collect()
    };
    let Some(mine) = held(handle) else { return String::new() };
    let of = parents(&mine);
    if of.is_empty() {
        return " unrelated".to_string();
    }
    let younger = |other: &Held| {
        other.id.kind == mine.id.kind
            && other.thing.life == Life::Alive
            && other.thing.seq > mine.thing.seq
            && parents(other) == of
    };
    let overtaken = situation.handles.iter().filter_map(|(_, handle)| held(handle)).any(|other| younger(&other));
    if overtaken { " related, not the latest".to_string() } else { " related".to_string() }
}

fn state(situation: &Situation<'_>, held: &Held) -> String {
    let thing = &held.thing;
    let moving = if thing.motion.is_some() { "~" } else { "" };
    match (thing.life, thing.fog, state_of(situation.model, usize::from(thing.kind))) {
        (Life::Gone, ..) => "gone".to_string(),
        (Life::Dying, ..) => "leaving".to_string(),
        (_, Some(_), _) => "?".to_string(),
        (_, _, Some(index)) => format!("{}{moving}", thing.fields[index]),
        _ => format!("there{moving}"),
    }
}

//! What the plans so far have exercised, and what their steps were spent on.

use super::hints::Hints;
use super::novelty::traits;
use super::probe::{Call, Scene};
use super::situation::{Ending, Handle, Presence, Situation, named};
use super::step::Step;
use crate::expr::Val;
use crate::model::{Held, Id, Life, state_of};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Counts of what was exercised. Sums over plans in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// By clause id: in which contexts it decided what became of a call, and how often.
    pub clauses: BTreeMap<String, BTreeMap<String, u64>>,
    /// Steps by operation.
    #[serde(default)]
    pub operations: BTreeMap<String, u64>,
    /// Traits of the calls that clauses decided; see `novelty`. They are for choosing and no part of a report.
    #[serde(skip)]
    pub traits: BTreeMap<String, u64>,
    pub spent: Shares,
}

/// What steps were spent on. Polls are the runner's and not in here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    pub steps: u64,
    pub reads: u64,
    /// Changing calls that were accepted, creates and deletes apart.
    pub changes: u64,
    pub creates: u64,
    pub deletes: u64,
    pub refusals: u64,
    /// Lost, throttled, or in an error of the server.
    pub open: u64,
    /// Of all steps: those on a thing that may have been in motion.
    pub moving: u64,
}

impl Coverage {
    /// How often a clause decided what became of a call.
    #[must_use]
    pub fn count(&self, clause: &str) -> u64 {
        self.clauses.get(clause).map_or(0, |contexts| contexts.values().sum())
    }

    /// The same in calls of one operation.
    #[must_use]
    pub fn count_of(&self, clause: &str, operation: &str) -> u64 {
        let Some(contexts) = self.clauses.get(clause) else { return 0 };
        let prefix = format!("{operation} ");
        let from = contexts.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded));
        from.take_while(|(context, _)| context.starts_with(&prefix)).map(|(_, count)| count).sum()
    }

    /// Different contexts in which it did.
    #[must_use]
    pub fn contexts(&self, clause: &str) -> usize {
        self.clauses.get(clause).map_or(0, BTreeMap::len)
    }

    /// Adds what other plans have covered.
    pub fn merge(&mut self, other: &Coverage) {
        for (operation, count) in &other.operations {
            *self.operations.entry(operation.clone()).or_default() += count;
        }
        for (name, count) in &other.traits {
            *self.traits.entry(name.clone()).or_default() += count;
        }
        for (clause, contexts) in &other.clauses {
            let mine = self.clauses.entry(clause.clone()).or_default();
            for (context, count) in contexts {
                *mine.entry(context.clone()).or_default() += count;
            }
        }
        let (mine, other) = (&mut self.spent, &other.spent);
        mine.steps += other.steps;
        mine.reads += other.reads;
        mine.changes += other.changes;
        mine.creates += other.creates;
        mine.deletes += other.deletes;
        mine.refusals += other.refusals;
        mine.open += other.open;
        mine.moving += other.moving;
    }
}

/// Counts a step that was carried out. `before` is the situation in which it was chosen.
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
    // What was to be accepted and was refused has shown nothing.
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

/// In what a clause is tested: operation and binding, who asks, a version if one is named, and of
/// each thing named its state, the last two changes accepted on it, and how it stands to the others.
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

/// How a thing stands to the others of a call: whether it holds the id of one of them, and whether it
/// is the youngest of its kind that does.
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

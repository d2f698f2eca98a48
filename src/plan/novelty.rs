//! The novelty of a call: the history of its resources, and the state of other resources.
//!
//! Many tests of a clause with one history say little about other histories. A call has a set of traits, each
//! with a
//! count, so that a call with one new trait differs from a call with none. A whole context is no trait, because
//! nearly every context is new.

use super::chooser_input::Situation;
use super::handles::named;
use super::masking::hiddenness;
use super::planning_context::{Call, Scene};
use super::prediction::Outlook;
use super::presence::Presence;
use crate::expr::Val;
use crate::model::{ClauseId, Life, state_of};
use std::collections::{BTreeMap, BTreeSet};

/// Highest number of repetitions that traits distinguish.
const TIMES_MAX: usize = 3;

/// The value of a trait after 0, 1, 2, … tests.
const WORTH: [u64; 4] = [12, 5, 2, 1];

/// The sum of the values of all traits of a call.
#[must_use]
pub fn novelty(situation: &Situation<'_>, scene: &Scene<'_>, call: &Call, outlook: &Outlook) -> u64 {
    let counts = &situation.coverage.traits;
    let met = |name: &String| counts.get(name).map_or(0, |count| *count as usize);
    let worth = |name: &String| WORTH.get(met(name)).copied().unwrap_or(0);
    traits(situation, scene, call, outlook).iter().map(worth).sum()
}

/// The lowest masking among the tests of a refusing clause, up to `most`.
#[must_use]
pub fn least_hidden(situation: &Situation<'_>, clause: ClauseId, most: usize) -> Option<usize> {
    let id = &situation.model.info(clause).id;
    (1..=most).find(|hidden| situation.coverage.traits.contains_key(&behind(id, *hidden)))
}

/// Whether a refusing clause has enough tests with a masking up to `most`.
#[must_use]
pub fn met_often(situation: &Situation<'_>, clause: ClauseId, most: usize) -> bool {
    let id = &situation.model.info(clause).id;
    let times = |hidden: usize| situation.coverage.traits.get(&behind(id, hidden)).copied().unwrap_or(0);
    (1..=most).map(times).sum::<u64>() >= TIMES_MAX as u64
}

/// How often two resources of a kind had the transition of an operation at the same time.
#[must_use]
pub fn same_way(situation: &Situation<'_>, operation: &str) -> u64 {
    let prefix = format!("{operation} accepted; beside a ");
    let traits = situation.coverage.traits.range(prefix.clone()..);
    let of_operation = traits.take_while(|(name, _)| name.starts_with(&prefix));
    of_operation.filter(|(name, _)| name.ends_with(SAME_MOTION)).map(|(_, count)| count).sum()
}

const SAME_MOTION: &str = "in the same motion";

fn behind(clause: &str, hidden: usize) -> String {
    format!("{clause} behind {}", hidden - 1)
}

/// The trait of each clause that demands a refusal: the clause and the masking.
fn hidden(situation: &Situation<'_>, scene: &Scene<'_>, call: &Call, outlook: &Outlook) -> Vec<String> {
    let demanded = outlook.0.first().map(|reading| reading.demanded.as_slice()).unwrap_or_default();
    let hidden = if demanded.is_empty() { 1 } else { hiddenness(scene, call, outlook) };
    demanded.iter().map(|clause| behind(&situation.model.info(*clause).id, hidden)).collect()
}

/// The traits of a call, each with the operation and with the demanded outcome.
#[must_use]
pub fn traits(situation: &Situation<'_>, scene: &Scene<'_>, call: &Call, outlook: &Outlook) -> BTreeSet<String> {
    let step = &call.step;
    let verdict = match (outlook.accepted(), outlook.refused()) {
        (true, _) => "accepted",
        (_, true) => "refused",
        _ => "open",
    };
    let names = if whatever_is_there(situation, scene, call, outlook) { BTreeSet::new() } else { named(step) };
    let mut found = BTreeSet::from([format!("binding {}", step.binding), format!("by {}", step.caller)]);
    found.extend(step.headers.iter().map(|(name, value)| format!("{name} {value}")));
    found.extend(step.query.keys().map(|name| format!("query {name}")));
    let mut many: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &names {
        let Some(handle) = situation.handles.get(name) else { continue };
        let kind = situation.model.suite.resources[handle.kind].name.as_str();
        *many.entry(kind).or_default() += 1;
        found.extend(history(kind, &handle.accepted));
        found.extend(state(situation, scene, name).map(|state| format!("{kind} {state}")));
        found.extend(kin(situation, scene, name).into_iter().map(|kin| format!("{kind} of {kin}")));
    }
    found.extend(many.into_iter().map(|(kind, many)| format!("{many} {kind}")));
    found.extend(beside(situation, scene, &step.operation, &names));
    let of_call = found.into_iter().map(|name| format!("{} {verdict}; {name}", step.operation));
    of_call.chain(hidden(situation, scene, call, outlook)).collect()
}

/// Whether a refusal is demanded for a reason outside the resources, such as the caller: the history does not
/// matter.
fn whatever_is_there(situation: &Situation<'_>, scene: &Scene<'_>, call: &Call, outlook: &Outlook) -> bool {
    let about = &situation.model.operations[&call.step.operation].about;
    let of_things = |clause: &ClauseId| about.iter().any(|about| scene.hints.reads(*clause, &about.name));
    outlook.0.first().is_some_and(|reading| reading.demanded.iter().any(|clause| !of_things(clause)))
}

/// Traits from the accepted changes of a resource: their counts, and the last two changes in order.
fn history(kind: &str, accepted: &[String]) -> BTreeSet<String> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for operation in accepted {
        let so_far = times.entry(operation).or_default();
        *so_far = TIMES_MAX.min(*so_far + 1);
        found.insert(format!("{kind} after {operation} {so_far} times"));
    }
    let last = accepted.len().saturating_sub(2);
    found.insert(format!("{kind} straight after {}", accepted[last..].join(", ")));
    found
}

fn state(situation: &Situation<'_>, scene: &Scene<'_>, name: &str) -> Option<String> {
    let actor = scene.actors.iter().find(|actor| actor.name == name)?;
    let held = scene.held(&actor.id)?;
    let index = state_of(situation.model, usize::from(actor.id.kind));
    let shown = index.map(|index| held.thing.fields[index].to_string()).unwrap_or_default();
    Some(format!("{:?} {shown}", actor.presence))
}

/// Traits from related resources: how many resources of each kind hold the id, with deleted resources apart.
fn kin(situation: &Situation<'_>, scene: &Scene<'_>, name: &str) -> Vec<String> {
    let Some(actor) = scene.actors.iter().find(|actor| actor.name == name) else { return Vec::new() };
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for other in scene.actors.iter().filter(|other| other.id != actor.id) {
        let Some(held) = scene.held(&other.id) else { continue };
        let holds = |value: &Val| matches!(value, Val::Str(text) if text.as_ref() == actor.id.id.as_ref());
        if held.thing.fields.iter().any(holds) {
            let kind = situation.model.suite.resources[usize::from(other.id.kind)].name.as_str();
            *counts.entry((kind, held.thing.life == Life::Gone)).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|((kind, gone), many)| format!("{} {kind}{}", many.min(TIMES_MAX), if gone { " gone" } else { "" }))
        .collect()
}

/// Traits from other resources of the same kinds.
fn beside(situation: &Situation<'_>, scene: &Scene<'_>, operation: &str, names: &BTreeSet<&str>) -> BTreeSet<String> {
    let kinds: BTreeSet<usize> = names.iter().filter_map(|name| Some(situation.handles.get(name)?.kind)).collect();
    let mut found = BTreeSet::new();
    for actor in scene.actors.iter().filter(|actor| !names.contains(actor.name.as_str())) {
        let kind = usize::from(actor.id.kind);
        if !kinds.contains(&kind) {
            continue;
        }
        let resource = &situation.model.suite.resources[kind].name;
        let last = situation.handles.get(&actor.name).and_then(|handle| handle.accepted.last());
        match actor.presence {
            Presence::Motion => {
                found.extend(last.map(|last| format!("beside a {resource} in motion by {last}")));
                found.extend(
                    last.filter(|last| *last == operation).map(|_| format!("beside a {resource} {SAME_MOTION}")),
                );
            }
            Presence::Gone => found.extend([format!("after the end of a {resource}")]),
            _ => found.extend([format!("beside a {resource}")]),
        }
    }
    found
}

//! The novelty of a call: the history of its resources, and the state of other resources.
//!
//! Many tests of a clause with one history say little about other histories. A call has a set of traits, each
//! with a
//! count, so that a call with one new trait differs from a call with none. A whole context is no trait, because
//! nearly every context is new.

use super::chooser_input::ChooserInput;
use super::handles::named_handles;
use super::masking::measure_masking;
use super::planning_context::{CandidateCall, PlanningContext};
use super::prediction::CallPrediction;
use super::presence::ResourcePresence;
use crate::expr::ExprValue;
use crate::model::{ClauseId, Existence, find_state_field};
use std::collections::{BTreeMap, BTreeSet};

/// Highest number of repetitions that traits distinguish.
const TIMES_MAX: usize = 3;

/// The value of a trait after 0, 1, 2, … tests.
const WORTH: [u64; 4] = [12, 5, 2, 1];

/// The sum of the values of all traits of a call.
#[must_use]
pub fn measure_novelty(
    situation: &ChooserInput<'_>,
    scene: &PlanningContext<'_>,
    call: &CandidateCall,
    outlook: &CallPrediction,
) -> u64 {
    let counts = &situation.coverage.traits;
    let met = |name: &String| counts.get(name).map_or(0, |count| *count as usize);
    let worth = |name: &String| WORTH.get(met(name)).copied().unwrap_or(0);
    list_traits(situation, scene, call, outlook).iter().map(worth).sum()
}

/// The lowest masking among the tests of a refusing clause, up to `most`.
#[must_use]
pub fn find_least_masking(situation: &ChooserInput<'_>, clause: ClauseId, most: usize) -> Option<usize> {
    let id = &situation.model.clause_info(clause).id;
    (1..=most).find(|hidden| situation.coverage.traits.contains_key(&masking_trait(id, *hidden)))
}

/// Whether a refusing clause has enough tests with a masking up to `most`.
#[must_use]
pub fn is_tested_often(situation: &ChooserInput<'_>, clause: ClauseId, most: usize) -> bool {
    let id = &situation.model.clause_info(clause).id;
    let times = |hidden: usize| situation.coverage.traits.get(&masking_trait(id, hidden)).copied().unwrap_or(0);
    (1..=most).map(times).sum::<u64>() >= TIMES_MAX as u64
}

/// How often two resources of a kind had the transition of an operation at the same time.
#[must_use]
pub fn count_simultaneous(situation: &ChooserInput<'_>, operation: &str) -> u64 {
    let prefix = format!("{operation} accepted; beside a ");
    let traits = situation.coverage.traits.range(prefix.clone()..);
    let of_operation = traits.take_while(|(name, _)| name.starts_with(&prefix));
    of_operation.filter(|(name, _)| name.ends_with(SAME_TRANSITION)).map(|(_, count)| count).sum()
}

const SAME_TRANSITION: &str = "in the same motion";

fn masking_trait(clause: &str, hidden: usize) -> String {
    format!("{clause} behind {}", hidden - 1)
}

/// The trait of each clause that demands a refusal: the clause and the masking.
fn masking_traits(
    situation: &ChooserInput<'_>,
    scene: &PlanningContext<'_>,
    call: &CandidateCall,
    outlook: &CallPrediction,
) -> Vec<String> {
    let demanded = outlook.0.first().map(|reading| reading.demanded.as_slice()).unwrap_or_default();
    let hidden = if demanded.is_empty() { 1 } else { measure_masking(scene, call, outlook) };
    demanded.iter().map(|clause| masking_trait(&situation.model.clause_info(*clause).id, hidden)).collect()
}

/// The traits of a call, each with the operation and with the demanded outcome.
#[must_use]
pub fn list_traits(
    situation: &ChooserInput<'_>,
    scene: &PlanningContext<'_>,
    call: &CandidateCall,
    outlook: &CallPrediction,
) -> BTreeSet<String> {
    let step = &call.step;
    let verdict = match (outlook.is_accepted(), outlook.is_refused()) {
        (true, _) => "accepted",
        (_, true) => "refused",
        _ => "open",
    };
    let names = if ignores_resources(situation, scene, call, outlook) { BTreeSet::new() } else { named_handles(step) };
    let mut found = BTreeSet::from([format!("binding {}", step.call.binding), format!("by {}", step.call.caller)]);
    found.extend(step.call.headers.iter().map(|(name, value)| format!("{name} {value}")));
    found.extend(step.call.query.keys().map(|name| format!("query {name}")));
    let mut many: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &names {
        let Some(handle) = situation.handles.get(name) else { continue };
        let kind = situation.model.suite.resources[handle.kind].name.as_str();
        *many.entry(kind).or_default() += 1;
        found.extend(history_traits(kind, &handle.accepted));
        found.extend(describe_state(situation, scene, name).map(|state| format!("{kind} {state}")));
        found.extend(describe_related(situation, scene, name).into_iter().map(|kin| format!("{kind} of {kin}")));
    }
    found.extend(many.into_iter().map(|(kind, many)| format!("{many} {kind}")));
    found.extend(sibling_traits(situation, scene, &step.call.operation, &names));
    let of_call = found.into_iter().map(|name| format!("{} {verdict}; {name}", step.call.operation));
    of_call.chain(masking_traits(situation, scene, call, outlook)).collect()
}

/// Whether a refusal is demanded for a reason outside the resources, such as the caller: the history does not
/// matter.
fn ignores_resources(
    situation: &ChooserInput<'_>,
    scene: &PlanningContext<'_>,
    call: &CandidateCall,
    outlook: &CallPrediction,
) -> bool {
    let about = &situation.model.operations[&call.step.call.operation].about;
    let of_things = |clause: &ClauseId| about.iter().any(|about| scene.hints.reads_root(*clause, &about.name));
    outlook.0.first().is_some_and(|reading| reading.demanded.iter().any(|clause| !of_things(clause)))
}

/// Traits from the accepted changes of a resource: their counts, and the last two changes in order.
fn history_traits(kind: &str, accepted: &[String]) -> BTreeSet<String> {
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

fn describe_state(situation: &ChooserInput<'_>, scene: &PlanningContext<'_>, name: &str) -> Option<String> {
    let actor = scene.resources.iter().find(|actor| actor.name == name)?;
    let held = scene.find_entry(&actor.id)?;
    let index = find_state_field(situation.model, usize::from(actor.id.kind));
    let shown = index.map(|index| held.state.fields[index].to_string()).unwrap_or_default();
    Some(format!("{:?} {shown}", actor.presence))
}

/// Traits from related resources: how many resources of each kind hold the id, with deleted resources apart.
fn describe_related(situation: &ChooserInput<'_>, scene: &PlanningContext<'_>, name: &str) -> Vec<String> {
    let Some(actor) = scene.resources.iter().find(|actor| actor.name == name) else { return Vec::new() };
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for other in scene.resources.iter().filter(|other| other.id != actor.id) {
        let Some(held) = scene.find_entry(&other.id) else { continue };
        let holds = |value: &ExprValue| matches!(value, ExprValue::Str(text) if text.as_ref() == actor.id.id.as_ref());
        if held.state.fields.iter().any(holds) {
            let kind = situation.model.suite.resources[usize::from(other.id.kind)].name.as_str();
            *counts.entry((kind, held.state.existence == Existence::Gone)).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|((kind, gone), many)| format!("{} {kind}{}", many.min(TIMES_MAX), if gone { " gone" } else { "" }))
        .collect()
}

/// Traits from other resources of the same kinds.
fn sibling_traits(
    situation: &ChooserInput<'_>,
    scene: &PlanningContext<'_>,
    operation: &str,
    names: &BTreeSet<&str>,
) -> BTreeSet<String> {
    let kinds: BTreeSet<usize> = names.iter().filter_map(|name| Some(situation.handles.get(name)?.kind)).collect();
    let mut found = BTreeSet::new();
    for actor in scene.resources.iter().filter(|actor| !names.contains(actor.name.as_str())) {
        let kind = usize::from(actor.id.kind);
        if !kinds.contains(&kind) {
            continue;
        }
        let resource = &situation.model.suite.resources[kind].name;
        let last = situation.handles.get(&actor.name).and_then(|handle| handle.accepted.last());
        match actor.presence {
            ResourcePresence::InTransition => {
                found.extend(last.map(|last| format!("beside a {resource} in motion by {last}")));
                found.extend(
                    last.filter(|last| *last == operation).map(|_| format!("beside a {resource} {SAME_TRANSITION}")),
                );
            }
            ResourcePresence::Gone => found.extend([format!("after the end of a {resource}")]),
            _ => found.extend([format!("beside a {resource}")]),
        }
    }
    found
}

//! The novelty of a call: the history of its resources, and the state of other resources.
//!
//! Many tests of a clause with one history say little about other histories. A call has a set of traits, each
//! with a
//! count, so that a call with one new trait differs from a call with none. A whole context is no trait, because
//! nearly every context is new.

use super::chooser_input::ChooserInput;
use super::handles::named_handles;
use super::masking::measure_masking;
use super::planning_context::{CandidateCall, NamedResource, PlanningContext};
use super::prediction::CallPrediction;
use super::presence::ResourcePresence;
use super::resource_traits::ResourceTraits;
use crate::expr::ExprValue;
use crate::model::{ClauseId, Existence, find_state_field};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::rc::Rc;

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
    let traits = list_traits(situation, scene, call, outlook);
    let counts = &situation.coverage.traits;
    let worth = |met: Option<&u64>| WORTH.get(met.map_or(0, |count| *count as usize)).copied().unwrap_or(0);
    let known = counts.of_call(&traits.call);
    let of_call = traits.names.iter().map(|name| worth(known.and_then(|known| known.get(&**name))));
    let of_clause = |clause: &ClauseId| {
        let known = counts.of_clause(&situation.model.clause_info(*clause).id);
        worth(known.and_then(|known| known.get(&traits.masking)))
    };
    of_call.sum::<u64>() + traits.demanded.iter().map(of_clause).sum::<u64>()
}

/// The lowest masking among the tests of a refusing clause, up to `most`.
#[must_use]
pub fn find_least_masking(situation: &ChooserInput<'_>, clause: ClauseId, most: usize) -> Option<usize> {
    let counts = situation.coverage.traits.of_clause(&situation.model.clause_info(clause).id)?;
    counts.keys().next().copied().filter(|least| *least <= most)
}

/// Whether a refusing clause has enough tests with a masking up to `most`.
#[must_use]
pub fn is_tested_often(situation: &ChooserInput<'_>, clause: ClauseId, most: usize) -> bool {
    let counts = situation.coverage.traits.of_clause(&situation.model.clause_info(clause).id);
    counts.is_some_and(|counts| counts.range(..=most).map(|(_, count)| count).sum::<u64>() >= TIMES_MAX as u64)
}

/// How often two resources of a kind had the transition of an operation at the same time.
#[must_use]
pub fn count_simultaneous(situation: &ChooserInput<'_>, operation: &str) -> u64 {
    let traits = situation.coverage.traits.of_call(&format!("{operation} accepted"));
    let beside = "beside a ";
    let from = (Bound::Included(beside), Bound::Unbounded);
    let names = traits.into_iter().flat_map(|traits| traits.range::<str, _>(from));
    let names = names.take_while(|(name, _)| name.starts_with(beside));
    names.filter(|(name, _)| name.ends_with(SAME_TRANSITION)).map(|(_, count)| count).sum()
}

const SAME_TRANSITION: &str = "in the same motion";

/// The traits of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallTraits {
    /// The operation and the demanded outcome, as part of each name.
    pub call: String,
    /// The traits of the call, its resources and their siblings.
    pub names: BTreeSet<Rc<str>>,
    /// The clauses that demand a refusal, without repetitions.
    pub demanded: BTreeSet<ClauseId>,
    /// The masking of the refusal.
    pub masking: usize,
}

/// The traits of a call, each with the operation and with the demanded outcome.
#[must_use]
pub fn list_traits(
    situation: &ChooserInput<'_>,
    scene: &PlanningContext<'_>,
    call: &CandidateCall,
    outlook: &CallPrediction,
) -> CallTraits {
    let step = &call.step;
    let verdict = match (outlook.is_accepted(), outlook.is_refused()) {
        (true, _) => "accepted",
        (_, true) => "refused",
        _ => "open",
    };
    let ignored = ignores_resources(situation, scene, call, outlook);
    let names = if ignored { BTreeSet::new() } else { named_handles(step) };
    let mut found: BTreeSet<Rc<str>> = BTreeSet::new();
    found.insert(format!("binding {}", step.call.binding).into());
    found.insert(format!("by {}", step.call.caller).into());
    found.extend(step.call.headers.iter().map(|(name, value)| Rc::from(format!("{name} {value}"))));
    found.extend(step.call.query.keys().map(|name| Rc::from(format!("query {name}"))));
    let mut many: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, actor) in scene.resources.iter().enumerate().filter(|(_, actor)| names.contains(actor.name.as_str())) {
        *many.entry(usize::from(actor.id.kind)).or_default() += 1;
        found.extend(scene.resource_traits(index, || describe_resource(situation, scene, actor)).own.iter().cloned());
    }
    for (index, actor) in scene.resources.iter().enumerate().filter(|(_, actor)| !names.contains(actor.name.as_str())) {
        if many.contains_key(&usize::from(actor.id.kind)) {
            let traits = scene.resource_traits(index, || describe_resource(situation, scene, actor));
            found.extend(traits.list_beside(&step.call.operation).cloned());
        }
    }
    let kind_name = |kind: usize| &situation.model.suite.resources[kind].name;
    found.extend(many.into_iter().map(|(kind, many)| Rc::from(format!("{many} {}", kind_name(kind)))));
    let demanded: BTreeSet<ClauseId> =
        outlook.0.first().map(|reading| reading.demanded.iter().copied().collect()).unwrap_or_default();
    CallTraits {
        call: format!("{} {verdict}", step.call.operation),
        names: found,
        masking: if demanded.is_empty() { 1 } else { measure_masking(scene, call, outlook) },
        demanded,
    }
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

fn describe_resource(
    situation: &ChooserInput<'_>,
    scene: &PlanningContext<'_>,
    actor: &NamedResource,
) -> ResourceTraits {
    let kind = situation.model.suite.resources[usize::from(actor.id.kind)].name.as_str();
    let accepted = situation.handles.get(&actor.name).map(|handle| handle.accepted.as_slice()).unwrap_or_default();
    let mut own = Vec::new();
    add_history(kind, accepted, &mut own);
    own.extend(describe_state(situation, scene, actor).map(|state| Rc::from(format!("{kind} {state}"))));
    own.extend(describe_related(situation, scene, actor).into_iter().map(|kin| Rc::from(format!("{kind} of {kin}"))));
    let last = accepted.last();
    let (beside, same_transition) = match actor.presence {
        ResourcePresence::InTransition => (
            last.map(|last| format!("beside a {kind} in motion by {last}")),
            last.map(|last| (last.clone(), Rc::from(format!("beside a {kind} {SAME_TRANSITION}")))),
        ),
        ResourcePresence::Gone => (Some(format!("after the end of a {kind}")), None),
        _ => (Some(format!("beside a {kind}")), None),
    };
    ResourceTraits { own, beside: beside.map(Rc::from), same_transition }
}

/// Traits from the accepted changes of a resource: their counts, and the last two changes in order.
fn add_history(kind: &str, accepted: &[String], found: &mut Vec<Rc<str>>) {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in accepted {
        let so_far = times.entry(operation).or_default();
        if *so_far < TIMES_MAX {
            *so_far += 1;
            found.push(Rc::from(format!("{kind} after {operation} {so_far} times")));
        }
    }
    let last = accepted.len().saturating_sub(2);
    found.push(Rc::from(format!("{kind} straight after {}", accepted[last..].join(", "))));
}

fn describe_state(situation: &ChooserInput<'_>, scene: &PlanningContext<'_>, actor: &NamedResource) -> Option<String> {
    let held = scene.find_entry(&actor.id)?;
    let index = find_state_field(situation.model, usize::from(actor.id.kind));
    let shown = index.map(|index| held.state.fields[index].to_string()).unwrap_or_default();
    Some(format!("{:?} {shown}", actor.presence))
}

/// Traits from related resources: how many resources of each kind hold the id, with deleted resources apart.
fn describe_related(situation: &ChooserInput<'_>, scene: &PlanningContext<'_>, actor: &NamedResource) -> Vec<String> {
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for other in scene.resources.iter().filter(|other| other.id != actor.id) {
        let Some(held) = scene.find_entry(&other.id) else { continue };
        let holds = |value: &ExprValue| value.to_id_text().is_some_and(|text| text == actor.id.id);
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

//! How one executed step adds to the coverage.

use super::chooser_input::ChooserInput;
use super::coverage::Coverage;
use super::handles::{PlannedResource, StepOutcome, named_handles};
use super::hints::SuiteHints;
use super::novelty::list_traits;
use super::planning_context::{CandidateCall, PlanningContext};
use super::presence::ResourcePresence;
use super::step::Step;
use crate::expr::ExprValue;
use crate::model::{Existence, PossibleResource, ResourceId, find_state_field};
use std::collections::BTreeSet;

/// Adds an executed step to the coverage. `before` is the input of the choice of the step.
pub fn cover_step(
    coverage: &mut Coverage,
    before: &ChooserInput<'_>,
    hints: &SuiteHints,
    step: &Step,
    ending: StepOutcome,
) {
    let scene = PlanningContext::from_input(before, hints);
    *coverage.operations.entry(step.call.operation.clone()).or_default() += 1;
    let spent = &mut coverage.spent;
    spent.steps += 1;
    spent.moving += u64::from(names_unsettled_resource(&scene, step));
    let slot = match ending {
        _ if !before.model.operations[&step.call.operation].changes => &mut spent.reads,
        StepOutcome::Refused => &mut spent.refusals,
        StepOutcome::Open => &mut spent.open,
        StepOutcome::Accepted if hints.creating.contains(&step.call.operation) => &mut spent.creates,
        StepOutcome::Accepted if hints.deleting.contains(&step.call.operation) => &mut spent.deletes,
        StepOutcome::Accepted => &mut spent.changes,
    };
    *slot += 1;
    let Some(call) = scene.make_candidate_call(step.clone()) else {
        return;
    };
    let Some(outlook) = scene.predict(&call) else {
        return;
    };
    // A refusal in place of a promised acceptance shows nothing.
    if !outlook.is_accepted() || ending == StepOutcome::Accepted {
        let traits = list_traits(before, &scene, &call, &outlook);
        traits.names.iter().for_each(|name| coverage.traits.note_call_trait(&traits.call, name));
        for clause in traits.demanded {
            coverage.traits.note_masking(&before.model.clause_info(clause).id, traits.masking);
        }
    }
    let context = describe_context(before, &call);
    for clause in outlook.list_applying() {
        coverage.note_test(&before.model.clause_info(clause).id, &step.call.operation, &context);
    }
}

fn names_unsettled_resource(scene: &PlanningContext<'_>, step: &Step) -> bool {
    let names = named_handles(step);
    let moving = |presence| matches!(presence, ResourcePresence::InTransition | ResourcePresence::Leaving);
    scene.resources.iter().any(|actor| names.contains(actor.name.as_str()) && moving(actor.presence))
}

/// The context of a test: operation, binding, caller, and version; then for each resource of the call its
/// state, the last two accepted changes, and the relation to the other resources.
#[must_use]
pub fn describe_context(situation: &ChooserInput<'_>, call: &CandidateCall) -> String {
    let step = &call.step;
    let mut first = format!("{} {}", step.call.operation, step.call.binding);
    if step.call.caller != "owner" {
        first.push_str(&format!(" by {}", step.call.caller));
    }
    for (name, value) in &step.call.headers {
        first.push_str(&format!(" {name} {value}"));
    }
    let mut parts = vec![first];
    let names = named_handles(step);
    for name in &names {
        let Some(handle) = situation.handles.get(name) else {
            continue;
        };
        let mut part = situation.model.suite.resources[handle.kind].name.clone();
        if let Some(id) = &handle.id {
            let id = ResourceId { kind: handle.kind as u16, id: id.clone() };
            let possible = situation.belief.list_states(&id);
            let states: BTreeSet<String> = possible.iter().map(|held| describe_state(situation, held)).collect();
            part.push_str(&format!(" {}", states.into_iter().collect::<Vec<_>>().join("/")));
        }
        let last = handle.accepted.len().saturating_sub(2);
        part.push_str(&format!(" after {}", handle.accepted[last..].join(", ")));
        if names.len() > 1 {
            part.push_str(&describe_relation(situation, handle, &names));
        }
        parts.push(part);
    }
    parts.join("; ")
}

/// The relation of a resource to the other resources of a call: whether a field holds the id of another
/// resource, and whether a younger resource of the kind has the same relation.
fn describe_relation(situation: &ChooserInput<'_>, handle: &PlannedResource, names: &BTreeSet<&str>) -> String {
    let ids: Vec<&str> = names.iter().filter_map(|name| situation.handles.get(name)?.id.as_deref()).collect();
    let held = |handle: &PlannedResource| {
        let id = ResourceId { kind: handle.kind as u16, id: handle.id.clone()? };
        situation.belief.list_states(&id).into_iter().next()
    };
    let parents = |held: &PossibleResource| -> BTreeSet<String> {
        let texts = held.state.fields.iter().filter_map(ExprValue::to_id_text);
        let names = texts.filter(|text| ids.contains(&text.as_ref())).map(|text| text.to_string());
        names.collect()
    };
    let Some(mine) = held(handle) else { return String::new() };
    let of = parents(&mine);
    if of.is_empty() {
        return " unrelated".to_string();
    }
    let younger = |other: &PossibleResource| {
        other.id.kind == mine.id.kind
            && other.state.existence == Existence::Present
            && other.state.seq > mine.state.seq
            && parents(other) == of
    };
    let overtaken = situation.handles.iter().filter_map(|(_, handle)| held(handle)).any(|other| younger(&other));
    if overtaken { " related, not the latest".to_string() } else { " related".to_string() }
}

fn describe_state(situation: &ChooserInput<'_>, held: &PossibleResource) -> String {
    let thing = &held.state;
    let moving = if thing.transition.is_some() { "~" } else { "" };
    match (thing.existence, thing.undetermined_since, find_state_field(situation.model, usize::from(thing.kind))) {
        (Existence::Gone, ..) => "gone".to_string(),
        (Existence::Deleting, ..) => "leaving".to_string(),
        (_, Some(_), _) => "?".to_string(),
        (_, _, Some(index)) => format!("{}{moving}", thing.fields[index]),
        _ => format!("there{moving}"),
    }
}

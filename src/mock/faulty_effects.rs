//! The effects of a call, with the fault of a mutant.

use super::mutant::{FaultKind, Mutant, UNNAMED_PREFIX, find_kind};
use crate::expr::{ExprValue, NotatedText};
use crate::model::{
    CallView, Existence, Model, PossibleResource, PossibleState, ResourceId, ResourceState, TransitionStage,
    advance_resource, find_resource, find_state_field, replace_resources,
};
use crate::schema::SeededRng;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Changes the resources `after` a correct call to the resources after the call of the mutant.
#[must_use]
pub(super) fn apply_fault(
    model: &Model,
    call: &CallView,
    before: &PossibleState,
    after: PossibleState,
    fault: &Mutant,
) -> PossibleState {
    let named = |id: &ResourceId| call.existing.iter().any(|(_, ids)| ids.iter().flatten().any(|known| known == id));
    // A promise about unnamed resources is broken for resources outside the call only.
    let meant = |held: &PossibleResource| match &fault.kind {
        FaultKind::Skips(field) | FaultKind::Alters(field) | FaultKind::Touches(field) => {
            !field.starts_with(UNNAMED_PREFIX) || !named(&held.id)
        }
        _ => true,
    };
    let touched: Vec<Arc<PossibleResource>> = after
        .iter()
        .filter(|held| {
            held.state.origin.as_ref().is_some_and(|via| via.find_outcome(fault.clause).is_some()) && meant(held)
        })
        .cloned()
        .collect();
    let changed = match &fault.kind {
        FaultKind::NoEffect => touched
            .iter()
            .filter_map(|held| Some((held.id.clone(), find_resource(before, &held.id)?.state.clone())))
            .collect(),
        FaultKind::HitsAnother => redirect_effects(before, &after, &touched),
        kind => touched
            .iter()
            .filter_map(|held| Some((held.id.clone(), apply_faulty_effect(model, before, held, kind)?)))
            .collect(),
    };
    replace_resources(model, &after, changed)
}

/// The resource after the faulty effect; none if the fault does not concern the resource.
fn apply_faulty_effect(
    model: &Model,
    before: &PossibleState,
    held: &PossibleResource,
    kind: &FaultKind,
) -> Option<ResourceState> {
    let mut thing = held.state.clone();
    let resource = model.resource_kind(&held.id);
    let field_of = |named: &str| {
        let (target, field) = named.split_once('.')?;
        if find_kind(model, target) != Some(usize::from(held.id.kind)) {
            return None;
        }
        resource.fields.iter().position(|known| known.name == field)
    };
    let old = find_resource(before, &held.id).map(|held| &held.state);
    match kind {
        FaultKind::Skips(named) => {
            if let Some(index) = field_of(named) {
                if Some(index) == find_state_field(model, usize::from(held.id.kind)) {
                    let old = old?;
                    (thing.existence, thing.transition) = (old.existence, old.transition.clone());
                }
                thing.fields[index] = old.map_or(ExprValue::Unknown, |old| old.fields[index].clone());
                if let Some(motion) = &mut thing.transition {
                    motion.pending.retain(|(field, _)| usize::from(*field) != index);
                }
            } else {
                let (target, name) = named.split_once('.')?;
                find_kind(model, target).filter(|kind| *kind == usize::from(held.id.kind))?;
                let index = resource.remembers.iter().position(|(known, _)| known == name)?;
                thing.memory[index] = old.map_or(resource.remembers[index].1.clone(), |old| old.memory[index].clone());
            }
        }
        FaultKind::Alters(named) | FaultKind::Touches(named) => {
            let index = field_of(named)?;
            thing.fields[index] = choose_distinct(model, before, &held.id, index, &thing.fields[index]);
            if let Some(motion) = &mut thing.transition {
                motion.pending.retain(|(field, _)| usize::from(*field) != index);
            }
        }
        FaultKind::Stuck(kind) if *kind == usize::from(held.id.kind) => {
            thing = stop_transition(model, held, old, thing)?;
        }
        FaultKind::EndsIn(kind, state) if *kind == usize::from(held.id.kind) => {
            let end = TransitionStage::State(ExprValue::Str(Arc::from(state.as_str())));
            match &mut thing.transition {
                Some(motion) => *motion.stages.last_mut()? = end,
                None => {
                    let index = find_state_field(model, usize::from(held.id.kind))?;
                    thing.fields[index] = ExprValue::Str(Arc::from(state.as_str()));
                }
            }
        }
        FaultKind::OutOfOrder(kind) if *kind == usize::from(held.id.kind) => {
            let stages = thing.transition.as_ref()?.stages.len();
            thing = advance_resource(model, &held.id, &thing, stages);
        }
        _ => return None,
    }
    Some(thing)
}

/// The resource in the first stage of its transition, for good; none without a transition. If the first stage is the end,
/// the resource keeps its state, and a resource that ends at once, without states, stays.
fn stop_transition(
    model: &Model,
    held: &PossibleResource,
    old: Option<&ResourceState>,
    mut thing: ResourceState,
) -> Option<ResourceState> {
    if thing.transition.is_none() && thing.existence == Existence::Gone {
        thing.existence = old?.existence;
        return Some(thing);
    }
    let first = thing.transition.take()?.stages.first()?.clone();
    if let (TransitionStage::State(value), Some(index)) = (&first, find_state_field(model, usize::from(held.id.kind)))
        && held.state.transition.as_ref().is_some_and(|motion| motion.stages.len() > 1)
    {
        thing.fields[index] = value.clone();
    }
    Some(thing)
}

/// A different value for a field: preferably plausible, from a pool or from a second resource.
fn choose_distinct(
    model: &Model,
    before: &PossibleState,
    id: &ResourceId,
    index: usize,
    value: &ExprValue,
) -> ExprValue {
    let others =
        before.iter().filter(|held| held.id.kind == id.kind && held.id != *id).map(|held| &held.state.fields[index]);
    let pools = model.suite.pools.values().filter(|pool| pool.contains(value)).flatten();
    let mut candidates = pools.chain(others).filter(|candidate| *candidate != value && !candidate.has_unknown());
    candidates.next().cloned().unwrap_or_else(|| alter_value(value))
}

/// A different value of equal type.
fn alter_value(value: &ExprValue) -> ExprValue {
    match value {
        ExprValue::Str(text) => ExprValue::Str(Arc::from(format!("{text}x").as_str())),
        ExprValue::Notated(read) => shift_time(read, 1),
        ExprValue::Int(number) => ExprValue::Int(number.wrapping_add(1)),
        ExprValue::Bool(value) => ExprValue::Bool(!value),
        ExprValue::Map(entries) if entries.is_empty() => {
            ExprValue::Map(Arc::new(BTreeMap::from([(Arc::from("stray"), ExprValue::Str(Arc::from("x")))])))
        }
        ExprValue::Map(_) => ExprValue::Map(Arc::default()),
        _ => ExprValue::Str(Arc::from("x")),
    }
}

/// The time some seconds later; for a text that writes no time, a different text.
fn shift_time(read: &NotatedText, seconds: i64) -> ExprValue {
    match read.shift_seconds(seconds) {
        Some(shifted) => ExprValue::Notated(Arc::new(shifted)),
        None => ExprValue::Str(Arc::from(format!("{}x", read.text()).as_str())),
    }
}

/// Keeps the resources of the call, and gives the new state and fields to other resources of the kind.
fn redirect_effects(
    before: &PossibleState,
    after: &PossibleState,
    touched: &[Arc<PossibleResource>],
) -> BTreeMap<ResourceId, ResourceState> {
    let mut changed = BTreeMap::new();
    for held in touched {
        let Some(old) = find_resource(before, &held.id) else { continue };
        let other = after.iter().find(|other| {
            other.id.kind == held.id.kind
                && other.id != held.id
                && other.state.existence == Existence::Present
                && other.state.transition.is_none()
        });
        let Some(other) = other else { continue };
        changed.insert(held.id.clone(), old.state.clone());
        let hit = ResourceState { owner: other.state.owner, seq: other.state.seq, ..held.state.clone() };
        let fields = hit.fields.iter().zip(&old.state.fields).zip(&other.state.fields);
        let fields = fields.map(|((new, old), own)| if new == old { own.clone() } else { new.clone() }).collect();
        changed.insert(other.id.clone(), ResourceState { fields, ..hit });
    }
    changed
}

/// A different value for a constant field. With `backwards`, an earlier value for a growing field.
#[must_use]
pub(super) fn choose_other_value(value: &ExprValue, backwards: bool, rng: &mut SeededRng) -> ExprValue {
    match value {
        ExprValue::Str(text) if backwards => {
            let earlier: String = text.chars().map(|c| if c.is_ascii_digit() && c > '0' { '0' } else { c }).collect();
            ExprValue::Str(Arc::from(earlier.as_str()))
        }
        ExprValue::Notated(read) => shift_time(read, if backwards { -1 } else { 1 + rng.draw_below(10) as i64 }),
        ExprValue::Int(number) if backwards => ExprValue::Int(number.wrapping_sub(1)),
        ExprValue::Str(text) => ExprValue::Str(Arc::from(format!("{text}{}", rng.draw_below(10)).as_str())),
        other => alter_value(other),
    }
}

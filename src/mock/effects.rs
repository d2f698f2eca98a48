//! The effects of an accepted call on the resources.

use super::faulty_effects::{bent, other_value};
use super::mutant::{Kind, Mutant};
use super::response_context::Press;
use super::world_state::Realm;
use crate::expr::Val;
use crate::model::{
    ClauseId, Generated, Id, Life, Model, Moment, Origin, Stage, Thing, World, apply, choices, find, replaced,
};
use crate::schema::Rng;
use crate::suite::{FieldClass, UNNAMED};
use std::collections::BTreeMap;

/// The resources after one permitted outcome of the call, or after the outcome of the mutant.
///
/// # Panics
/// If the effects of the suite cannot be evaluated.
pub(super) fn apply_clauses(
    context: &Press<'_>,
    before: &World,
    clauses: &[ClauseId],
    moment: &Moment<'_>,
    rng: &mut Rng,
) -> World {
    let model = context.model;
    let fail = |fault| -> World { panic!("the mock cannot follow its suite: {fault}") };
    if clauses.is_empty() {
        // Without a clause, the call creates its resources, and existing resources stay unchanged.
        return apply(model, context.call, before, &Vec::new(), moment).unwrap_or_else(fail);
    }
    let open = choices(model, context.call, before, clauses, moment).unwrap_or_default();
    let exception = rng.chance(context.tempo.exception_percent, 100);
    let choice = if exception { rng.pick(&open) } else { open.first() };
    let mut choice = choice.cloned().unwrap_or_default();
    if let Some(Mutant { clause, kind: Kind::ActsAs(other), .. }) = context.fault
        && clauses.contains(clause)
    {
        choice.push((*other, 0));
    }
    let after = apply(model, context.call, before, &choice, moment).unwrap_or_else(fail);
    let after = keep_open_values(model, before, after);
    match context.fault {
        Some(fault) if clauses.contains(&fault.clause) => bent(model, context.call, before, after, fault),
        _ => after,
    }
}

/// Keeps the old value wherever a clause allows every value. An undetermined new resource is not created.
fn keep_open_values(model: &Model, before: &World, after: World) -> World {
    let mut changed = BTreeMap::new();
    for held in &after {
        let old = find(before, &held.id);
        if held.thing.fog.is_some() {
            let never = || Thing { life: Life::Gone, fog: None, ..held.thing.clone() };
            changed.insert(held.id.clone(), old.map_or_else(never, |old| old.thing.clone()));
            continue;
        }
        let Some(old) = old else { continue };
        let open = |(new, known): (&Val, &Val)| new.has_unknown() && !known.has_unknown();
        let news = held.thing.fields.iter().chain(&held.thing.memory);
        let olds = old.thing.fields.iter().chain(&old.thing.memory);
        if !news.zip(olds).any(open) {
            continue;
        }
        let keep = |new: &[Val], old: &[Val]| -> Vec<Val> {
            new.iter().zip(old).map(|(new, old)| if new.has_unknown() { old.clone() } else { new.clone() }).collect()
        };
        let fields = keep(&held.thing.fields, &old.thing.fields);
        let memory = keep(&held.thing.memory, &old.thing.memory);
        changed.insert(held.id.clone(), Thing { fields, memory, ..held.thing.clone() });
    }
    replaced(model, &after, changed)
}

/// Draws a stable state for each transition whose end the suite leaves open.
pub(super) fn choose_open_ends(model: &Model, world: World, rng: &mut Rng) -> World {
    let mut changed = BTreeMap::new();
    for held in &world {
        let Some(motion) = &held.thing.motion else { continue };
        let Some(open) = motion.course.iter().position(|step| *step == Stage::State(Val::Unknown)) else {
            continue;
        };
        let mut states = vec![Val::from(UNNAMED)];
        states.extend(model.resource(&held.id).stable.iter().map(|state| Val::from(state.as_str())));
        let mut thing = held.thing.clone();
        if let (Some(motion), Some(state)) = (&mut thing.motion, rng.pick(&states)) {
            motion.course[open] = Stage::State(state.clone());
        }
        changed.insert(held.id.clone(), thing);
    }
    replaced(model, &world, changed)
}

/// Breaks the promises about constant and growing fields at each changing call. No single clause owns these promises.
pub(super) fn break_constant_fields(
    context: &Press<'_>,
    state: &mut Realm,
    before: &World,
    clauses: &[ClauseId],
    rng: &mut Rng,
) {
    let model = context.model;
    let Some(fault) = context.fault else { return };
    let (Kind::Changes(index) | Kind::GoesBack(index)) = fault.kind else { return };
    let Origin::Generated(Generated::Field(kind, _)) = model.info(fault.clause).origin else {
        return;
    };
    if clauses.is_empty() || !model.operations[&context.call.operation].changes {
        return;
    }
    let old: Vec<Id> = before
        .iter()
        .filter(|held| usize::from(held.id.kind) == kind && held.thing.life == Life::Alive)
        .map(|held| held.id.clone())
        .collect();
    for id in old {
        let Some(held) = find(&state.world, &id) else { continue };
        let mut thing = held.thing.clone();
        let class = model.resource(&id).fields[index].class;
        thing.fields[index] = other_value(&thing.fields[index], class == FieldClass::Grows, rng);
        state.put(model, &id, thing);
    }
}

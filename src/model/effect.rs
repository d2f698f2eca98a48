//! The effects of an accepted call on a possible state.

use super::applicability::{Combination, combinations};
use super::bulk_effect::struck;
use super::call_view::Asked;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::effect_context::{Moment, all_of, targets};
use super::possible_state::{Held, World, find, replaced};
use super::resource_state::{Id, Life, Motion, Step, Thing, Via, Who};
use super::roots::{Fault, Roots};
use crate::expr::Val;
use crate::suite::{Alternative, Clause, Effect, EffectValue, Stage};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The outcome of each accepting clause: 0 stands for `then`, n for the n-th entry of `or`.
pub type Choice = Vec<(ClauseId, u16)>;

/// A possible state after the call, and the outcomes that lead to the state.
#[derive(Debug, Clone)]
pub struct Successor {
    /// The possible state after the call.
    pub world: World,
    /// The outcomes.
    pub choice: Choice,
}

/// The permitted outcomes of the accepting clauses, main outcomes first.
///
/// # Errors
/// If the evaluation of an alternative's guard fails.
pub fn choices(
    model: &Model,
    asked: &Asked,
    world: &[Arc<Held>],
    accepts: &[ClauseId],
    moment: &Moment<'_>,
) -> Result<Vec<Choice>, Fault> {
    let combinations = combinations(model, asked, world);
    let first = combinations.first().cloned().unwrap_or_default();
    let all = all_of(model, asked, world, moment);
    let mut choices: Vec<Choice> = vec![Vec::new()];
    for &id in accepts {
        let clause = model.written(id).expect("only written clauses accept");
        let mut open = vec![0_u16];
        for (index, alternative) in clause.or.iter().enumerate() {
            if permitted(model, asked, alternative, &first, &all, moment)? {
                open.push(index as u16 + 1);
            }
        }
        choices = choices
            .iter()
            .flat_map(|choice| open.iter().map(move |&way| [choice.as_slice(), &[(id, way)]].concat()))
            .collect();
        choices.truncate(64);
    }
    Ok(choices)
}

fn permitted(
    model: &Model,
    asked: &Asked,
    alternative: &Alternative,
    combination: &Combination<'_>,
    all: &Val,
    moment: &Moment<'_>,
) -> Result<bool, Fault> {
    let Some(guard) = &alternative.when else { return Ok(true) };
    let things: Vec<(&str, Val)> = combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
    let roots = Roots { model, asked, things: &things, reply: Some(moment.reply), it: None, world: Some(all) };
    Ok(roots.eval(guard, alternative.place.line)? != Val::Bool(false))
}

/// The possible states after acceptance, one for each permitted outcome.
///
/// # Errors
/// If the evaluation of an effect fails.
pub fn successors(
    model: &Model,
    asked: &Asked,
    world: &[Arc<Held>],
    accepts: &[ClauseId],
    moment: &Moment<'_>,
) -> Result<Vec<Successor>, Fault> {
    choices(model, asked, world, accepts, moment)?
        .into_iter()
        .map(|choice| Ok(Successor { world: apply(model, asked, world, &choice, moment)?, choice }))
        .collect()
}

/// The possible state after one outcome. The effects of several clauses are merged; the later effect on a field
/// wins.
///
/// # Errors
/// If the evaluation of an effect fails.
pub fn apply(
    model: &Model,
    asked: &Asked,
    world: &[Arc<Held>],
    choice: &Choice,
    moment: &Moment<'_>,
) -> Result<World, Fault> {
    let all = all_of(model, asked, world, moment);
    let mut changed: BTreeMap<Id, Thing> = newborn(model, asked, moment);
    let via = Via(Arc::from(choice.as_slice()));
    for &(id, way) in choice {
        let clause = model.written(id).expect("only written clauses accept");
        for combination in combinations(model, asked, world) {
            let things: Vec<(&str, Val)> = combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
            let roots = Roots { model, asked, things: &things, reply: Some(moment.reply), it: None, world: Some(&all) };
            for effect in outcome(clause, way) {
                for (target, things, sure) in struck(&roots, &combination, world, moment.born, effect)? {
                    let before =
                        changed.get(&target).cloned().or_else(|| find(world, &target).map(|held| held.thing.clone()));
                    let Some(mut thing) = before else { continue };
                    let newborn = moment.born.iter().any(|(_, ids)| ids.contains(&target));
                    let open = || Effect { value: EffectValue::Anything, ..effect.clone() };
                    let effect = if sure { Cow::Borrowed(effect) } else { Cow::Owned(open()) };
                    let roots = Roots { things: &things, ..roots };
                    take_effect(model, &roots, (&target, newborn), &mut thing, &effect, moment.now)?;
                    thing.via = Some(via.clone());
                    changed.insert(target, thing);
                }
            }
        }
        set_order(model, asked, clause, world, moment, &mut changed);
    }
    Ok(replaced(model, world, changed))
}

/// The possible state with every resource of the call undetermined, and with the created resources.
#[must_use]
pub fn fogged(model: &Model, asked: &Asked, world: &[Arc<Held>], moment: &Moment<'_>) -> World {
    let named = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
    let mut changed: BTreeMap<Id, Thing> =
        named.filter_map(|id| find(world, id)).map(|held| (held.id.clone(), held.thing.fogged(moment.now))).collect();
    // A clause of the call reads all resources of a kind, so the call may change each of the resources.
    let kinds = &model.operations[&asked.operation].reads_all;
    let touched = |held: &&Arc<Held>| {
        kinds.contains(&usize::from(held.id.kind))
            && asked.who == Some(held.thing.owner)
            && held.thing.life != Life::Gone
    };
    for held in world.iter().filter(touched) {
        changed.entry(held.id.clone()).or_insert_with(|| held.thing.fogged(moment.now));
    }
    for (id, thing) in newborn(model, asked, moment) {
        changed.insert(id, thing.fogged(moment.now));
    }
    replaced(model, world, changed)
}

fn outcome(clause: &Clause, way: u16) -> &[Effect] {
    match way {
        0 => &clause.then,
        way => &clause.or[usize::from(way) - 1].then,
    }
}

fn newborn(model: &Model, asked: &Asked, moment: &Moment<'_>) -> BTreeMap<Id, Thing> {
    let about = &model.operations[&asked.operation].about;
    let ids = moment.born.iter().flat_map(|(entry, ids)| ids.iter().map(move |id| (*entry, id)));
    ids.enumerate()
        .map(|(index, (entry, id))| {
            let resource = model.resource(id);
            let thing = Thing {
                kind: id.kind,
                // An accepted anonymous create is a deviation already; the resource needs some owner.
                owner: asked.who.unwrap_or(Who::Owner),
                seq: moment.seq + index as u32,
                life: Life::Alive,
                untold: about[entry].told_by.is_some(),
                fields: vec![Val::Unknown; resource.fields.len()],
                memory: resource.remembers.iter().map(|(_, first)| first.clone()).collect(),
                motion: None,
                fog: None,
                via: None,
            };
            (id.clone(), thing)
        })
        .collect()
}

fn take_effect(
    model: &Model,
    roots: &Roots<'_>,
    (id, newborn): (&Id, bool),
    thing: &mut Thing,
    effect: &Effect,
    now: u64,
) -> Result<(), Fault> {
    let resource = model.resource(id);
    let line = effect.place.line;
    match &effect.value {
        EffectValue::Course(stages) => {
            let mut course = Vec::with_capacity(stages.len());
            for (nth, stage) in stages.iter().enumerate() {
                course.push(match stage {
                    Stage::State(state) => Step::State(Val::Str(Arc::from(state.as_str()))),
                    Stage::Expr(expr) => Step::State(roots.eval(expr, line)?),
                    // The pages do not say in which state the transition ends.
                    Stage::Anything if nth + 1 == stages.len() => Step::State(Val::Unknown),
                    Stage::Anything => Step::Anything,
                    Stage::Gone => Step::Gone,
                });
            }
            // A new resource has no earlier state, so its transition starts in the first stage. A `prompt` kind
            // shows the first stage at once.
            set_course(newborn || resource.prompt, state_index(model, id), thing, course, now);
        }
        EffectValue::Anything if resource.state.as_ref() == Some(&effect.field) => *thing = thing.fogged(now),
        value => {
            let value = match value {
                EffectValue::Expr(expr) => roots.eval(expr, line)?,
                _ => Val::Unknown,
            };
            if let Some(index) = resource.fields.iter().position(|field| field.name == effect.field) {
                change_field(thing, newborn, index, value);
            } else if let Some(index) = resource.remembers.iter().position(|(name, _)| *name == effect.field) {
                thing.memory[index] = value;
            }
        }
    }
    Ok(())
}

fn state_index(model: &Model, id: &Id) -> usize {
    let resource = model.resource(id);
    let state = resource.state.as_deref().unwrap_or_default();
    resource.fields.iter().position(|field| field.name == state).unwrap_or_else(|| {
        panic!(
            "resource `{}` has a transition but no state field; the suite parser rejects such a suite",
            resource.name
        )
    })
}

fn set_course(at_once: bool, state: usize, thing: &mut Thing, mut course: Vec<Step>, now: u64) {
    let pending = thing.motion.take().map(|motion| motion.pending).unwrap_or_default();
    let first = (at_once && !course.is_empty()).then(|| course.remove(0));
    match first {
        Some(Step::State(value)) => thing.fields[state] = value,
        Some(Step::Anything) => thing.life = Life::Dying,
        Some(Step::Gone) => thing.life = Life::Gone,
        None => {}
    }
    if !course.is_empty() {
        thing.motion = Some(Motion { course, pending, since: now, after: Vec::new() });
    }
}

fn change_field(thing: &mut Thing, newborn: bool, index: usize, value: Val) {
    let old = std::mem::replace(&mut thing.fields[index], value);
    if newborn || old == thing.fields[index] {
        return;
    }
    // In the suite, a field may stand before the transition. The old value is kept in either order, and
    // `replaced` drops the value of a resource without a transition.
    let pending = (index as u16, old);
    match &mut thing.motion {
        Some(motion) => {
            motion.pending.retain(|(known, _)| *known != pending.0);
            motion.pending.push(pending);
            motion.pending.sort();
        }
        None => thing.motion = Some(Motion { course: Vec::new(), pending: vec![pending], since: 0, after: Vec::new() }),
    }
}

fn set_order(
    model: &Model,
    asked: &Asked,
    clause: &Clause,
    world: &[Arc<Held>],
    moment: &Moment<'_>,
    changed: &mut BTreeMap<Id, Thing>,
) {
    let about = &model.operations[&asked.operation].about;
    let combinations = combinations(model, asked, world);
    // For each resource of a batch: a job ends after all resources of the job.
    let all = |name: &str| -> BTreeSet<Id> {
        combinations.iter().flat_map(|combination| targets(about, combination, moment.born, name)).collect()
    };
    for (later, earlier) in &clause.order {
        let first = all(earlier);
        for id in all(later) {
            if let Some(motion) = changed.get_mut(&id).and_then(|thing| thing.motion.as_mut()) {
                motion.after.extend(first.iter().cloned());
                motion.after.sort();
                motion.after.dedup();
            }
        }
    }
}

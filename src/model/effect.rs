//! What an accepted call does to a world.

use super::asked::Asked;
use super::compile::{ClauseId, Model};
use super::each::struck;
use super::factor::{Held, World};
use super::reading::{Combination, combinations, find};
use super::scope::{Fault, Roots, record, world_root};
use super::thing::{Id, Life, Motion, Step, Thing, Via, Who};
use crate::expr::Val;
use crate::suite::{Alternative, Clause, Effect, EffectValue, Stage};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which outcome of each accepting clause is taken; 0 is `then`, from 1 the entries of `or`.
pub type Choice = Vec<(ClauseId, u16)>;

/// A world after the call, and the outcomes that led there.
#[derive(Debug, Clone)]
pub struct Successor {
    pub world: World,
    pub choice: Choice,
}

/// What a call brings to life: index into the operation's `about`, and ids.
pub type Born = [(usize, Vec<Id>)];

/// What the successors of a call depend on besides the world itself.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub born: &'a Born,
    /// Null where there is none; unknown where the reply was lost.
    pub reply: &'a Val,
    /// When the reply was received, in ms.
    pub now: u64,
    /// The next number in order of birth.
    pub seq: u32,
    /// Kinds of which things exist that nobody can name.
    pub strangers: &'a [usize],
}

/// The permitted outcomes of the accepting clauses, the main ones first.
///
/// # Errors
/// If the guard of an alternative goes wrong.
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

/// The worlds that may follow acceptance, one for each permitted outcome.
///
/// # Errors
/// If an effect's expression goes wrong.
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

/// The world after one outcome. Effects of several clauses are merged; on the same field the later wins.
///
/// # Errors
/// If an effect's expression goes wrong.
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

/// Nothing that a clause says of these things is known any more; what the reply brought to life is there, unknown.
#[must_use]
pub fn fogged(model: &Model, asked: &Asked, world: &[Arc<Held>], moment: &Moment<'_>) -> World {
    let named = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
    let mut changed: BTreeMap<Id, Thing> =
        named.filter_map(|id| find(world, id)).map(|held| (held.id.clone(), held.thing.fogged(moment.now))).collect();
    // A clause of this call looks at all things of a kind, so the call may touch any of them.
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

pub(super) fn all_of(model: &Model, asked: &Asked, world: &[Arc<Held>], moment: &Moment<'_>) -> Val {
    let kinds = model.operations[&asked.operation].reads_all.iter().copied();
    world_root(model, kinds, world, asked.who, moment.strangers)
}

fn newborn(model: &Model, asked: &Asked, moment: &Moment<'_>) -> BTreeMap<Id, Thing> {
    let about = &model.operations[&asked.operation].about;
    let ids = moment.born.iter().flat_map(|(entry, ids)| ids.iter().map(move |id| (*entry, id)));
    ids.enumerate()
        .map(|(index, (entry, id))| {
            let resource = model.resource(id);
            let thing = Thing {
                kind: id.kind,
                // An anonymous create that was accepted is a deviation already; it needs some owner.
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

pub(super) fn targets(
    about: &[crate::suite::About],
    combination: &Combination<'_>,
    born: &Born,
    name: &str,
) -> Vec<Id> {
    let existing = combination.iter().filter(|(known, _, _)| *known == name).filter_map(|(_, id, _)| id.cloned());
    let new = born.iter().filter(|(index, _)| about[*index].name == name).flat_map(|(_, ids)| ids.iter().cloned());
    existing.chain(new).collect()
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
                    // As the end of a course: the pages do not say where it ends.
                    Stage::Anything if nth + 1 == stages.len() => Step::State(Val::Unknown),
                    Stage::Anything => Step::Anything,
                    Stage::Gone => Step::Gone,
                });
            }
            // A new thing has no old state to show, so it starts in the first stage; so does a prompt one.
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
        panic!("resource `{}` has a course but no state field: the suite's parser lets none through", resource.name)
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
    // The field may be written before the course in the file, so the old value is kept
    // in either order and dropped in `replaced` where no motion carries it.
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
    // Of a batch, each: a job ends after all that it works on.
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

/// The world with some things replaced or added, each with its record.
#[must_use]
pub fn replaced(model: &Model, world: &[Arc<Held>], changed: BTreeMap<Id, Thing>) -> World {
    let mut next: World = world.iter().filter(|held| !changed.contains_key(&held.id)).cloned().collect();
    for (id, mut thing) in changed {
        if thing.motion.as_ref().is_some_and(|motion| motion.course.is_empty()) {
            thing.motion = None;
        }
        next.push(hold(model, id, thing));
    }
    next.sort_by(|a, b| a.id.cmp(&b.id));
    next
}

/// A thing with the record that expressions read, made once.
#[must_use]
pub fn hold(model: &Model, id: Id, thing: Thing) -> Arc<Held> {
    let record = record(model, &id, &thing);
    Arc::new(Held { id, thing, record })
}

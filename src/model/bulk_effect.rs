//! The resources that an effect changes, including resources that the call does not name.

use super::applicability::{Combination, combinations};
use super::call_view::Asked;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::effect_context::{Born, Moment, all_of, targets};
use super::possible_state::Held;
use super::resource_state::{Id, Life};
use super::roots::{Fault, Roots};
use crate::expr::Val;
use crate::suite::{Each, Effect, EffectValue, Stage, Target};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A resource that an effect changes, the named records for the value of the effect, and whether the effect
/// certainly applies.
pub(super) type Struck<'a> = (Id, Vec<(&'a str, Val)>, bool);

/// The resources that an effect changes.
///
/// # Errors
/// If the evaluation of a condition fails.
pub(super) fn struck<'a>(
    roots: &Roots<'a>,
    combination: &Combination<'_>,
    world: &[Arc<Held>],
    born: &Born,
    effect: &'a Effect,
) -> Result<Vec<Struck<'a>>, Fault> {
    let about = &roots.model.operations[&roots.asked.operation].about;
    Ok(match &effect.target {
        Target::Named(name) => {
            targets(about, combination, born, name).into_iter().map(|id| (id, roots.things.to_vec(), true)).collect()
        }
        Target::Each(each) => members(roots, world, each, effect.place.line)?
            .into_iter()
            .map(|(held, sure)| (held.id.clone(), with(roots, each, &held), sure))
            .collect(),
    })
}

/// The resources of the caller that meet a condition. The flag is false where the condition is undetermined.
///
/// A resource in deletion shows no values for the condition, and the effect would not change its end.
///
/// # Errors
/// If the evaluation of the condition fails.
fn members(roots: &Roots<'_>, world: &[Arc<Held>], each: &Each, line: u32) -> Result<Vec<(Arc<Held>, bool)>, Fault> {
    let own = |held: &&Arc<Held>| {
        usize::from(held.id.kind) == each.resource
            && roots.asked.who == Some(held.thing.owner)
            && held.thing.life == Life::Alive
    };
    let mut found = Vec::new();
    for held in world.iter().filter(own) {
        let things = with(roots, each, held);
        match (Roots { things: &things, ..*roots }).eval(&each.condition, line)? {
            Val::Bool(false) => {}
            Val::Bool(true) => found.push((held.clone(), true)),
            Val::Unknown => found.push((held.clone(), false)),
            other => {
                let message = format!("the condition must be true or false, but it is {other}");
                return Err(Fault::new(roots.model, line, &each.condition, message));
            }
        }
    }
    Ok(found)
}

/// The named records of the call, and the record of the resource that the effect changes.
fn with<'a>(roots: &Roots<'a>, each: &'a Each, held: &Held) -> Vec<(&'a str, Val)> {
    let one = (each.name.as_str(), held.record.clone());
    roots.things.iter().cloned().chain([one]).collect()
}

/// The certain results of a clause's main outcome for resources that the call does not name. Each entry holds a
/// resource and a field; no field means that the resource ends.
///
/// # Errors
/// If the evaluation of a condition fails.
pub(super) fn certain(
    model: &Model,
    asked: &Asked,
    world: &[Arc<Held>],
    clause: ClauseId,
    moment: &Moment<'_>,
) -> Result<BTreeSet<(Id, Option<u16>)>, Fault> {
    let written = model.written(clause).expect("only written clauses accept");
    let mut found = BTreeSet::new();
    let sets = written.then.iter().filter_map(|effect| Some((effect, effect.target.each()?)));
    let sets: Vec<_> = sets.collect();
    if sets.is_empty() {
        return Ok(found);
    }
    let all = all_of(model, asked, world, moment);
    for combination in combinations(model, asked, world) {
        let things: Vec<(&str, Val)> = combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
        let roots = Roots { model, asked, things: &things, reply: Some(moment.reply), it: None, world: Some(&all) };
        for (effect, each) in &sets {
            let resource = &model.suite.resources[each.resource];
            let ends =
                matches!(&effect.value, EffectValue::Course(stages) if matches!(stages.last(), Some(Stage::Gone)));
            let field = resource.fields.iter().position(|field| field.name == effect.field);
            let Some(what) = (if ends { Some(None) } else { field.map(|index| Some(index as u16)) }) else { continue };
            let sure = members(&roots, world, each, effect.place.line)?.into_iter().filter(|(_, sure)| *sure);
            found.extend(sure.map(|(held, _)| (held.id.clone(), what)));
        }
    }
    Ok(found)
}

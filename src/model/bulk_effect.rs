//! The resources that an effect changes, including resources that the call does not name.

use super::applicability::{ResourceCombination, list_combinations};
use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::effect_context::{EffectContext, find_targets, read_all_resources};
use super::evaluation_error::SuiteEvaluationError;
use super::evaluation_log::EvaluationLog;
use super::possible_state::PossibleResource;
use super::resource_state::{Existence, ResourceId};
use super::roots::ExpressionRoots;
use crate::expr::ExprValue;
use crate::suite::{Effect, EffectTarget, ResourceSelection};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A resource that an effect changes, the named records for the value of the effect, and whether the effect
/// certainly applies.
pub(super) type AffectedResource<'a> = (ResourceId, Vec<(&'a str, ExprValue)>, bool);

/// The resources that an effect of a clause changes.
pub(super) fn find_affected<'a>(
    roots: &ExpressionRoots<'a>,
    combination: &ResourceCombination<'_>,
    (world, moment): (&[Arc<PossibleResource>], &EffectContext<'_>),
    (clause, effect): (ClauseId, &'a Effect),
) -> Vec<AffectedResource<'a>> {
    let about = &roots.model.operations[&roots.call.operation].about;
    match &effect.target {
        EffectTarget::Named(name) => find_targets(about, combination, moment.created, name)
            .into_iter()
            .map(|id| (id, roots.resources.to_vec(), true))
            .collect(),
        EffectTarget::Each(each) => find_members(roots, world, each, (clause, effect.place.line), moment.log)
            .into_iter()
            .map(|(held, sure)| (held.id.clone(), add_record(roots, each, &held), sure))
            .collect(),
    }
}

/// The resources of the caller that meet a condition. The flag is false where the condition is undetermined.
///
/// A resource in deletion shows no values for the condition, and the effect would not change its end.
fn find_members(
    roots: &ExpressionRoots<'_>,
    world: &[Arc<PossibleResource>],
    each: &ResourceSelection,
    (clause, line): (ClauseId, u32),
    log: &EvaluationLog,
) -> Vec<(Arc<PossibleResource>, bool)> {
    let own = |held: &&Arc<PossibleResource>| {
        usize::from(held.id.kind) == each.resource
            && roots.call.owner == Some(held.state.owner)
            && held.state.existence == Existence::Present
    };
    let mut found = Vec::new();
    for held in world.iter().filter(own) {
        let things = add_record(roots, each, held);
        let selects = ExpressionRoots { resources: &things, ..*roots }.evaluate(&each.condition, line);
        let selects = selects.and_then(|value| match value {
            ExprValue::Bool(_) | ExprValue::Unknown => Ok(value),
            other => Err(SuiteEvaluationError::no_truth(roots.model, line, &each.condition, &other)),
        });
        match log.note_evaluation((Some(clause), line), &each.condition, selects) {
            ExprValue::Bool(false) => {}
            ExprValue::Bool(true) => found.push((held.clone(), true)),
            _ => found.push((held.clone(), false)),
        }
    }
    found
}

/// The named records of the call, and the record of the resource that the effect changes.
fn add_record<'a>(
    roots: &ExpressionRoots<'a>,
    each: &'a ResourceSelection,
    held: &PossibleResource,
) -> Vec<(&'a str, ExprValue)> {
    let one = (each.name.as_str(), held.record.clone());
    roots.resources.iter().cloned().chain([one]).collect()
}

/// The certain results of a clause's main outcome for resources that the call does not name. Each entry holds a
/// resource and a field; no field means that the resource ends.
pub(super) fn find_certain_effects(
    model: &Model,
    asked: &CallView,
    world: &[Arc<PossibleResource>],
    clause: ClauseId,
    moment: &EffectContext<'_>,
) -> BTreeSet<(ResourceId, Option<u16>)> {
    let written = model.find_suite_clause(clause).expect("only written clauses accept");
    let mut found = BTreeSet::new();
    let sets = written.then.iter().filter_map(|effect| Some((effect, effect.target.get_selection()?)));
    let sets: Vec<_> = sets.collect();
    if sets.is_empty() {
        return found;
    }
    let all = read_all_resources(model, asked, world, moment);
    for combination in list_combinations(model, asked, world) {
        let things: Vec<(&str, ExprValue)> =
            combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
        let roots = ExpressionRoots {
            model,
            call: asked,
            resources: &things,
            reply: Some(moment.reply),
            entry: None,
            world: Some(&all),
        };
        for (effect, each) in &sets {
            let resource = &model.suite.resources[each.resource];
            let field = resource.fields.iter().position(|field| field.name == effect.field);
            let Some(what) = (if effect.ends_resource() { Some(None) } else { field.map(|index| Some(index as u16)) })
            else {
                continue;
            };
            let members = find_members(&roots, world, each, (clause, effect.place.line), moment.log);
            let sure = members.into_iter().filter(|(_, sure)| *sure);
            found.extend(sure.map(|(held, _)| (held.id.clone(), what)));
        }
    }
    found
}

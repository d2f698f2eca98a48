//! The effects of an accepted call on a possible state.

use super::applicability::{ResourceCombination, list_combinations};
use super::bulk_effect::find_affected;
use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::compile::{Model, find_state_field};
use super::effect_context::{EffectContext, find_targets, read_all_resources};
use super::possible_state::{PossibleResource, PossibleState, find_resource, replace_resources};
use super::resource_state::{
    Existence, ResourceId, ResourceOwner, ResourceState, StateOrigin, Transition, TransitionStage,
};
use super::roots::ExpressionRoots;
use crate::expr::{Expr, ExprValue};
use crate::suite::{Alternative, Clause, Effect, EffectValue, StageExpression};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The outcome of each accepting clause: 0 stands for `then`, n for the n-th entry of `or`.
pub type OutcomeChoice = Vec<(ClauseId, u16)>;

/// A possible state after the call, and the outcomes that lead to the state.
#[derive(Debug, Clone)]
pub struct SuccessorState {
    /// The possible state after the call.
    pub state: PossibleState,
    /// The outcomes.
    pub choice: OutcomeChoice,
}

/// The permitted outcomes of the accepting clauses, main outcomes first. An alternative with an undetermined guard is
/// permitted.
#[must_use]
pub fn list_choices(
    model: &Model,
    asked: &CallView,
    world: &[Arc<PossibleResource>],
    accepts: &[ClauseId],
    moment: &EffectContext<'_>,
) -> Vec<OutcomeChoice> {
    let combinations = list_combinations(model, asked, world);
    let first = combinations.first().cloned().unwrap_or_default();
    let all = read_all_resources(model, asked, world, moment);
    let mut choices: Vec<OutcomeChoice> = vec![Vec::new()];
    for &id in accepts {
        let clause = model.find_suite_clause(id).expect("only written clauses accept");
        let mut open = vec![0_u16];
        for (index, alternative) in clause.or.iter().enumerate() {
            if is_permitted(model, asked, (id, alternative), &first, &all, moment) {
                open.push(index as u16 + 1);
            }
        }
        choices = choices
            .iter()
            .flat_map(|choice| open.iter().map(move |&way| [choice.as_slice(), &[(id, way)]].concat()))
            .collect();
        choices.truncate(64);
    }
    choices
}

fn is_permitted(
    model: &Model,
    asked: &CallView,
    (clause, alternative): (ClauseId, &Alternative),
    combination: &ResourceCombination<'_>,
    all: &ExprValue,
    moment: &EffectContext<'_>,
) -> bool {
    let Some(guard) = &alternative.when else { return true };
    let things: Vec<(&str, ExprValue)> = combination.iter().map(|(name, _, value)| (*name, value.clone())).collect();
    let roots = ExpressionRoots {
        model,
        call: asked,
        resources: &things,
        reply: Some(moment.reply),
        entry: None,
        world: Some(all),
    };
    roots.evaluate_noted(guard, clause, alternative.place.line, moment.log) != ExprValue::Bool(false)
}

/// The possible states after acceptance, one for each permitted outcome.
#[must_use]
pub fn list_successors(
    model: &Model,
    asked: &CallView,
    world: &[Arc<PossibleResource>],
    accepts: &[ClauseId],
    moment: &EffectContext<'_>,
) -> Vec<SuccessorState> {
    list_choices(model, asked, world, accepts, moment)
        .into_iter()
        .map(|choice| SuccessorState { state: apply_choice(model, asked, world, &choice, moment), choice })
        .collect()
}

/// The possible state after one outcome. The effects of several clauses are merged; the later effect on a field
/// wins. What uncertain clauses may change becomes undetermined, and so does a field whose value cannot be evaluated.
#[must_use]
pub fn apply_choice(
    model: &Model,
    asked: &CallView,
    world: &[Arc<PossibleResource>],
    choice: &OutcomeChoice,
    moment: &EffectContext<'_>,
) -> PossibleState {
    let all = read_all_resources(model, asked, world, moment);
    let mut changed: BTreeMap<ResourceId, ResourceState> = create_resources(model, asked, moment);
    let via = StateOrigin(Arc::from(choice.as_slice()));
    let certain = choice.iter().map(|&(id, way)| (id, Some(way)));
    for (id, way) in certain.chain(moment.uncertain.iter().map(|&id| (id, None))) {
        let clause = model.find_suite_clause(id).expect("only written clauses accept");
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
            for effect in choose_effects(clause, way) {
                for (target, things, sure) in find_affected(&roots, &combination, (world, moment), (id, effect)) {
                    let before = changed
                        .get(&target)
                        .cloned()
                        .or_else(|| find_resource(world, &target).map(|held| held.state.clone()));
                    let Some(mut thing) = before else { continue };
                    let newborn = moment.created.iter().any(|(_, ids)| ids.contains(&target));
                    let open = || Effect { value: EffectValue::Anything, ..effect.clone() };
                    let effect = if sure && way.is_some() { Cow::Borrowed(effect) } else { Cow::Owned(open()) };
                    let roots = ExpressionRoots { resources: &things, ..roots };
                    apply_effect(&roots, (&target, newborn), &mut thing, (id, &effect), moment);
                    if way.is_some() {
                        thing.origin = Some(via.clone());
                    }
                    changed.insert(target, thing);
                }
            }
        }
        if way.is_some() {
            set_order(model, asked, clause, world, moment, &mut changed);
        }
    }
    replace_resources(model, world, changed)
}

/// The possible state with every resource of the call undetermined, and with the created resources.
#[must_use]
pub fn make_call_undetermined(
    model: &Model,
    asked: &CallView,
    world: &[Arc<PossibleResource>],
    moment: &EffectContext<'_>,
) -> PossibleState {
    let named = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
    let mut changed: BTreeMap<ResourceId, ResourceState> = named
        .filter_map(|id| find_resource(world, id))
        .map(|held| (held.id.clone(), held.state.make_undetermined(moment.now)))
        .collect();
    // A clause of the call reads all resources of a kind, so the call may change each of the resources.
    let kinds = &model.operations[&asked.operation].reads_all;
    let touched = |held: &&Arc<PossibleResource>| {
        kinds.contains(&usize::from(held.id.kind))
            && asked.owner == Some(held.state.owner)
            && held.state.existence != Existence::Gone
    };
    for held in world.iter().filter(touched) {
        changed.entry(held.id.clone()).or_insert_with(|| held.state.make_undetermined(moment.now));
    }
    for (id, thing) in create_resources(model, asked, moment) {
        changed.insert(id, thing.make_undetermined(moment.now));
    }
    replace_resources(model, world, changed)
}

/// The effects of an outcome; without an outcome, the effects of all outcomes.
fn choose_effects(clause: &Clause, way: Option<u16>) -> Vec<&Effect> {
    match way {
        Some(0) => clause.then.iter().collect(),
        Some(way) => clause.or[usize::from(way) - 1].then.iter().collect(),
        None => clause.then.iter().chain(clause.or.iter().flat_map(|alternative| &alternative.then)).collect(),
    }
}

fn create_resources(
    model: &Model,
    asked: &CallView,
    moment: &EffectContext<'_>,
) -> BTreeMap<ResourceId, ResourceState> {
    let about = &model.operations[&asked.operation].about;
    let ids = moment.created.iter().flat_map(|(entry, ids)| ids.iter().map(move |id| (*entry, id)));
    ids.enumerate()
        .map(|(index, (entry, id))| {
            let resource = model.resource_kind(id);
            let thing = ResourceState {
                kind: id.kind,
                // An accepted anonymous create is a deviation already; the resource needs some owner.
                owner: asked.owner.unwrap_or(ResourceOwner::Owner),
                seq: moment.seq.saturating_add(index as u32),
                existence: Existence::Present,
                id_deferred: about[entry].told_by.is_some(),
                fields: vec![ExprValue::Unknown; resource.fields.len()],
                memory: resource.remembers.iter().map(|(_, first)| first.clone()).collect(),
                transition: None,
                undetermined_since: None,
                origin: None,
            };
            (id.clone(), thing)
        })
        .collect()
}

fn apply_effect(
    roots: &ExpressionRoots<'_>,
    (id, newborn): (&ResourceId, bool),
    thing: &mut ResourceState,
    (clause, effect): (ClauseId, &Effect),
    moment: &EffectContext<'_>,
) {
    let model = roots.model;
    let resource = model.resource_kind(id);
    let evaluate = |expr: &Expr| roots.evaluate_noted(expr, clause, effect.place.line, moment.log);
    match &effect.value {
        EffectValue::Transition(stages) => {
            let mut course = Vec::with_capacity(stages.len());
            for (nth, stage) in stages.iter().enumerate() {
                course.push(match stage {
                    StageExpression::State(state) => TransitionStage::State(ExprValue::Str(Arc::from(state.as_str()))),
                    StageExpression::Expr(expr) => TransitionStage::State(evaluate(expr)),
                    // The pages do not say in which state the transition ends.
                    StageExpression::Anything if nth + 1 == stages.len() => TransitionStage::State(ExprValue::Unknown),
                    StageExpression::Anything => TransitionStage::Anything,
                    StageExpression::Gone => TransitionStage::Gone,
                });
            }
            // A new resource has no earlier state, so its transition starts in the first stage. A `prompt` kind
            // shows the first stage at once. A resource without states has no stage before its end.
            let ends_at_once = resource.state.is_none() && course.len() == 1;
            let state = find_state_field(model, usize::from(id.kind));
            start_transition(newborn || resource.prompt || ends_at_once, state, thing, course, moment.now);
        }
        EffectValue::Anything if resource.state.as_ref() == Some(&effect.field) => {
            *thing = thing.make_undetermined(moment.now)
        }
        value => {
            let value = match value {
                EffectValue::Expr(expr) => evaluate(expr),
                _ => ExprValue::Unknown,
            };
            if let Some(index) = resource.fields.iter().position(|field| field.name == effect.field) {
                let value = model.read_field_value(usize::from(id.kind), index, value);
                change_field(thing, newborn, index, value);
            } else if let Some(index) = resource.remembers.iter().position(|(name, _)| *name == effect.field) {
                thing.memory[index] = value;
            }
        }
    }
}

fn start_transition(
    at_once: bool,
    state: Option<usize>,
    thing: &mut ResourceState,
    mut course: Vec<TransitionStage>,
    now: u64,
) {
    let pending = thing.transition.take().map(|motion| motion.pending).unwrap_or_default();
    let first = (at_once && !course.is_empty()).then(|| course.remove(0));
    match first {
        Some(TransitionStage::State(value)) => {
            let state =
                state.expect("only the end of a resource needs no state field; the suite parser rejects others");
            thing.fields[state] = value;
        }
        Some(TransitionStage::Anything) => thing.existence = Existence::Deleting,
        Some(TransitionStage::Gone) => thing.existence = Existence::Gone,
        None => {}
    }
    if !course.is_empty() {
        thing.transition = Some(Transition { stages: course, pending, since: now, after: Vec::new() });
    }
}

fn change_field(thing: &mut ResourceState, newborn: bool, index: usize, value: ExprValue) {
    let old = std::mem::replace(&mut thing.fields[index], value);
    if newborn || old == thing.fields[index] {
        return;
    }
    // In the suite, a field may stand before the transition. The old value is kept in either order, and
    // `replace_resources` drops the value of a resource without a transition.
    let pending = (index as u16, old);
    match &mut thing.transition {
        Some(motion) => {
            motion.pending.retain(|(known, _)| *known != pending.0);
            motion.pending.push(pending);
            motion.pending.sort();
        }
        None => {
            thing.transition =
                Some(Transition { stages: Vec::new(), pending: vec![pending], since: 0, after: Vec::new() })
        }
    }
}

fn set_order(
    model: &Model,
    asked: &CallView,
    clause: &Clause,
    world: &[Arc<PossibleResource>],
    moment: &EffectContext<'_>,
    changed: &mut BTreeMap<ResourceId, ResourceState>,
) {
    let about = &model.operations[&asked.operation].about;
    let combinations = list_combinations(model, asked, world);
    // For each resource of a batch: a job ends after all resources of the job.
    let all = |name: &str| -> BTreeSet<ResourceId> {
        combinations.iter().flat_map(|combination| find_targets(about, combination, moment.created, name)).collect()
    };
    for (later, earlier) in &clause.order {
        let first = all(earlier);
        for id in all(later) {
            if let Some(motion) = changed.get_mut(&id).and_then(|thing| thing.transition.as_mut()) {
                motion.after.extend(first.iter().cloned());
                motion.after.sort();
                motion.after.dedup();
            }
        }
    }
}

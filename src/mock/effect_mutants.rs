//! The faults of a clause's effects.

use super::mutant::{FaultKind, UNNAMED_PREFIX, find_kind, find_target_kind, name_target};
use crate::model::Model;
use crate::suite::{
    Alternative, Clause, ClauseOperations, Effect, EffectValue, FieldMutability, IdExpression, StageExpression, UNNAMED,
};
use std::collections::BTreeSet;

/// Lists the faults of all effects of an accepting clause, with their names.
pub(super) fn list_effect_faults(model: &Model, clause: &Clause) -> Vec<(String, FaultKind)> {
    let mut kinds = Vec::new();
    let courses = clause.then.iter().filter(|effect| matches!(effect.value, EffectValue::Transition(_))).count();
    for effect in &clause.then {
        let target = name_target(model, effect);
        let field = format!("{target}.{}", effect.field);
        if effect.target.get_selection().is_some() && matches!(effect.value, EffectValue::Transition(_)) {
            kinds.push((format!("skips/{field}"), FaultKind::Skips(field.clone())));
        }
        match &effect.value {
            EffectValue::Transition(stages) => {
                kinds.extend(list_transition_faults(model, clause, effect, stages, courses > 1));
            }
            EffectValue::Anything => {}
            EffectValue::Expr(_) => {
                kinds.push((format!("skips/{field}"), FaultKind::Skips(field.clone())));
                let observed =
                    find_target_kind(model, &target).is_some_and(|r| r.fields.iter().any(|f| f.name == effect.field));
                if observed {
                    kinds.push((format!("alters/{field}"), FaultKind::Alters(field.clone())));
                }
            }
        }
    }
    let targets: BTreeSet<String> = clause.then.iter().map(|effect| name_target(model, effect)).collect();
    kinds.extend(list_untouched_field_faults(model, clause, &targets));
    if !targets.iter().all(|target| is_created(model, target, clause)) {
        kinds.push(("hits-another".to_string(), FaultKind::HitsAnother));
    }
    for (later, earlier) in &clause.order {
        if let Some(kind) = find_kind(model, later) {
            kinds.push((format!("out-of-order/{later}-before-{earlier}"), FaultKind::OutOfOrder(kind)));
        }
    }
    kinds
}

/// Faults of one transition. With `several` transitions in the clause, names of faults include the resource.
fn list_transition_faults(
    model: &Model,
    clause: &Clause,
    effect: &Effect,
    stages: &[StageExpression],
    several: bool,
) -> Vec<(String, FaultKind)> {
    // Without a stated end, no response can show a wrong end.
    let open = |stage: &StageExpression| match stage {
        StageExpression::Anything => true,
        StageExpression::State(state) => state == UNNAMED,
        _ => false,
    };
    let target = name_target(model, effect);
    let Some(kind) = find_kind(model, &target).filter(|_| !stages.last().is_none_or(open)) else { return Vec::new() };
    let mut kinds = Vec::new();
    let of = |word: &str| if several { format!("{target}.{word}") } else { word.to_string() };
    let stuck = if several { format!("stuck/{target}") } else { "stuck".to_string() };
    // A created resource cannot be stuck before the only stage of its transition.
    if stages.len() > 1 || !is_created(model, &target, clause) {
        kinds.push((stuck, FaultKind::Stuck(kind)));
    }
    let resource = &model.suite.resources[kind];
    let last = match stages.last() {
        Some(StageExpression::State(state)) => state.as_str(),
        _ => "",
    };
    // An end permitted by an alternative breaks nothing.
    let permitted = |state: &&String| clause.or.iter().any(|way| permits_end(way, effect, state));
    let others = resource.stable.iter().filter(|state| state.as_str() != last && !permitted(state));
    kinds.extend(others.map(|state| (format!("ends-in/{}", of(state)), FaultKind::EndsIn(kind, state.clone()))));
    kinds
}

/// Faults on fields without an effect. Deleted resources are left out, because no response shows deleted resources.
fn list_untouched_field_faults(model: &Model, clause: &Clause, targets: &BTreeSet<String>) -> Vec<(String, FaultKind)> {
    let ends =
        |target: &str| clause.then.iter().any(|effect| name_target(model, effect) == target && effect.ends_resource());
    let mut kinds = Vec::new();
    for target in targets.iter().filter(|target| !ends(target)) {
        let Some(resource) = find_target_kind(model, target) else { continue };
        let set = clause.then.iter().filter(|effect| name_target(model, effect) == *target);
        let set: BTreeSet<&str> = set.map(|effect| effect.field.as_str()).collect();
        let untouched = resource.fields.iter().filter(|field| {
            field.class == FieldMutability::Modelled
                && !set.contains(field.name.as_str())
                && resource.state.as_ref() != Some(&field.name)
        });
        kinds.extend(untouched.map(|field| {
            let field = format!("{target}.{}", field.name);
            (format!("touches/{field}"), FaultKind::Touches(field))
        }));
    }
    kinds
}

/// Whether each call of a clause creates the resource.
pub(super) fn is_created(model: &Model, target: &str, clause: &Clause) -> bool {
    let ClauseOperations::Only(calls) = &clause.calls else { return false };
    if target.starts_with(UNNAMED_PREFIX) {
        return false;
    }
    let operations = calls.iter().filter_map(|call| model.operations.get(call));
    let mut about = operations.flat_map(|operation| &operation.about).filter(|about| about.name == target);
    about.all(|about| matches!(about.binding, IdExpression::New(_)))
}

/// Whether an alternative lets the resource of an effect end in a state.
fn permits_end(way: &Alternative, effect: &Effect, state: &str) -> bool {
    let same = |other: &&Effect| other.key == effect.key;
    way.then.iter().filter(same).any(|other| {
        matches!(&other.value, EffectValue::Transition(stages)
            if matches!(stages.last(), Some(StageExpression::State(last)) if last == state))
    })
}

//! The states of a resource kind.

use crate::expr::ValueType;
use crate::suite::lint::context::LintContext;
use crate::suite::lint::located_expressions::build_clause_path;
use crate::suite::lint::merged_tree::{YamlPath, way};
use crate::suite::suggest;
use crate::suite::types::{Effect, EffectTarget, EffectValue, StageExpression, Suite, UNNAMED};
use std::collections::BTreeSet;

/// The type of the state field: the states named by the suite and by the schemas. Reports each state named by the
/// suite and absent from the schemas.
pub(super) fn build_state_type(lint: &mut LintContext, resource: usize, documented: Option<&ValueType>) -> ValueType {
    let documented = documented.map(list_enum_members).unwrap_or_default();
    let mut all: BTreeSet<String> = documented.iter().cloned().collect();
    for (state, way) in list_named_states(lint.suite, resource) {
        if !documented.is_empty() && !documented.contains(&state) {
            let place = lint.tree.locate_offset(&way, 0);
            let hint = suggest::suggest_name(&state, documented.iter().map(String::as_str));
            lint.report_error(place, "unknown-state", format!("no response has the state `{state}`"), hint);
        }
        all.insert(state);
    }
    ValueType::Enum(all.into_iter().collect())
}

fn list_enum_members(ty: &ValueType) -> Vec<String> {
    match ty {
        ValueType::Enum(names) => names.clone(),
        ValueType::Union(types) if !types.contains(&ValueType::Str) => {
            types.iter().flat_map(list_enum_members).collect()
        }
        _ => Vec::new(),
    }
}

fn list_named_states(suite: &Suite, resource: usize) -> Vec<(String, YamlPath)> {
    let name = &suite.resources[resource].name;
    let stable = suite.resources[resource].stable.iter().enumerate();
    let mut found: Vec<(String, YamlPath)> =
        stable.map(|(i, s)| (s.clone(), way!["resources", name, "stable", i])).collect();
    let mut stages = |effects: &[Effect], at: &YamlPath, is_ours: &dyn Fn(&EffectTarget) -> bool| {
        for effect in effects.iter().filter(|e| is_ours(&e.target)) {
            let EffectValue::Transition(course) = &effect.value else {
                continue;
            };
            for (i, stage) in course.iter().enumerate() {
                if let StageExpression::State(state) = stage
                    && state != UNNAMED
                {
                    let way = at.iter().cloned().chain(way!["then", &effect.key, i]).collect();
                    found.push((state.clone(), way));
                }
            }
        }
    };
    let is_thing = |target: &EffectTarget| match target {
        EffectTarget::Named(name) => suite.about.values().flatten().any(|a| a.name == *name && a.resource == resource),
        EffectTarget::Each(each) => each.resource == resource,
    };
    for (i, clause) in suite.clauses.iter().enumerate() {
        let at = build_clause_path(suite, i);
        stages(&clause.then, &at, &is_thing);
        for (j, alternative) in clause.or.iter().enumerate() {
            let at: YamlPath = at.iter().cloned().chain(way!["or", j]).collect();
            stages(&alternative.then, &at, &is_thing);
        }
    }
    for (i, event) in suite.events.iter().enumerate().filter(|(_, e)| e.resource == resource) {
        stages(&event.then, &way!["events", i], &|target| target.is_named(name));
    }
    found
}

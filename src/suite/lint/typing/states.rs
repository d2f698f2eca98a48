//! The states of a resource kind.

use crate::expr::Type;
use crate::suite::lint::context::Lint;
use crate::suite::lint::spoken::way_to_clause;
use crate::suite::lint::spots::{Way, way};
use crate::suite::suggest;
use crate::suite::types::{Effect, EffectValue, Stage, Suite, Target, UNNAMED};
use std::collections::BTreeSet;

/// The type of the state field: the states named by the suite and by the schemas. Reports each state named by the
/// suite and absent from the schemas.
pub(super) fn states(lint: &mut Lint, resource: usize, documented: Option<&Type>) -> Type {
    let documented = documented.map(members).unwrap_or_default();
    let mut all: BTreeSet<String> = documented.iter().cloned().collect();
    for (state, way) in named_states(lint.suite, resource) {
        if !documented.is_empty() && !documented.contains(&state) {
            let place = lint.spots.inside(&way, 0);
            let hint = suggest::hint(&state, documented.iter().map(String::as_str));
            lint.error(place, "unknown-state", format!("no response has the state `{state}`"), hint);
        }
        all.insert(state);
    }
    Type::Enum(all.into_iter().collect())
}

fn members(ty: &Type) -> Vec<String> {
    match ty {
        Type::Enum(names) => names.clone(),
        Type::Union(types) if !types.contains(&Type::Str) => types.iter().flat_map(members).collect(),
        _ => Vec::new(),
    }
}

fn named_states(suite: &Suite, resource: usize) -> Vec<(String, Way)> {
    let name = &suite.resources[resource].name;
    let stable = suite.resources[resource].stable.iter().enumerate();
    let mut found: Vec<(String, Way)> =
        stable.map(|(i, s)| (s.clone(), way!["resources", name, "stable", i])).collect();
    let mut stages = |effects: &[Effect], at: &Way, is_ours: &dyn Fn(&Target) -> bool| {
        for effect in effects.iter().filter(|e| is_ours(&e.target)) {
            let EffectValue::Course(course) = &effect.value else {
                continue;
            };
            for (i, stage) in course.iter().enumerate() {
                if let Stage::State(state) = stage
                    && state != UNNAMED
                {
                    let way = at.iter().cloned().chain(way!["then", &effect.key, i]).collect();
                    found.push((state.clone(), way));
                }
            }
        }
    };
    let is_thing = |target: &Target| match target {
        Target::Named(name) => suite.about.values().flatten().any(|a| a.name == *name && a.resource == resource),
        Target::Each(each) => each.resource == resource,
    };
    for (i, clause) in suite.clauses.iter().enumerate() {
        let at = way_to_clause(suite, i);
        stages(&clause.then, &at, &is_thing);
        for (j, alternative) in clause.or.iter().enumerate() {
            let at: Way = at.iter().cloned().chain(way!["or", j]).collect();
            stages(&alternative.then, &at, &is_thing);
        }
    }
    for (i, event) in suite.events.iter().enumerate().filter(|(_, e)| e.resource == resource) {
        stages(&event.then, &way!["events", i], &|target| target.is(name));
    }
    found
}

//! The fields of resources on which the applicability of clauses depends.

use super::guard_relations::expand_expression;
use crate::expr::{Expr, FieldPath, PathKey};
use crate::model::Model;
use crate::suite::{Clause, Effect, EffectTarget};
use std::collections::{BTreeMap, BTreeSet};

/// The expressions that decide about the resources of an effect and about the new value.
fn list_effect_expressions(effect: &Effect) -> impl Iterator<Item = &Expr> {
    effect.target.get_selection().map(|each| &each.condition).into_iter().chain(effect.list_expressions())
}

pub(super) fn find_relevant_fields(model: &Model) -> BTreeSet<(usize, String)> {
    let suite = &model.suite;
    let mut kinds: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (kind, resource) in suite.resources.iter().enumerate() {
        kinds.entry(resource.name.as_str()).or_default().insert(kind);
    }
    for about in suite.about.values().flatten() {
        kinds.entry(about.name.as_str()).or_default().insert(about.resource);
    }
    for each in suite.clauses.iter().flat_map(Clause::effects).filter_map(|effect| effect.target.get_selection()) {
        kinds.entry(each.name.as_str()).or_default().insert(each.resource);
    }
    let fields = |expr: &Expr, guard: bool| -> BTreeSet<(usize, String)> {
        let parts = expand_expression(suite, expr);
        let met: BTreeSet<FieldPath> =
            if guard { parts.iter().flat_map(find_input_bound_fields).collect() } else { BTreeSet::new() };
        let read = parts.iter().flat_map(|part| part.list_reads());
        let mut found = BTreeSet::new();
        for path in read.filter(|path| !met.contains(path)) {
            if let (Some(kinds), Some(PathKey::Name(field))) = (kinds.get(path.root.as_ref()), path.keys.first()) {
                found.extend(kinds.iter().map(|kind| (*kind, field.to_string())));
            }
        }
        found
    };
    let mut found = BTreeSet::new();
    for (kind, resource) in suite.resources.iter().enumerate() {
        found.extend(resource.state.iter().map(|state| (kind, state.clone())));
    }
    for clause in &suite.clauses {
        let guards = clause.or.iter().filter_map(|way| way.when.as_ref());
        for guard in clause.when.iter().chain(guards) {
            found.extend(fields(guard, true));
        }
    }
    // A field is relevant if its value flows into a relevant field.
    loop {
        let before = found.len();
        for effect in suite.clauses.iter().flat_map(Clause::effects) {
            let targets = match &effect.target {
                EffectTarget::Named(name) => kinds.get(name.as_str()).cloned().unwrap_or_default(),
                EffectTarget::Each(each) => BTreeSet::from([each.resource]),
            };
            if targets.into_iter().map(|kind| (kind, effect.field.clone())).any(|field| found.contains(&field)) {
                for expr in list_effect_expressions(effect) {
                    found.extend(fields(expr, false));
                }
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Fields that a guard compares only with inputs. An input for any value exists, so such a field does not
/// distinguish states.
fn find_input_bound_fields(expr: &Expr) -> BTreeSet<FieldPath> {
    let free = |expr: &Expr| {
        let roots = expr.roots();
        let input =
            |root: &std::sync::Arc<str>| matches!(root.as_ref(), "path" | "query" | "header" | "body" | "pools");
        !roots.is_empty() && roots.iter().all(input)
    };
    let mut by_path: BTreeMap<FieldPath, bool> = BTreeMap::new();
    for comparison in expr.list_comparisons() {
        let met = by_path.entry(comparison.path).or_insert(true);
        *met &= free(&comparison.other);
    }
    let met = by_path.into_iter().filter(|(_, met)| *met);
    met.map(|(path, _)| path).collect()
}

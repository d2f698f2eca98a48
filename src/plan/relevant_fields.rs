//! The fields of resources on which the applicability of clauses depends.

use super::guard_needs::spread;
use crate::expr::{Expr, Key, Path};
use crate::model::Model;
use crate::suite::{Clause, Effect, Target};
use std::collections::{BTreeMap, BTreeSet};

/// The expressions that decide about the resources of an effect and about the new value.
fn values(effect: &Effect) -> impl Iterator<Item = &Expr> {
    effect.target.each().map(|each| &each.condition).into_iter().chain(effect.computed())
}

pub(super) fn relevant(model: &Model) -> BTreeSet<(usize, String)> {
    let suite = &model.suite;
    let mut kinds: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (kind, resource) in suite.resources.iter().enumerate() {
        kinds.entry(resource.name.as_str()).or_default().insert(kind);
    }
    for about in suite.about.values().flatten() {
        kinds.entry(about.name.as_str()).or_default().insert(about.resource);
    }
    for each in suite.clauses.iter().flat_map(Clause::effects).filter_map(|effect| effect.target.each()) {
        kinds.entry(each.name.as_str()).or_default().insert(each.resource);
    }
    let fields = |expr: &Expr, guard: bool| -> BTreeSet<(usize, String)> {
        let parts = spread(suite, expr);
        let met: BTreeSet<Path> = if guard { parts.iter().flat_map(met_by_inputs).collect() } else { BTreeSet::new() };
        let read = parts.iter().flat_map(|part| part.reads());
        let mut found = BTreeSet::new();
        for path in read.filter(|path| !met.contains(path)) {
            if let (Some(kinds), Some(Key::Name(field))) = (kinds.get(path.root.as_ref()), path.keys.first()) {
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
                Target::Named(name) => kinds.get(name.as_str()).cloned().unwrap_or_default(),
                Target::Each(each) => BTreeSet::from([each.resource]),
            };
            if targets.into_iter().map(|kind| (kind, effect.field.clone())).any(|field| found.contains(&field)) {
                for expr in values(effect) {
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
fn met_by_inputs(expr: &Expr) -> BTreeSet<Path> {
    let free = |expr: &Expr| {
        let roots = expr.roots();
        let input =
            |root: &std::sync::Arc<str>| matches!(root.as_ref(), "path" | "query" | "header" | "body" | "pools");
        !roots.is_empty() && roots.iter().all(input)
    };
    let mut by_path: BTreeMap<Path, bool> = BTreeMap::new();
    for comparison in expr.comparisons() {
        let met = by_path.entry(comparison.path).or_insert(true);
        *met &= free(&comparison.other);
    }
    let met = by_path.into_iter().filter(|(_, met)| *met);
    met.map(|(path, _)| path).collect()
}

//! The expressions of a suite that read a call, with their places in the file.

use super::merged_tree::{YamlPath, YamlPathStep, way};
use crate::expr::Expr;
use crate::schema::catalog::Catalog;
use crate::suite::types::{Clause, ClauseOperations, Effect, EffectValue, FieldMutability, StageExpression, Suite};

/// An expression with its place and role.
pub(super) struct LocatedExpression<'a> {
    pub expr: &'a Expr,
    pub way: YamlPath,
    pub role: ExpressionRole<'a>,
}

/// The use of an expression's value.
#[derive(Clone, Copy)]
pub(super) enum ExpressionRole<'a> {
    /// The value must be a boolean.
    Condition,
    /// The list of resources that an effect changes, besides the resources named by the call.
    Selects(&'a Effect),
    /// The new value of a field.
    Becomes(&'a Effect),
}

/// Ids of the operations of a clause.
pub(super) fn list_operations<'a>(clause: &'a Clause, catalog: &'a Catalog) -> Vec<&'a str> {
    match &clause.calls {
        ClauseOperations::Only(ids) => ids.iter().map(String::as_str).collect(),
        ClauseOperations::AllBut(out) => {
            let ids = catalog.operations.iter().map(|o| o.id.as_str());
            ids.filter(|id| !out.iter().any(|o| o == id)).collect()
        }
    }
}

/// The way to a clause, by index in `Suite::clauses`, where general clauses come first.
pub(super) fn build_clause_path(suite: &Suite, index: usize) -> YamlPath {
    let general = suite.clauses.iter().filter(|c| matches!(c.calls, ClauseOperations::AllBut(_))).count();
    if index < general { way!["general", index] } else { way!["clauses", index - general] }
}

/// The way to a field of a resource kind, under `fields`, `keeps` or `grows`.
pub(super) fn build_field_path(suite: &Suite, resource: usize, field: usize) -> YamlPath {
    let resource = &suite.resources[resource];
    let field = &resource.fields[field];
    let key = match field.class {
        FieldMutability::Modelled => "fields",
        FieldMutability::Keeps => "keeps",
        FieldMutability::Grows => "grows",
    };
    way!["resources", &resource.name, key, &field.name, "at"]
}

/// The expressions of a clause.
pub(super) fn collect_clause_expressions<'a>(clause: &'a Clause, at: &[YamlPathStep]) -> Vec<LocatedExpression<'a>> {
    let mut found = Vec::new();
    if let Some(expr) = &clause.when {
        found.push(LocatedExpression { expr, way: join_paths(at, way!["when"]), role: ExpressionRole::Condition });
    }
    for (i, (expr, _)) in clause.ensure.iter().enumerate() {
        found.push(LocatedExpression { expr, way: join_paths(at, way!["ensure", i]), role: ExpressionRole::Condition });
    }
    collect_effect_expressions(&clause.then, at, &mut found);
    for (i, alternative) in clause.or.iter().enumerate() {
        let at = join_paths(at, way!["or", i]);
        if let Some(expr) = &alternative.when {
            found.push(LocatedExpression { expr, way: join_paths(&at, way!["when"]), role: ExpressionRole::Condition });
        }
        collect_effect_expressions(&alternative.then, &at, &mut found);
    }
    found
}

/// Adds the expressions of the effects under `then` at `at`.
pub(super) fn collect_effect_expressions<'a>(
    effects: &'a [Effect],
    at: &[YamlPathStep],
    found: &mut Vec<LocatedExpression<'a>>,
) {
    for effect in effects {
        let way = join_paths(at, way!["then", &effect.key]);
        if let Some(each) = effect.target.get_selection() {
            found.push(LocatedExpression {
                expr: &each.among,
                way: way.clone(),
                role: ExpressionRole::Selects(effect),
            });
        }
        let role = ExpressionRole::Becomes(effect);
        match &effect.value {
            EffectValue::Expr(expr) => found.push(LocatedExpression { expr, way, role }),
            EffectValue::Anything => {}
            EffectValue::Transition(stages) => {
                for (i, stage) in stages.iter().enumerate() {
                    if let StageExpression::Expr(expr) = stage {
                        found.push(LocatedExpression { expr, way: join_paths(&way, way![i]), role });
                    }
                }
            }
        }
    }
}

pub(super) fn join_paths(way: &[YamlPathStep], more: YamlPath) -> YamlPath {
    way.iter().cloned().chain(more).collect()
}

//! The expressions of a suite that read a call, with their places in the file.

use super::spots::{Step, Way, way};
use crate::expr::Expr;
use crate::schema::catalog::Catalog;
use crate::suite::types::{Calls, Clause, Effect, EffectValue, FieldClass, Stage, Suite};

/// An expression with its place and role.
pub(super) struct Spoken<'a> {
    pub expr: &'a Expr,
    pub way: Way,
    pub role: Role<'a>,
}

/// The use of an expression's value.
#[derive(Clone, Copy)]
pub(super) enum Role<'a> {
    /// The value must be a boolean.
    Condition,
    /// The list of resources that an effect changes, besides the resources named by the call.
    FallsOn(&'a Effect),
    /// The new value of a field.
    Becomes(&'a Effect),
}

/// Ids of the operations of a clause.
pub(super) fn operations<'a>(clause: &'a Clause, catalog: &'a Catalog) -> Vec<&'a str> {
    match &clause.calls {
        Calls::Only(ids) => ids.iter().map(String::as_str).collect(),
        Calls::AllBut(out) => {
            let ids = catalog.operations.iter().map(|o| o.id.as_str());
            ids.filter(|id| !out.iter().any(|o| o == id)).collect()
        }
    }
}

/// The way to a clause, by index in `Suite::clauses`, where general clauses come first.
pub(super) fn way_to_clause(suite: &Suite, index: usize) -> Way {
    let general = suite.clauses.iter().filter(|c| matches!(c.calls, Calls::AllBut(_))).count();
    if index < general { way!["general", index] } else { way!["clauses", index - general] }
}

/// The way to a field of a resource kind, under `fields`, `keeps` or `grows`.
pub(super) fn way_to_field(suite: &Suite, resource: usize, field: usize) -> Way {
    let resource = &suite.resources[resource];
    let field = &resource.fields[field];
    let key = match field.class {
        FieldClass::Modelled => "fields",
        FieldClass::Keeps => "keeps",
        FieldClass::Grows => "grows",
    };
    way!["resources", &resource.name, key, &field.name, "at"]
}

/// The expressions of a clause.
pub(super) fn of_clause<'a>(clause: &'a Clause, at: &[Step]) -> Vec<Spoken<'a>> {
    let mut found = Vec::new();
    if let Some(expr) = &clause.when {
        found.push(Spoken { expr, way: join(at, way!["when"]), role: Role::Condition });
    }
    for (i, (expr, _)) in clause.ensure.iter().enumerate() {
        found.push(Spoken { expr, way: join(at, way!["ensure", i]), role: Role::Condition });
    }
    of_effects(&clause.then, at, &mut found);
    for (i, alternative) in clause.or.iter().enumerate() {
        let at = join(at, way!["or", i]);
        if let Some(expr) = &alternative.when {
            found.push(Spoken { expr, way: join(&at, way!["when"]), role: Role::Condition });
        }
        of_effects(&alternative.then, &at, &mut found);
    }
    found
}

/// Adds the expressions of the effects under `then` at `at`.
pub(super) fn of_effects<'a>(effects: &'a [Effect], at: &[Step], found: &mut Vec<Spoken<'a>>) {
    for effect in effects {
        let way = join(at, way!["then", &effect.key]);
        if let Some(each) = effect.target.each() {
            found.push(Spoken { expr: &each.among, way: way.clone(), role: Role::FallsOn(effect) });
        }
        let role = Role::Becomes(effect);
        match &effect.value {
            EffectValue::Expr(expr) => found.push(Spoken { expr, way, role }),
            EffectValue::Anything => {}
            EffectValue::Course(stages) => {
                for (i, stage) in stages.iter().enumerate() {
                    if let Stage::Expr(expr) = stage {
                        found.push(Spoken { expr, way: join(&way, way![i]), role });
                    }
                }
            }
        }
    }
}

pub(super) fn join(way: &[Step], more: Way) -> Way {
    way.iter().cloned().chain(more).collect()
}

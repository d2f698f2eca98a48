//! What the expressions of a suite read: roots, headers, and resource kinds.

use crate::expr::Expr;
use crate::suite::{Clause, Suite};
use std::collections::BTreeSet;

pub(super) fn collect_headers(suite: &Suite) -> Vec<String> {
    let guards = suite.clauses.iter().flat_map(|clause| {
        clause.when.iter().chain(clause.ensure.iter().map(|(expr, _)| expr)).chain(list_effect_expressions(clause))
    });
    let named = suite.lets.values().filter_map(|known| match known {
        crate::suite::LetDefinition::Expression(expr) => Some(expr),
        crate::suite::LetDefinition::Constant(_) => None,
    });
    let paths = suite.version.iter().chain(guards).chain(named).flat_map(Expr::list_reads);
    let names: BTreeSet<String> = paths
        .filter(|path| path.root.as_ref() == "header")
        .filter_map(|path| match path.keys.first() {
            Some(crate::expr::PathKey::Name(name)) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    names.into_iter().collect()
}

/// Root names that the guard and the `ensure` of a clause read, including the roots of named expressions
/// (`let`).
pub(super) fn collect_roots(suite: &Suite, clause: &Clause) -> BTreeSet<String> {
    let mut roots = BTreeSet::new();
    for expr in clause.when.iter().chain(clause.ensure.iter().map(|(expr, _)| expr)) {
        add_roots(suite, expr, &mut roots);
    }
    roots
}

fn add_roots(suite: &Suite, expr: &Expr, roots: &mut BTreeSet<String>) {
    for root in expr.roots() {
        if roots.insert(root.to_string())
            && let Some(crate::suite::LetDefinition::Expression(inner)) = suite.lets.get(root.as_ref())
        {
            add_roots(suite, inner, roots);
        }
    }
}

pub(super) fn collect_kinds(suite: &Suite, clause: &Clause) -> Vec<usize> {
    let mut kinds = Vec::new();
    let expressions =
        clause.when.iter().chain(clause.ensure.iter().map(|(expr, _)| expr)).chain(list_effect_expressions(clause));
    let mut named: Vec<&Expr> = expressions.collect();
    let lets: Vec<&Expr> = suite
        .lets
        .values()
        .filter_map(|l| match l {
            crate::suite::LetDefinition::Expression(expr) => Some(expr),
            crate::suite::LetDefinition::Constant(_) => None,
        })
        .collect();
    if named.iter().any(|expr| expr.roots().iter().any(|root| suite.lets.contains_key(root.as_ref()))) {
        named.extend(lets);
    }
    for path in named.iter().flat_map(|expr| expr.list_reads()).filter(|path| path.root.as_ref() == "world") {
        for (kind, resource) in suite.resources.iter().enumerate() {
            if path
                .keys
                .first()
                .is_some_and(|key| matches!(key, crate::expr::PathKey::Name(name) if name.as_ref() == resource.name))
            {
                kinds.push(kind);
            }
        }
    }
    kinds
}

/// Resource kinds that the effects of a clause change without a name in the call.
pub(super) fn list_unnamed_kinds(clause: &Clause) -> impl Iterator<Item = usize> {
    clause.effects().filter_map(|effect| Some(effect.target.get_selection()?.resource))
}

/// The expressions in the effects of a clause, including the selection of resources that the call does not
/// name: their factors join too.
fn list_effect_expressions(clause: &Clause) -> impl Iterator<Item = &Expr> {
    clause.effects().flat_map(|effect| {
        effect.target.get_selection().map(|each| &each.among).into_iter().chain(effect.list_expressions())
    })
}

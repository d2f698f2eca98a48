//! Refusals and acceptances of one operation that nothing tells apart.

use super::context::Lint;
use super::silence::at_rest;
use super::sketch::{Sketch, Truth, all_reads, candidates};
use super::spoken::operations;
use crate::expr::{Expr, Path, Val};
use crate::suite::types::{Binding, Clause, Let, Suite, Verb};
use std::collections::BTreeSet;

pub(super) fn check(lint: &mut Lint) {
    let suite = lint.suite;
    let catalog = &lint.schemas.catalog;
    let mut found = Vec::new();
    for operation in catalog.operations.iter().map(|o| o.id.as_str()) {
        let clauses = suite.clauses.iter().filter(|c| operations(c, catalog).contains(&operation));
        let (accepting, others): (Vec<&Clause>, Vec<&Clause>) =
            clauses.partition(|c| matches!(c.verb, Verb::Accept(_)));
        for refusing in others.iter().filter(|c| matches!(c.verb, Verb::Refuse(_))) {
            let hits = accepting.iter().filter(|accepting| !told_apart(suite, operation, accepting, refusing));
            found.extend(hits.map(|accepting| (refusing.place, accepting.id.clone(), refusing.id.clone())));
        }
    }
    for (place, accepting, refusing) in found {
        let message = format!("`{refusing}` refuses what `{accepting}` accepts: nothing in `when` tells them apart");
        let hint = "a refusal goes first, so the acceptance is never demanded where both hold".to_string();
        lint.warn(place, "overlap", message, Some(hint));
    }
}

/// Whether some one thing that the guards read decides between them, whatever its value: the
/// thing's state or a single path. Guards that differ only in two paths together are not seen
/// as different, so this errs on the side of a warning.
fn told_apart(suite: &Suite, operation: &str, accepting: &Clause, refusing: &Clause) -> bool {
    let (mine, theirs) = (terms(suite, accepting), terms(suite, refusing));
    if mine.iter().any(|one| theirs.iter().any(|other| one.excludes(other))) {
        return true;
    }
    let exclude = |sketch: &Sketch| {
        sketch.truth(suite, accepting.when.as_ref()) == Truth::False
            || sketch.truth(suite, refusing.when.as_ref()) == Truth::False
    };
    let base = circumstances(suite, operation);
    if base.iter().all(exclude) {
        return true;
    }
    let guards: Vec<&Expr> = accepting.when.iter().chain(&refusing.when).collect();
    let shared: BTreeSet<Path> = guards.iter().flat_map(|guard| all_reads(suite, guard)).collect();
    shared.iter().any(|path| {
        let vals: Vec<Val> = candidates(suite, path, &guards, true);
        let fixed = |sketch: &Sketch| vals.iter().all(|val| exclude(&sketch.clone().with_path(path, val.clone())));
        !vals.is_empty() && base.iter().all(fixed)
    })
}

/// What must hold where a guard does: the guard, its terms, and those of the named ones among them.
fn terms(suite: &Suite, clause: &Clause) -> Vec<Expr> {
    let mut all: Vec<Expr> = clause.when.iter().cloned().collect();
    let mut next = 0;
    // Named expressions cannot name themselves; the bound is for a suite that tries.
    while next < all.len() && all.len() < 1_000 {
        let one = all[next].clone();
        let named = one.as_path().filter(|path| path.keys.is_empty()).map(|path| path.root);
        if let Some(Let::Expression(inner)) = named.and_then(|root| suite.lets.get(root.as_ref())) {
            all.push(inner.clone());
        }
        all.extend(one.terms().into_iter().filter(|term| *term != one));
        next += 1;
    }
    all
}

/// The owner's valid call with each thing there and in each of its stable states. An
/// acceptance is about things that are there, so their absence makes no overlap.
fn circumstances(suite: &Suite, operation: &str) -> Vec<Sketch> {
    let things = suite.about.get(operation).into_iter().flatten();
    let mut sketches = Vec::new();
    for about in things.filter(|a| matches!(a.binding, Binding::Existing(_))) {
        let resource = &suite.resources[about.resource];
        if let Some(field) = &resource.state {
            sketches.extend(resource.stable.iter().map(|state| at_rest(&about.name, field, state)));
        }
    }
    if sketches.is_empty() {
        sketches.push(Sketch::plain_call());
    }
    sketches
}

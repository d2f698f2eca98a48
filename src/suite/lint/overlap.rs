//! Refusals and acceptances of one operation with guards that do not exclude each other.

use super::context::LintContext;
use super::located_expressions::list_operations;
use crate::expr::{Expr, ExprValue, FieldPath};
use crate::suite::partial_call::{ConditionTruth, PartialCall, collect_reads, list_candidate_values};
use crate::suite::types::{Clause, ClauseDecision, IdExpression, LetDefinition, Suite};
use std::collections::BTreeSet;

pub(super) fn check_overlaps(lint: &mut LintContext) {
    let suite = lint.suite;
    let catalog = &lint.schemas.catalog;
    let mut found = Vec::new();
    for operation in catalog.operations.iter().map(|o| o.id.as_str()) {
        let clauses = suite.clauses.iter().filter(|c| list_operations(c, catalog).contains(&operation));
        let (accepting, others): (Vec<&Clause>, Vec<&Clause>) =
            clauses.partition(|c| matches!(c.decision, ClauseDecision::Accept(_)));
        for refusing in others.iter().filter(|c| matches!(c.decision, ClauseDecision::Refuse(_))) {
            let hits =
                accepting.iter().filter(|accepting| !have_exclusive_guards(suite, operation, accepting, refusing));
            found.extend(hits.map(|accepting| (refusing.place, accepting.id.clone(), refusing.id.clone())));
        }
    }
    for (place, accepting, refusing) in found {
        let message =
            format!("`{refusing}` refuses calls that `{accepting}` accepts: the guards do not exclude each other");
        let hint = "a refusal takes precedence, so `accept` has no effect where both guards are true".to_string();
        lint.report_warning(place, "overlap", message, Some(hint));
    }
}

/// Whether one value read by the guards, the state or a single path, excludes one of the clauses whatever the value.
/// Guards that differ only in a combination of two paths are reported as overlapping.
fn have_exclusive_guards(suite: &Suite, operation: &str, accepting: &Clause, refusing: &Clause) -> bool {
    let (mine, theirs) = (collect_terms(suite, accepting), collect_terms(suite, refusing));
    if mine.iter().any(|one| theirs.iter().any(|other| one.excludes(other))) {
        return true;
    }
    let exclude = |sketch: &PartialCall| {
        sketch.evaluate_guard(suite, accepting.when.as_ref()) == ConditionTruth::False
            || sketch.evaluate_guard(suite, refusing.when.as_ref()) == ConditionTruth::False
    };
    let base = list_owner_calls(suite, operation);
    if base.iter().all(exclude) {
        return true;
    }
    let guards: Vec<&Expr> = accepting.when.iter().chain(&refusing.when).collect();
    let shared: BTreeSet<FieldPath> = guards.iter().flat_map(|guard| collect_reads(suite, guard)).collect();
    shared.iter().any(|path| {
        let vals: Vec<ExprValue> = list_candidate_values(suite, path, &guards, true);
        let fixed =
            |sketch: &PartialCall| vals.iter().all(|val| exclude(&sketch.clone().with_path_value(path, val.clone())));
        !vals.is_empty() && base.iter().all(fixed)
    })
}

/// The conditions implied by the guard of a clause: the guard, the terms of the conjunction, and the terms of named
/// expressions among them.
fn collect_terms(suite: &Suite, clause: &Clause) -> Vec<Expr> {
    let mut all: Vec<Expr> = clause.when.iter().cloned().collect();
    let mut next = 0;
    // The parser refuses circular named expressions; the bound covers a suite that was not parsed.
    while next < all.len() && all.len() < 1_000 {
        let one = all[next].clone();
        let named = one.as_path().filter(|path| path.keys.is_empty()).map(|path| path.root);
        if let Some(LetDefinition::Expression(inner)) = named.and_then(|root| suite.lets.get(root.as_ref())) {
            all.push(inner.clone());
        }
        all.extend(one.split_terms().into_iter().filter(|term| *term != one));
        next += 1;
    }
    all
}

/// Valid calls of the owner, on existing resources in each combination of stable states. An acceptance needs existing
/// resources, so absence causes no overlap.
fn list_owner_calls(suite: &Suite, operation: &str) -> Vec<PartialCall> {
    let things = suite.about.get(operation).into_iter().flatten();
    let mut sketches = vec![PartialCall::new_owner_call()];
    for about in things.filter(|a| matches!(a.binding, IdExpression::Existing(_))) {
        let resource = &suite.resources[about.resource];
        let states = resource.state.iter().flat_map(|field| resource.stable.iter().map(move |state| (field, state)));
        let states: Vec<(&String, &String)> = states.collect();
        let settle = |sketch: &PartialCall| sketch.clone().with_value(&about.name, &["rest"], ExprValue::Bool(true));
        sketches = sketches
            .iter()
            .flat_map(|sketch| match states.is_empty() {
                true => vec![settle(sketch)],
                false => states
                    .iter()
                    .map(|(field, state)| settle(sketch).with_value(&about.name, &[field], state.as_str().into()))
                    .collect(),
            })
            .take(SKETCHES_MAX)
            .collect();
    }
    sketches
}

/// Most combinations of states that are tried.
const SKETCHES_MAX: usize = 256;

//! Clauses that can never apply.

use super::context::{LintContext, UnreachedClause};
use super::located_expressions::{build_clause_path, list_operations};
use super::merged_tree::way;
use crate::expr::{Expr, ExprValue};
use crate::suite::partial_call::{ConditionTruth, PartialCall, collect_reads, list_candidate_values};
use crate::suite::types::{Clause, ClauseDecision, ClauseTiming, IdExpression, ResourceKind, Suite};
use std::collections::BTreeMap;

pub(super) fn check_reachability(lint: &mut LintContext, unreached: Option<&BTreeMap<String, UnreachedClause>>) {
    let suite = lint.suite;
    for (i, clause) in suite.clauses.iter().enumerate() {
        let mut at = build_clause_path(suite, i);
        at.extend(way!["when"]);
        if list_operations(clause, &lint.schemas.catalog).is_empty() {
            let message = format!("`{}` applies to no operation", clause.id);
            lint.report_warning(clause.place, "unreachable", message, None);
            continue;
        }
        let place = if clause.when.is_some() { lint.tree.locate_offset(&at, 0) } else { clause.place };
        if let Some((reason, hint)) = explain_never_true(suite, clause) {
            let message = format!("`{}` never applies: {reason}", clause.id);
            lint.report_error(place, "unreachable", message, hint);
            continue;
        }
        match unreached.and_then(|clauses| clauses.get(&clause.id)) {
            Some(UnreachedClause::CannotApply(why)) => {
                lint.report_warning(place, "unreachable", format!("`{}` never applies: {why}", clause.id), None);
            }
            Some(UnreachedClause::NotReached(bounds)) => {
                let message = format!("`{}` was {bounds}; longer sequences of calls may reach it", clause.id);
                lint.report_warning(place, "not-reached", message, None);
            }
            None => {}
        }
    }
}

type UnreachableReason = (String, Option<String>);

fn explain_never_true(suite: &Suite, clause: &Clause) -> Option<UnreachableReason> {
    let guard = clause.when.as_ref()?;
    if PartialCall::default().evaluate_guard(suite, Some(guard)) == ConditionTruth::False {
        return Some(("the guard is always false".to_string(), None));
    }
    for path in collect_reads(suite, guard) {
        let vals = list_candidate_values(suite, &path, &[guard], false);
        let holds = |val: &ExprValue| {
            let sketch = PartialCall::default().with_path_value(&path, val.clone());
            sketch.evaluate_guard(suite, Some(guard)) != ConditionTruth::False
        };
        if !vals.is_empty() && !vals.iter().any(holds) {
            return Some((format!("no value of `{path}` satisfies the guard"), None));
        }
    }
    if clause.timing == ClauseTiming::Settled { explain_never_settled(suite, clause, guard) } else { None }
}

fn explain_never_settled(suite: &Suite, clause: &Clause, guard: &Expr) -> Option<UnreachableReason> {
    for (name, resource) in list_existing_resources(suite, clause) {
        let Some(field) = &resource.state else {
            continue;
        };
        // Without named stable states, no guard about a state can be refuted.
        if resource.stable.is_empty() {
            continue;
        }
        let holds_in = |state: &str| {
            let sketch = PartialCall::default().with_value(name, &[field], state.into());
            sketch.evaluate_guard(suite, Some(guard)) != ConditionTruth::False
        };
        // A refusal may apply to an absent resource, and an absent resource counts as settled.
        let absent = PartialCall::default().with_value(name, &[], ExprValue::Null).evaluate_guard(suite, Some(guard));
        let about_absent = !matches!(clause.decision, ClauseDecision::Accept(_)) && absent != ConditionTruth::False;
        if !about_absent && !resource.stable.iter().any(|state| holds_in(state)) {
            let reason = format!("the {} must be settled, and no stable state satisfies the guard", resource.name);
            let hint = "add `while: any` if the clause is about an intermediate state".to_string();
            return Some((reason, Some(hint)));
        }
    }
    None
}

/// Resources that exist before the calls of a clause, by name, with their kinds.
fn list_existing_resources<'s>(suite: &'s Suite, clause: &Clause) -> Vec<(&'s str, &'s ResourceKind)> {
    let crate::suite::types::ClauseOperations::Only(ids) = &clause.calls else {
        return Vec::new();
    };
    let things = ids.iter().flat_map(|id| suite.about.get(id).into_iter().flatten());
    let existing = things.filter(|a| matches!(a.binding, IdExpression::Existing(_)));
    existing.map(|a| (a.name.as_str(), &suite.resources[a.resource])).collect()
}

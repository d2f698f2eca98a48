//! Corrects a drawn response body, so that the body satisfies or breaks `ensure` of the clauses.

use super::response_context::ResponseContext;
use crate::expr::{ComparisonRelation, ExprValue, assign_at_path};
use crate::model::{ClauseId, ExpressionRoots};
use serde_json::Value;

/// Writes values at the response's paths in the comparisons of `ensure`, until each `ensure` holds, or fails for the
/// clause `break_it`. Without a comparison the body stays as drawn.
///
/// # Panics
///
/// If one of the clauses is generated.
pub(super) fn repair_body(
    context: &ResponseContext<'_>,
    things: &[(&str, ExprValue)],
    clauses: &[ClauseId],
    world: &ExprValue,
    body: &mut Value,
    break_it: Option<ClauseId>,
) {
    for &id in clauses {
        let clause = context.model.find_suite_clause(id).expect("only written clauses accept");
        for (ensure, place) in &clause.ensure {
            let reply = ExprValue::from(&*body);
            let roots = ExpressionRoots {
                model: context.model,
                call: context.call,
                resources: things,
                reply: Some(&reply),
                entry: None,
                world: Some(world),
            };
            let holds = roots.evaluate(ensure, place.line) != Ok(ExprValue::Bool(false));
            if holds == (break_it != Some(id)) {
                continue;
            }
            let comparisons = ensure.list_comparisons();
            let places = comparisons.iter().filter(|comparison| comparison.path.root.as_ref() == "reply");
            for comparison in places {
                let Ok(other) = roots.evaluate(&comparison.other, place.line) else { continue };
                if let Some(value) = choose_value(comparison.op, &other, break_it == Some(id)) {
                    assign_at_path(body, &comparison.path, value);
                }
            }
        }
    }
}

/// A value with the relation to `other`, or without the relation if `broken`; none for unsupported relations.
fn choose_value(relation: ComparisonRelation, other: &ExprValue, broken: bool) -> Option<Value> {
    match (relation, other, broken) {
        (ComparisonRelation::Eq, other, false) | (ComparisonRelation::Ne, other, true) => other.to_json(),
        (ComparisonRelation::In, ExprValue::List(values), false) => values.first()?.to_json(),
        (ComparisonRelation::Eq, ExprValue::Str(text), true)
        | (ComparisonRelation::Ne, ExprValue::Str(text), false) => Some(Value::String(format!("{text}-otherwise"))),
        (ComparisonRelation::Eq | ComparisonRelation::In, _, true) | (ComparisonRelation::Ne, _, false) => {
            Some(Value::String("otherwise".to_string()))
        }
        _ => None,
    }
}

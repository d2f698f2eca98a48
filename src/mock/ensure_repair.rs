//! Corrects a drawn response body, so that the body satisfies or breaks `ensure` of the clauses.

use super::response_context::Press;
use crate::expr::{Relation, Val, assign};
use crate::model::{ClauseId, Roots};
use serde_json::Value;

/// Writes values at the response's paths in the comparisons of `ensure`, until each `ensure` holds, or fails for the
/// clause `break_it`. Without a comparison the body stays as drawn.
///
/// # Panics
///
/// If one of the clauses is generated.
pub(super) fn repair(
    context: &Press<'_>,
    things: &[(&str, Val)],
    clauses: &[ClauseId],
    world: &Val,
    body: &mut Value,
    break_it: Option<ClauseId>,
) {
    for &id in clauses {
        let clause = context.model.written(id).expect("only written clauses accept");
        for (ensure, place) in &clause.ensure {
            let reply = Val::from(&*body);
            let roots = Roots {
                model: context.model,
                asked: context.call,
                things,
                reply: Some(&reply),
                it: None,
                world: Some(world),
            };
            let holds = roots.eval(ensure, place.line) != Ok(Val::Bool(false));
            if holds == (break_it != Some(id)) {
                continue;
            }
            let comparisons = ensure.comparisons();
            let places = comparisons.iter().filter(|comparison| comparison.path.root.as_ref() == "reply");
            for comparison in places {
                let Ok(other) = roots.eval(&comparison.other, place.line) else { continue };
                if let Some(value) = choose_value(comparison.op, &other, break_it == Some(id)) {
                    assign(body, &comparison.path, value);
                }
            }
        }
    }
}

/// A value with the relation to `other`, or without the relation if `broken`; none for unsupported relations.
fn choose_value(relation: Relation, other: &Val, broken: bool) -> Option<Value> {
    match (relation, other, broken) {
        (Relation::Eq, other, false) | (Relation::Ne, other, true) => other.to_json(),
        (Relation::In, Val::List(values), false) => values.first()?.to_json(),
        (Relation::Eq, Val::Str(text), true) | (Relation::Ne, Val::Str(text), false) => {
            Some(Value::String(format!("{text}-otherwise")))
        }
        (Relation::Eq | Relation::In, _, true) | (Relation::Ne, _, false) => {
            Some(Value::String("otherwise".to_string()))
        }
        _ => None,
    }
}

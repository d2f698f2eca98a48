//! Derived values in responses (`shows` of a suite).

use super::mutant::FaultKind;
use super::response_context::ResponseContext;
use crate::expr::{Expr, ExprScope, ExprValue, FieldPath, assign_at_path};
use crate::model::{GeneratedClause, PossibleResource, evaluate_alone};
use crate::schema::SeededRng;
use crate::suite::ResourceKind;
use serde_json::Value;

/// Writes one derived value: a permitted value in agreement with `rest`, or a wrong value for a mutant of the clause.
pub(super) fn show_derived(
    context: &ResponseContext<'_>,
    held: &PossibleResource,
    index: usize,
    shown: &mut Value,
    rng: &mut SeededRng,
) {
    let kind = usize::from(held.id.kind);
    let resource = &context.model.suite.resources[kind];
    let shows = &resource.shows[index];
    let Ok(ExprValue::List(among)) = evaluate_alone(context.model, held, &shows.among, shows.place.line) else {
        return;
    };
    let targets = list_targets(&shows.at);
    let mut fitting: Vec<Value> = Vec::new();
    for candidate in among.iter() {
        let mut trial = shown.clone();
        write_targets(&mut trial, &targets, candidate);
        if agrees_with_rest(resource, held, &trial) {
            fitting.push(trial);
        }
    }
    if let Some(chosen) = rng.pick_element(&fitting) {
        *shown = chosen.clone();
    } else if let Some(first) = among.first() {
        write_targets(shown, &targets, first);
    }
    let broken = context.find_fault(&GeneratedClause::Shows(kind, index)) == Some(&FaultKind::ShowsOther(index));
    if broken && let Some(target) = targets.first() {
        assign_at_path(shown, target, Value::String("otherwise".to_string()));
    }
}

/// Whether a settled resource looks settled. A resource in transition may look either way.
fn agrees_with_rest(resource: &ResourceKind, held: &PossibleResource, shown: &Value) -> bool {
    let Some(rest) = &resource.rest else { return true };
    let roots = ResourceRoot(ExprValue::from(shown));
    let looks = rest.eval(&roots) == Ok(ExprValue::Bool(true));
    looks || held.state.transition.is_some()
}

/// Names for expressions: `it` alone.
struct ResourceRoot(ExprValue);

impl ExprScope for ResourceRoot {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        (name == "it").then(|| self.0.clone())
    }
}

/// The paths in an expression such as `it.a` or `[it.a, it.b]`, in the order of the expression.
///
/// The order comes from evaluation: the value at each path is the number of the path.
fn list_targets(at: &Expr) -> Vec<FieldPath> {
    if let Some(path) = at.as_path() {
        return vec![path];
    }
    let paths = at.list_reads();
    let mut marked = Value::Object(serde_json::Map::new());
    for (index, path) in paths.iter().enumerate() {
        assign_at_path(&mut marked, path, Value::from(index));
    }
    let Ok(ExprValue::List(order)) = at.eval(&ResourceRoot(ExprValue::from(&marked))) else { return Vec::new() };
    let index = |mark: &ExprValue| match mark {
        ExprValue::Int(mark) => usize::try_from(*mark).ok(),
        _ => None,
    };
    order.iter().filter_map(|mark| paths.get(index(mark)?).cloned()).collect()
}

fn write_targets(shown: &mut Value, targets: &[FieldPath], candidate: &ExprValue) {
    match (targets, candidate) {
        ([path], value) => assign_at_path(shown, path, value.to_json().unwrap_or(Value::Null)),
        (paths, ExprValue::List(values)) => {
            for (path, value) in paths.iter().zip(values.iter()) {
                assign_at_path(shown, path, value.to_json().unwrap_or(Value::Null));
            }
        }
        _ => {}
    }
}

//! Derived values in responses (`shows` of a suite).

use super::mutant::Kind;
use super::response_context::Press;
use crate::expr::{Expr, Path, Scope, Val, assign};
use crate::model::{Generated, Held, eval_alone};
use crate::schema::Rng;
use crate::suite::Resource;
use serde_json::Value;

/// Writes one derived value: a permitted value in agreement with `rest`, or a wrong value for a mutant of the clause.
pub(super) fn show_derived(context: &Press<'_>, held: &Held, index: usize, shown: &mut Value, rng: &mut Rng) {
    let kind = usize::from(held.id.kind);
    let resource = &context.model.suite.resources[kind];
    let shows = &resource.shows[index];
    let Ok(Val::List(among)) = eval_alone(context.model, held, &shows.among, shows.place.line) else {
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
    if let Some(chosen) = rng.pick(&fitting) {
        *shown = chosen.clone();
    } else if let Some(first) = among.first() {
        write_targets(shown, &targets, first);
    }
    let broken = context.broken(&Generated::Shows(kind, index)) == Some(&Kind::ShowsOther(index));
    if broken && let Some(target) = targets.first() {
        assign(shown, target, Value::String("otherwise".to_string()));
    }
}

/// Whether a settled resource looks settled. A resource in transition may look either way.
fn agrees_with_rest(resource: &Resource, held: &Held, shown: &Value) -> bool {
    let Some(rest) = &resource.rest else { return true };
    let roots = ResourceRoot(Val::from(shown));
    let looks = rest.eval(&roots) == Ok(Val::Bool(true));
    looks || held.thing.motion.is_some()
}

/// Names for expressions: `it` alone.
struct ResourceRoot(Val);

impl Scope for ResourceRoot {
    fn root(&self, name: &str) -> Option<Val> {
        (name == "it").then(|| self.0.clone())
    }
}

/// The paths in an expression such as `it.a` or `[it.a, it.b]`, in the order of the expression.
///
/// The order comes from evaluation: the value at each path is the number of the path.
fn list_targets(at: &Expr) -> Vec<Path> {
    if let Some(path) = at.as_path() {
        return vec![path];
    }
    let paths = at.reads();
    let mut marked = Value::Object(serde_json::Map::new());
    for (index, path) in paths.iter().enumerate() {
        assign(&mut marked, path, Value::from(index));
    }
    let Ok(Val::List(order)) = at.eval(&ResourceRoot(Val::from(&marked))) else { return Vec::new() };
    let index = |mark: &Val| match mark {
        Val::Int(mark) => usize::try_from(*mark).ok(),
        _ => None,
    };
    order.iter().filter_map(|mark| paths.get(index(mark)?).cloned()).collect()
}

fn write_targets(shown: &mut Value, targets: &[Path], candidate: &Val) {
    match (targets, candidate) {
        ([path], value) => assign(shown, path, value.to_json().unwrap_or(Value::Null)),
        (paths, Val::List(values)) => {
            for (path, value) in paths.iter().zip(values.iter()) {
                assign(shown, path, value.to_json().unwrap_or(Value::Null));
            }
        }
        _ => {}
    }
}

//! Deviations that follow from the form of a body: a value is missing, or has the wrong type, where the schema of the page
//! says otherwise. Whoever reads the value at that place sees another deviation; the cause is the form alone.

use crate::model::{
    ClauseId, Deviation, Difference, DifferenceKind, Model, SchemaDifference, find_entry_place, find_field_place,
};
use serde_json::Value;

/// How the path of a value in a response begins in an expression.
const REPLY: &str = "reply";

/// Takes from a deviation the differences at places where the body breaks its schema, and the clauses that only these
/// contradict. Returns the clauses. The deviation has no clause left if each difference follows from the form.
pub(super) fn release_shape_causes(
    model: &Model,
    body: &Value,
    broken: &[SchemaDifference],
    deviation: &mut Deviation,
) -> Vec<ClauseId> {
    let differences = &mut deviation.evidence.differences;
    let (follow, rest): (Vec<Difference>, Vec<Difference>) =
        std::mem::take(differences).into_iter().partition(|it| follows_from_shape(model, body, broken, &it.what));
    let is_left = |clause: &ClauseId| rest.iter().any(|it| it.clauses.contains(clause));
    let is_released = |clause: &ClauseId| {
        !is_left(clause) && (rest.is_empty() || follow.iter().any(|it| it.clauses.contains(clause)))
    };
    if follow.is_empty() {
        *differences = rest;
        return Vec::new();
    }
    let mut released = Vec::new();
    for clauses in [&mut deviation.clauses, &mut deviation.further_clauses] {
        released.extend(clauses.iter().copied().filter(is_released));
        clauses.retain(|clause| !is_released(clause));
    }
    if deviation.clauses.is_empty() && !rest.is_empty() {
        // What is left of the differences contradicts clauses that were less specific.
        deviation.clauses = std::mem::take(&mut deviation.further_clauses);
    }
    *differences = rest;
    released
}

/// Whether a difference is at a place where the body breaks its schema.
fn follows_from_shape(model: &Model, body: &Value, broken: &[SchemaDifference], what: &DifferenceKind) -> bool {
    let is_broken = |pointer: &str| broken.iter().any(|difference| covers_place(&difference.place, pointer));
    match what {
        DifferenceKind::Field { resource, field, .. } => {
            find_field_place(model, body, resource, field).is_some_and(|(pointer, _)| is_broken(&pointer))
        }
        DifferenceKind::Derived { resource, name, .. } => {
            let shows = model.resource_kind(resource).shows.iter().find(|shows| shows.name == *name);
            let read = shows.map(|shows| shows.at.list_reads()).unwrap_or_default();
            let place = find_entry_place(model, body, resource);
            place.is_some_and(|place| read.iter().any(|path| is_broken(&format!("{place}{}", path.to_pointer()))))
        }
        DifferenceKind::Condition { parts } => {
            let place = |path: &str| path.strip_prefix(REPLY).map(|rest| rest.replace('.', "/"));
            let mut failed = parts.iter().filter(|part| part.holds == Some(false)).peekable();
            failed.peek().is_some()
                && failed.all(|part| part.values.iter().filter_map(|it| place(&it.path)).any(|it| is_broken(&it)))
        }
        _ => false,
    }
}

/// Whether a broken place is a place or has the place within it.
fn covers_place(broken: &str, place: &str) -> bool {
    place.strip_prefix(broken).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

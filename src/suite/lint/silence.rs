//! Silent cells: what no clause says of an operation in a state.

use super::context::Lint;
use super::sketch::{Sketch, Truth};
use super::spoken::operations;
use crate::expr::Val;
use crate::schema::catalog::Catalog;
use crate::suite::place::Place;
use crate::suite::types::{Binding, Clause, Suite, Verb};
use std::collections::BTreeMap;

/// A stable state of a thing and an operation on it, made by the owner with a valid body, of
/// which no clause can apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SilentCell {
    pub operation: String,
    pub resource: String,
    pub state: String,
}

/// The silent cells as far as guards show them without a run: a cell counts as spoken for as
/// soon as some input might make some clause apply.
pub fn silent_cells(suite: &Suite, catalog: &Catalog) -> Vec<SilentCell> {
    let cells = all_cells(suite, catalog);
    cells.into_iter().filter(|(_, silent)| *silent).map(|((cell, _), _)| cell).collect()
}

/// One note for each operation and thing.
pub(super) fn check(lint: &mut Lint) {
    let mut by_thing: BTreeMap<(Place, String, String), Vec<String>> = BTreeMap::new();
    for ((cell, place), silent) in all_cells(lint.suite, &lint.schemas.catalog) {
        if silent {
            by_thing.entry((place, cell.operation, cell.resource)).or_default().push(cell.state);
        }
    }
    for ((place, operation, resource), states) in by_thing {
        let states = states.join(", ");
        let message = format!("no clause speaks of `{operation}` on a {resource} in state {states}");
        lint.note(place, "silent-cell", message);
    }
}

fn all_cells(suite: &Suite, catalog: &Catalog) -> Vec<((SilentCell, Place), bool)> {
    let mut cells = Vec::new();
    for (operation, things) in &suite.about {
        let clauses: Vec<&Clause> = speaking(suite, catalog, operation);
        for about in things.iter().filter(|a| matches!(a.binding, Binding::Existing(_))) {
            let resource = &suite.resources[about.resource];
            let Some(field) = &resource.state else {
                continue;
            };
            for state in &resource.stable {
                let sketch = at_rest(&about.name, field, state).with("op", &[], operation.as_str().into());
                let spoken = clauses.iter().any(|c| sketch.truth(suite, c.when.as_ref()) != Truth::False);
                let cell =
                    SilentCell { operation: operation.clone(), resource: resource.name.clone(), state: state.clone() };
                cells.push(((cell, about.place), !spoken));
            }
        }
    }
    cells
}

/// Clauses that decide something: one that only may refuse leaves the cell open.
fn speaking<'a>(suite: &'a Suite, catalog: &Catalog, operation: &str) -> Vec<&'a Clause> {
    let clauses = suite.clauses.iter().filter(|c| !matches!(c.verb, Verb::MayRefuse(_)));
    clauses.filter(|c| operations(c, catalog).contains(&operation)).collect()
}

/// The owner's valid call on a thing that is there, at rest in a state.
pub(super) fn at_rest(name: &str, field: &str, state: &str) -> Sketch {
    Sketch::plain_call().with(name, &["rest"], Val::Bool(true)).with(name, &[field], state.into())
}

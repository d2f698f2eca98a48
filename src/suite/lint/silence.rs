//! Silent cells: combinations of operation and state without a clause.

use super::context::Lint;
use super::sketch::{Sketch, Truth};
use super::spoken::operations;
use crate::expr::Val;
use crate::schema::catalog::Catalog;
use crate::suite::place::Place;
use crate::suite::types::{Binding, Clause, Suite, Verb};
use std::collections::BTreeMap;

/// A stable state and an operation, called by the owner with valid input, to which no clause can apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SilentCell {
    /// Operation id.
    pub operation: String,
    /// Resource kind.
    pub resource: String,
    /// The stable state.
    pub state: String,
}

/// The silent cells, judging by guards only: a cell counts as covered if some input might make a clause apply.
pub fn silent_cells(suite: &Suite, catalog: &Catalog) -> Vec<SilentCell> {
    let cells = all_cells(suite, catalog);
    cells.into_iter().filter(|(_, silent)| *silent).map(|((cell, _), _)| cell).collect()
}

/// Reports one note per operation and resource kind.
pub(super) fn check(lint: &mut Lint) {
    let mut by_thing: BTreeMap<(Place, String, String), Vec<String>> = BTreeMap::new();
    for ((cell, place), silent) in all_cells(lint.suite, &lint.schemas.catalog) {
        if silent {
            by_thing.entry((place, cell.operation, cell.resource)).or_default().push(cell.state);
        }
    }
    for ((place, operation, resource), states) in by_thing {
        let states = states.join(", ");
        let message = format!("no clause covers `{operation}` on a {resource} in state {states}");
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

/// The clauses that decide the outcome of an operation. A `may refuse` clause decides nothing.
fn speaking<'a>(suite: &'a Suite, catalog: &Catalog, operation: &str) -> Vec<&'a Clause> {
    let clauses = suite.clauses.iter().filter(|c| !matches!(c.verb, Verb::MayRefuse(_)));
    clauses.filter(|c| operations(c, catalog).contains(&operation)).collect()
}

/// A valid call of the owner on an existing, settled resource in the given state.
pub(super) fn at_rest(name: &str, field: &str, state: &str) -> Sketch {
    Sketch::plain_call().with(name, &["rest"], Val::Bool(true)).with(name, &[field], state.into())
}

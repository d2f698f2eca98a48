//! Silent cells: combinations of operation and state without a clause.

use super::context::LintContext;
use super::located_expressions::list_operations;
use crate::expr::ExprValue;
use crate::schema::catalog::Catalog;
use crate::suite::partial_call::{ConditionTruth, PartialCall};
use crate::suite::place::SuitePlace;
use crate::suite::types::{Clause, ClauseDecision, IdExpression, Suite};
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
pub fn find_silent_cells(suite: &Suite, catalog: &Catalog) -> Vec<SilentCell> {
    let cells = list_cells(suite, catalog);
    cells.into_iter().filter(|(_, silent)| *silent).map(|((cell, _), _)| cell).collect()
}

/// Reports one note per operation and resource kind.
pub(super) fn check_silent_cells(lint: &mut LintContext) {
    let mut by_thing: BTreeMap<(SuitePlace, String, String), Vec<String>> = BTreeMap::new();
    for ((cell, place), silent) in list_cells(lint.suite, &lint.schemas.catalog) {
        if silent {
            by_thing.entry((place, cell.operation, cell.resource)).or_default().push(cell.state);
        }
    }
    for ((place, operation, resource), states) in by_thing {
        let states = states.join(", ");
        let message = format!("no clause covers `{operation}` on a {resource} in state {states}");
        lint.report_note(place, "silent-cell", message);
    }
}

fn list_cells(suite: &Suite, catalog: &Catalog) -> Vec<((SilentCell, SuitePlace), bool)> {
    let mut cells = Vec::new();
    for (operation, things) in &suite.about {
        let clauses: Vec<&Clause> = list_deciding_clauses(suite, catalog, operation);
        for about in things.iter().filter(|a| matches!(a.binding, IdExpression::Existing(_))) {
            let resource = &suite.resources[about.resource];
            let Some(field) = &resource.state else {
                continue;
            };
            for state in &resource.stable {
                let sketch = describe_settled_resource(&about.name, field, state).with_value(
                    "op",
                    &[],
                    operation.as_str().into(),
                );
                let spoken =
                    clauses.iter().any(|c| sketch.evaluate_guard(suite, c.when.as_ref()) != ConditionTruth::False);
                let cell =
                    SilentCell { operation: operation.clone(), resource: resource.name.clone(), state: state.clone() };
                cells.push(((cell, about.place), !spoken));
            }
        }
    }
    cells
}

/// The clauses that decide the outcome of an operation. A `may refuse` clause decides nothing.
fn list_deciding_clauses<'a>(suite: &'a Suite, catalog: &Catalog, operation: &str) -> Vec<&'a Clause> {
    let clauses = suite.clauses.iter().filter(|c| !matches!(c.decision, ClauseDecision::MayRefuse(_)));
    clauses.filter(|c| list_operations(c, catalog).contains(&operation)).collect()
}

/// A valid call of the owner on an existing, settled resource in the given state.
pub(super) fn describe_settled_resource(name: &str, field: &str, state: &str) -> PartialCall {
    PartialCall::new_owner_call().with_value(name, &["rest"], ExprValue::Bool(true)).with_value(
        name,
        &[field],
        state.into(),
    )
}

//! The operations whose responses can decide a clause.

use super::clause_info::{ClauseId, ClauseOrigin, GeneratedClause};
use super::compile::Model;
use crate::suite::ResourceKind;

/// Ids of the operations whose responses can decide a clause, in the order of the model.
#[must_use]
pub fn list_deciding_operations(model: &Model, clause: ClauseId) -> Vec<String> {
    let kinds = &model.suite.resources;
    match &model.clause_info(clause).origin {
        ClauseOrigin::Clause(_) | ClauseOrigin::Event(_) => {
            let named = model.operations.values().filter(|operation| operation.clauses.contains(&clause));
            named.map(|operation| operation.id.clone()).collect()
        }
        ClauseOrigin::Generated(generated) => match generated {
            GeneratedClause::NoServerError(operation)
            | GeneratedClause::Reply(operation)
            | GeneratedClause::Listed(_, operation)
            | GeneratedClause::PageLimit(_, operation)
            | GeneratedClause::Paged(_, operation) => vec![operation.clone()],
            GeneratedClause::Field(kind, field) => list_views(&kinds[*kind], Some(&kinds[*kind].fields[*field].name)),
            GeneratedClause::Shows(kind, entry) => list_views(&kinds[*kind], Some(&kinds[*kind].shows[*entry].name)),
            GeneratedClause::Settles(kind) => list_views(&kinds[*kind], kinds[*kind].state.as_deref()),
            GeneratedClause::Atomic(kind) => {
                let about = |id: &String| model.operations[id].about.iter().any(|about| about.resource == *kind);
                let changing = model.operations.values().filter(|operation| operation.changes);
                changing.map(|operation| operation.id.clone()).filter(about).collect()
            }
        },
    }
}

/// The operations whose responses show a value of a resource.
fn list_views(kind: &ResourceKind, name: Option<&str>) -> Vec<String> {
    let shows = |only: &Option<Vec<String>>| match (only, name) {
        (Some(only), Some(name)) => only.iter().any(|field| field == name),
        _ => true,
    };
    kind.views.iter().filter(|(_, view)| shows(&view.only)).map(|(operation, _)| operation.clone()).collect()
}

//! The call that shows one resource of a kind, and the call that deletes one.

use crate::expr::{Expr, FieldPath};
use crate::schema::catalog::Catalog;
use crate::suite::{AboutEntry, ClauseOperations, IdExpression, Suite};

/// The read that shows one whole resource.
#[derive(Debug, Clone)]
pub struct ResourceRead {
    /// Id of the operation.
    pub operation: String,
    /// Path parameter for the resource id.
    pub parameter: String,
}

/// The call that deletes a resource.
#[derive(Debug, Clone)]
pub struct ResourceDeletion {
    /// Id of the operation.
    pub operation: String,
    /// Place of the resource id in the path or the body.
    pub id_path: FieldPath,
}

/// The read with one path parameter for the resource id and a view of the whole resource.
pub(super) fn find_read(suite: &Suite, catalog: &Catalog, kind: usize) -> Option<ResourceRead> {
    let resource = &suite.resources[kind];
    let candidates = resource.views.iter().filter(|(_, view)| !view.each);
    candidates
        .filter_map(|(operation, view)| {
            let entry = catalog.operations.iter().find(|o| &o.id == operation)?;
            if !entry.bindings.iter().all(|binding| binding.method == "GET") {
                return None;
            }
            let about = suite.about.get(operation)?.iter().find(|about| about.resource == kind)?;
            let IdExpression::Existing(expr) = &about.binding else { return None };
            let path = expr.as_path().filter(|path| path.root.as_ref() == "path")?;
            let crate::expr::PathKey::Name(parameter) = path.keys.first()? else { return None };
            Some((
                (view.only.is_some(), view.when.is_some()),
                ResourceRead { operation: operation.clone(), parameter: parameter.to_string() },
            ))
        })
        .min_by_key(|(worse, _)| *worse)
        .map(|(_, shown)| shown)
}

/// The call whose clause ends a resource. A call without a body is preferred.
pub(super) fn find_deletion(suite: &Suite, catalog: &Catalog, kind: usize) -> Option<ResourceDeletion> {
    let mut found: Vec<(bool, ResourceDeletion)> = Vec::new();
    for clause in &suite.clauses {
        let ClauseOperations::Only(calls) = &clause.calls else { continue };
        for effect in clause.then.iter().filter(|effect| effect.ends_resource()) {
            for call in calls {
                let entry =
                    suite.about.get(call).into_iter().flatten().find(|about| effect.target.is_named(&about.name));
                let operation = catalog.operations.iter().find(|operation| operation.id == *call);
                let (Some(about), Some(operation)) = (entry.filter(|about| about.resource == kind), operation) else {
                    continue;
                };
                if let Some(at) = find_id_path(about) {
                    found.push((
                        !operation.requests.is_empty(),
                        ResourceDeletion { operation: call.clone(), id_path: at },
                    ));
                }
            }
        }
    }
    found.into_iter().min_by_key(|(body, _)| *body).map(|(_, ending)| ending)
}

/// The place of a resource id in the path or the body of a call; of a batch, the first place.
#[must_use]
pub fn find_id_path(about: &AboutEntry) -> Option<FieldPath> {
    let IdExpression::Existing(expr) = &about.binding else { return None };
    let first = || expr.expand_first_elements().iter().find_map(Expr::as_path);
    expr.as_path().or_else(first).filter(|path| matches!(path.root.as_ref(), "path" | "body"))
}

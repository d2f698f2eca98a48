//! The calls that delete a resource, and the order of resource kinds in a deletion.

use super::absence::list_absence_statuses;
use super::calls::{make_deletion_call, make_show_call};
use super::created::CreatedResource;
use super::deletion_loop::Deletion;
use crate::expr::Expr;
use crate::history::{Call, Outcome};
use crate::model::{CallView, EvaluationLog, ExpressionRoots, Model, OutcomeKind, read_observations};
use crate::schema::{CompiledCatalog, InputClass};
use crate::suite::{AboutEntry, IdExpression};
use std::collections::BTreeMap;

/// The deletion of a resource; `None` if the suite has no deleting call for the resource kind.
pub(super) fn make_deletion(
    model: &Model,
    schemas: &CompiledCatalog,
    ranks: &[usize],
    made: &CreatedResource,
) -> Option<Deletion> {
    let (id, who) = made.to_model_id();
    Some(Deletion {
        handle: made.handle.clone(),
        id: made.id.clone(),
        rank: ranks[made.kind],
        delete: make_deletion_call(model, schemas, &id, who)?,
        show: make_show_call(model, schemas, &id, who),
        absent: list_absence_statuses(model, schemas, made.kind),
        deleted_before: false,
    })
}

/// The calls that release a resource, such as detaching a volume, with values from the response `shown` to a
/// read of the resource.
pub(super) fn make_release_calls(
    model: &Model,
    schemas: &CompiledCatalog,
    made: &CreatedResource,
    shown: &Outcome,
) -> Vec<Call> {
    let resource = &model.suite.resources[made.kind];
    let (id, who) = made.to_model_id();
    let show = make_show_call(model, schemas, &id, who).filter(|_| !resource.release.is_empty());
    let Some(show) = show else { return Vec::new() };
    let heard = OutcomeKind::classify(shown);
    let asked = CallView::new(model, &show, InputClass::Valid);
    let sights = read_observations(model, &asked, &heard, &EvaluationLog::discarding());
    let Some(sight) = sights.resources.iter().find(|sight| sight.id.id.as_ref() == made.id) else { return Vec::new() };
    let roots =
        ExpressionRoots { model, call: &asked, resources: &[], reply: None, entry: Some(&sight.entry), world: None };
    let call = |(operation, values): (&String, &BTreeMap<String, Expr>)| {
        // Without a value for each parameter, nothing holds the resource.
        let value = |(name, expr): (&String, &Expr)| {
            let value = expr.eval(&roots).ok()?.to_json().filter(|value| !value.is_null())?;
            Some((name.clone(), value))
        };
        Some(Call {
            operation: operation.clone(),
            binding: schemas.find_operation(operation)?.bindings.first()?.id.clone(),
            caller: made.caller.clone(),
            path: values.iter().map(value).collect::<Option<_>>()?,
            ..Call::default()
        })
    };
    resource.release.iter().filter_map(call).collect()
}

/// The rank of each resource kind, by index. If creating kind A names a resource of kind B, then A has the lower
/// rank, and resources of kind A are deleted earlier.
pub(super) fn rank_kinds(model: &Model) -> Vec<usize> {
    let kinds = model.suite.resources.len();
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); kinds];
    for about in model.operations.values().map(|operation| &operation.about) {
        let born = about.iter().filter(|about| matches!(about.binding, IdExpression::New(_)));
        for child in born {
            let named = about.iter().filter(|about| matches!(about.binding, IdExpression::Existing(_)));
            parents[child.resource].extend(named.map(|about| about.resource).filter(|kind| *kind != child.resource));
        }
    }
    // The number of rounds is bounded because kinds may name each other. Any rank is valid in a circle.
    let mut ranks = vec![0; kinds];
    for _ in 0..kinds {
        for kind in 0..kinds {
            for &parent in &parents[kind] {
                ranks[parent] = ranks[parent].max(ranks[kind] + 1).min(kinds);
            }
        }
    }
    ranks
}

/// Whether some clause deletes resources of a kind, even if no call of [`deletion`] can.
pub(super) fn is_deleted_elsewhere(model: &Model, kind: usize) -> bool {
    let suite = &model.suite;
    suite.clauses.iter().any(|clause| {
        clause.then.iter().any(|effect| {
            let of_kind = |about: &AboutEntry| effect.target.is_named(&about.name) && about.resource == kind;
            let unnamed = effect.target.get_selection().is_some_and(|each| each.resource == kind);
            effect.ends_resource() && (unnamed || suite.about.values().flatten().any(of_kind))
        })
    })
}

//! The calls that delete a resource, and the order of resource kinds in a deletion.

use super::calls::{as_exchange, ending, showing};
use super::created::Made;
use super::deletion_loop::Deletion;
use crate::endpoint::Call;
use crate::expr::Expr;
use crate::history::Outcome;
use crate::model::{Asked, Heard, Model, Roots, sights};
use crate::schema::{Class, Schemas};
use crate::suite::{About, Binding, EffectValue, Stage};
use std::collections::BTreeMap;

/// The deletion of a resource; `None` if the suite has no call that deletes this resource kind.
pub(super) fn deletion(model: &Model, schemas: &Schemas, ranks: &[usize], made: &Made) -> Option<Deletion> {
    let (id, who) = made.known();
    Some(Deletion {
        handle: made.handle.clone(),
        id: made.id.clone(),
        rank: ranks[made.kind],
        delete: ending(model, schemas, &id, who)?,
        show: showing(model, schemas, &id, who),
    })
}

/// The calls that release a resource from others, such as a detach, with values from the response that
/// shows the resource.
pub(super) fn releases(model: &Model, schemas: &Schemas, made: &Made, shown: &Outcome) -> Vec<Call> {
    let resource = &model.suite.resources[made.kind];
    let (id, who) = made.known();
    let show = showing(model, schemas, &id, who).filter(|_| !resource.release.is_empty());
    let Some(show) = show else { return Vec::new() };
    let heard = Heard::of(shown);
    let asked = Asked::new(model, &as_exchange(&show), Class::Valid);
    let Ok(sights) = sights(model, &asked, &heard) else { return Vec::new() };
    let Some(sight) = sights.things.iter().find(|sight| sight.id.id.as_ref() == made.id) else { return Vec::new() };
    let roots = Roots { model, asked: &asked, things: &[], reply: None, it: Some(&sight.it), world: None };
    let call = |(operation, values): (&String, &BTreeMap<String, Expr>)| {
        // Without a value for each parameter, nothing holds the resource.
        let value = |(name, expr): (&String, &Expr)| {
            let value = expr.eval(&roots).ok()?.to_json().filter(|value| !value.is_null())?;
            Some((name.clone(), value))
        };
        Some(Call {
            operation: operation.clone(),
            binding: schemas.operation(operation)?.bindings.first()?.id.clone(),
            caller: made.caller.clone(),
            path: values.iter().map(value).collect::<Option<_>>()?,
            ..Call::default()
        })
    };
    resource.release.iter().filter_map(call).collect()
}

/// The rank of each resource kind, by index. A kind whose create names another kind has a lower rank
/// than the named kind, and is deleted earlier.
pub(super) fn ranks(model: &Model) -> Vec<usize> {
    let kinds = model.suite.resources.len();
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); kinds];
    for about in model.operations.values().map(|operation| &operation.about) {
        let born = about.iter().filter(|about| matches!(about.binding, Binding::New(_)));
        for child in born {
            let named = about.iter().filter(|about| matches!(about.binding, Binding::Existing(_)));
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
pub(super) fn ends_elsewhere(model: &Model, kind: usize) -> bool {
    let suite = &model.suite;
    suite.clauses.iter().any(|clause| {
        clause.then.iter().any(|effect| {
            let gone = matches!(&effect.value, EffectValue::Course(stages)
                if matches!(stages.last(), Some(Stage::Gone)));
            let of_kind = |about: &About| effect.target.is(&about.name) && about.resource == kind;
            let unnamed = effect.target.each().is_some_and(|each| each.resource == kind);
            gone && (unnamed || suite.about.values().flatten().any(of_kind))
        })
    })
}

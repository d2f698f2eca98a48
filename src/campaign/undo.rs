//! How what was created is deleted again: by which call, and what has to go before what.

use super::drive::Site;
use super::mark::as_exchange;
use super::naming::{ending, showing};
use crate::endpoint::Call;
use crate::expr::Expr;
use crate::history::Outcome;
use crate::model::{Asked, Heard, Id, Model, Roots, Who, sights};
use crate::run::Deletion;
use crate::schema::Class;
use crate::suite::Binding;
use std::collections::BTreeMap;

/// A thing that a run created.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Made {
    /// Index of its resource in the suite.
    pub kind: usize,
    pub id: String,
    /// Whose it is: who created it deletes it.
    pub caller: String,
    /// What the journal calls it; what was found at the endpoint only is called by its id.
    pub handle: String,
}

/// Whose a thing is that this caller created. An endpoint that lets those create who may not gives
/// the thing to the project of the path, which is the owner's.
#[must_use]
pub fn owner_of(caller: &str) -> &'static str {
    if caller == "other" { "other" } else { "owner" }
}

impl Made {
    /// As the model names it.
    #[must_use]
    pub fn known(&self) -> (Id, Who) {
        let who = if self.caller == "other" { Who::Other } else { Who::Owner };
        (Id { kind: self.kind as u16, id: self.id.as_str().into() }, who)
    }
}

/// How to delete a thing; none where the suite knows no call that ends its kind.
#[must_use]
pub fn deletion(site: &Site<'_>, ranks: &[usize], made: &Made) -> Option<Deletion> {
    let (id, who) = made.known();
    Some(Deletion {
        handle: made.handle.clone(),
        id: made.id.clone(),
        rank: ranks[made.kind],
        delete: ending(site, &id, who)?,
        show: showing(site, &id, who),
    })
}

/// Calls that set a thing free, from what the read that shows it says.
#[must_use]
pub fn releases(site: &Site<'_>, made: &Made, shown: &Outcome) -> Vec<Call> {
    let (model, schemas) = (&site.model, &site.schemas);
    let resource = &model.suite.resources[made.kind];
    let (id, who) = made.known();
    let Some(show) = showing(site, &id, who).filter(|_| !resource.release.is_empty()) else { return Vec::new() };
    let heard = Heard::of(shown);
    let asked = Asked::new(model, &as_exchange(&show), Class::Valid);
    let Ok(sights) = sights(model, &asked, &heard) else { return Vec::new() };
    let Some(sight) = sights.things.iter().find(|sight| sight.id.id.as_ref() == made.id) else { return Vec::new() };
    let roots = Roots { model, asked: &asked, things: &[], reply: None, it: Some(&sight.it), world: None };
    let call = |(operation, values): (&String, &BTreeMap<String, Expr>)| {
        // A value that cannot be read, or is not there, says that there is nothing to be let go of.
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

/// By kind: what is made of a thing, or hangs on it, has a lower rank and goes before it. The call
/// that brings one to life names the other.
#[must_use]
pub fn ranks(model: &Model) -> Vec<usize> {
    let kinds = model.suite.resources.len();
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); kinds];
    for about in model.operations.values().map(|operation| &operation.about) {
        let born = about.iter().filter(|about| matches!(about.binding, Binding::New(_)));
        for child in born {
            let named = about.iter().filter(|about| matches!(about.binding, Binding::Existing(_)));
            parents[child.resource].extend(named.map(|about| about.resource).filter(|kind| *kind != child.resource));
        }
    }
    // As many rounds as there are kinds: a circle ends there, and its ranks are as good as any.
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

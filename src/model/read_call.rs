//! The construction of a call view: the version and the resource ids of a call, and the ids that a reply creates.

use super::call_view::Asked;
use super::compile::Model;
use super::reply_kind::Heard;
use super::resource_state::{Id, Who};
use super::roots::Roots;
use crate::expr::Val;
use crate::history::{Exchange, Input};
use crate::suite::{About, Binding};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Asked {
    /// Reads the inputs of an exchange. `input` is the class of the input.
    ///
    /// # Panics
    /// If the catalog lacks the operation: the history belongs to another suite.
    #[must_use]
    pub fn new(model: &Model, exchange: &Exchange, input: impl Into<Input>) -> Asked {
        let input: Input = input.into();
        let operation = model.operations.get(&exchange.operation).unwrap_or_else(|| {
            panic!("operation `{}` is not in the catalog; the history belongs to another suite", exchange.operation)
        });
        let map = |values: &BTreeMap<String, Value>| {
            Val::Map(Arc::new(
                values.iter().map(|(name, value)| (Arc::from(name.as_str()), Val::from(value))).collect(),
            ))
        };
        let mut asked = Asked {
            operation: exchange.operation.clone(),
            binding: exchange.binding.clone(),
            caller: exchange.caller.clone(),
            who: Who::of(&exchange.caller),
            class: input.class,
            doubts: input.doubts,
            path: map(&exchange.path),
            query: map(&exchange.query),
            header: headers(model, &exchange.headers),
            body: exchange.body.as_ref().map_or(Val::Null, Val::from),
            version: Val::Null,
            today: Val::Str(Arc::from(model.today.as_str())),
            pools: model.pools.clone(),
            existing: Vec::new(),
        };
        if let Some(version) = &model.suite.version {
            asked.version = version.eval(&asked.roots(model)).unwrap_or(Val::Null);
        }
        let existing = operation.about.iter().enumerate().filter_map(|(index, about)| match &about.binding {
            Binding::Existing(expr) => {
                let value = expr.eval(&asked.roots(model)).unwrap_or(Val::Null);
                Some((index, ids(about.resource, &value)))
            }
            Binding::New(_) => None,
        });
        asked.existing = existing.collect();
        asked
    }

    pub(super) fn roots<'a>(&'a self, model: &'a Model) -> Roots<'a> {
        Roots { model, asked: self, things: &[], reply: None, it: None, world: None }
    }

    /// Ids that the response creates, by index into the operation's `about`.
    #[must_use]
    pub fn born(&self, model: &Model, heard: &Heard) -> Vec<(usize, Vec<Id>)> {
        let Heard::Success(_, reply) = heard else { return Vec::new() };
        let about = &model.operations[&self.operation].about;
        let new = about.iter().enumerate().filter_map(|(index, about)| match &about.binding {
            Binding::New(expr) if about.told_by.is_none() => {
                let roots = Roots { reply: Some(reply), ..self.roots(model) };
                let value = expr.eval(&roots).unwrap_or(Val::Null);
                Some((index, ids(about.resource, &value).into_iter().flatten().collect()))
            }
            _ => None,
        });
        let mut born: Vec<(usize, Vec<Id>)> = new.collect();
        born.extend(untold(about, &born));
        born
    }
}

/// The root `header`. HTTP header names are case-insensitive, and the names in a suite are not.
#[must_use]
pub fn headers(model: &Model, sent: &BTreeMap<String, String>) -> Val {
    let spelled = |name: &str| -> Arc<str> {
        let known = model.header_names.iter().find(|known| known.eq_ignore_ascii_case(name));
        Arc::from(known.map_or(name, String::as_str))
    };
    let headers = sent.iter().map(|(name, value)| (spelled(name), Val::Str(Arc::from(value.as_str()))));
    Val::Map(Arc::new(headers.collect()))
}

/// A stand-in id for each resource with a deferred id: one for each resource whose views show the id.
fn untold(about: &[About], born: &[(usize, Vec<Id>)]) -> Vec<(usize, Vec<Id>)> {
    let of = |(index, entry): (usize, &About)| {
        let teller = about.iter().position(|other| Some(&other.name) == entry.told_by.as_ref())?;
        let (_, tellers) = born.iter().find(|(known, _)| *known == teller)?;
        let stand_in = |teller: &Id| {
            let id = format!("the {} of {}", entry.name, teller.id);
            Id { kind: entry.resource as u16, id: Arc::from(id.as_str()) }
        };
        Some((index, tellers.iter().map(stand_in).collect()))
    };
    about.iter().enumerate().filter_map(of).collect()
}

fn ids(kind: usize, value: &Val) -> Vec<Option<Id>> {
    let one = |value: &Val| match value {
        Val::Str(id) => Some(Id { kind: kind as u16, id: id.clone() }),
        _ => None,
    };
    match value {
        Val::List(values) => values.iter().map(one).collect(),
        value => vec![one(value)],
    }
}

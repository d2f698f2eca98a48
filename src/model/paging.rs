//! Pages of lists: what part of a list a reply shows, and how the part after it is asked for.
//!
//! A page is a part of what the same call shows without the parameters that ask for one, so a
//! view of a whole list says by itself which calls show pages of it.

use super::asked::{Asked, Heard};
use super::compile::Model;
use super::scope::{Fault, Roots};
use super::thing::Id;
use crate::expr::Val;
use crate::schema::Class;
use crate::suite::View;
use serde_json::Value;
use std::collections::BTreeMap;

/// One page as a reply shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The kind of thing that is listed, by index.
    pub kind: usize,
    /// In the order of the reply; none where an entry shows no id.
    pub entries: Vec<Option<Id>>,
    /// How many were asked for at most, where the call names a number of them.
    pub limit: Option<u64>,
    /// What the call said of where to begin; empty for the first page.
    pub begins: BTreeMap<String, Value>,
    /// The same for the page that follows; empty where nothing tells.
    pub next: BTreeMap<String, Value>,
}

/// Whether a call asks for a part of the list that a view shows whole.
///
/// # Errors
/// If the view's condition goes wrong.
pub fn is_page(model: &Model, asked: &Asked, view: &View) -> Result<bool, Fault> {
    if !asked.query_values().keys().any(|name| view.asks_for_a_page(name)) {
        return Ok(false);
    }
    let whole = asked.without(|name| view.asks_for_a_page(name));
    let roots = Roots { model, asked: &whole, things: &[], reply: None, it: None, world: None };
    match &view.when {
        None => Ok(true),
        Some(when) => Ok(roots.eval(when, view.place.line)? == Val::Bool(true)),
    }
}

/// The pages that a reply shows of lists whose pages promise something. Input that may be taken
/// otherwise than it was meant asks for nothing in particular.
///
/// # Errors
/// If a view's condition goes wrong.
pub fn pages(model: &Model, asked: &Asked, heard: &Heard) -> Result<Vec<Page>, Fault> {
    let Heard::Success(_, reply) = heard else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for (kind, view) in &model.operations[&asked.operation].views {
        if asked.class != Class::Valid || !is_page(model, asked, view)? {
            continue;
        }
        let roots = Roots { model, asked, things: &[], reply: Some(reply), it: None, world: None };
        let Ok(Val::List(items)) = view.at.eval(&roots) else { continue };
        let entries: Vec<Option<Id>> = items.iter().map(|it| entry(model, asked, *kind, it)).collect();
        let query = asked.query_values();
        let limit = view.paging.as_ref().and_then(|paging| query.get(&paging.limit)).and_then(Value::as_u64);
        all.push(Page {
            kind: *kind,
            next: if entries.is_empty() { BTreeMap::new() } else { next(view, &roots) },
            entries,
            // What becomes of a page of nothing is not said: it may as well be no limit.
            limit: limit.filter(|limit| *limit > 0),
            begins: query.into_iter().filter(|(name, _)| view.next.contains_key(name)).collect(),
        });
    }
    Ok(all)
}

/// What asks for the page that follows, as far as the reply tells it.
fn next(view: &View, roots: &Roots<'_>) -> BTreeMap<String, Value> {
    let values = view.next.iter().filter_map(|(name, expr)| Some((name.clone(), expr.eval(roots).ok()?.to_json()?)));
    values.filter(|(_, value)| !value.is_null()).collect()
}

fn entry(model: &Model, asked: &Asked, kind: usize, it: &Val) -> Option<Id> {
    let roots = Roots { model, asked, things: &[], reply: None, it: Some(it), world: None };
    match model.suite.resources[kind].id.eval(&roots) {
        Ok(Val::Str(id)) => Some(Id { kind: kind as u16, id }),
        _ => None,
    }
}

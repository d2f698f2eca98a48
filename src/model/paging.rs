//! Pages of lists: the part of a list that a response shows, and the request for the next part.
//!
//! A page is a part of the list that the same call shows without the page parameters. A view of a whole list
//! thus
//! determines which calls show pages.

use super::call_view::Asked;
use super::compile::Model;
use super::reply_kind::Heard;
use super::resource_state::Id;
use super::roots::{Fault, Roots};
use crate::expr::Val;
use crate::schema::Class;
use crate::suite::View;
use serde_json::Value;
use std::collections::BTreeMap;

/// One page of a list in a response.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Index of the resource kind.
    pub kind: usize,
    /// Entries in the order of the response; `None` for an entry without an id.
    pub entries: Vec<Option<Id>>,
    /// Highest number of entries that the call requests.
    pub limit: Option<u64>,
    /// Query parameters for the start of the page; empty for the first page.
    pub begins: BTreeMap<String, Value>,
    /// Query parameters for the next page; empty if the response contains none.
    pub next: BTreeMap<String, Value>,
}

/// Whether a call requests a part of a list.
///
/// # Errors
/// If the evaluation of the view's condition fails.
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

/// The pages in a response to valid input, for lists with promises about pages. An endpoint may interpret
/// doubtful input in another way.
///
/// # Errors
/// If the evaluation of a view's condition fails.
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
            // No page describes a limit of 0; the endpoint may treat 0 as no limit.
            limit: limit.filter(|limit| *limit > 0),
            begins: query.into_iter().filter(|(name, _)| view.next.contains_key(name)).collect(),
        });
    }
    Ok(all)
}

/// The query parameters for the next page, as far as the response contains them.
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

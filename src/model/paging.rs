//! Pages of lists: the part of a list that a response shows, and the request for the next part.
//!
//! A page is a part of the list that the same call shows without the page parameters. A view of a whole list
//! thus
//! determines which calls show pages.

use super::call_view::CallView;
use super::compile::Model;
use super::evaluation_log::EvaluationLog;
use super::outcome_kind::OutcomeKind;
use super::resource_state::ResourceId;
use super::roots::ExpressionRoots;
use crate::expr::ExprValue;
use crate::schema::InputClass;
use crate::suite::ResourceView;
use serde_json::Value;
use std::collections::BTreeMap;

/// One page of a list in a response.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPage {
    /// Index of the resource kind.
    pub kind: usize,
    /// Entries in the order of the response; `None` for an entry without an id.
    pub entries: Vec<Option<ResourceId>>,
    /// Highest number of entries that the call requests.
    pub limit: Option<u64>,
    /// Query parameters for the start of the page; empty for the first page.
    pub start: BTreeMap<String, Value>,
    /// Query parameters for the next page; empty if the response contains none.
    pub next: BTreeMap<String, Value>,
}

/// Whether a call requests a part of a list of a resource kind; `None` if the condition of the view is undetermined.
#[must_use]
pub fn is_page(
    model: &Model,
    asked: &CallView,
    (kind, view): (usize, &ResourceView),
    log: &EvaluationLog,
) -> Option<bool> {
    if !asked.query_values().keys().any(|name| view.selects_page(name)) {
        return Some(false);
    }
    let whole = asked.without_parameters(|name| view.selects_page(name));
    let roots = ExpressionRoots { model, call: &whole, resources: &[], reply: None, entry: None, world: None };
    let Some(when) = &view.when else { return Some(true) };
    let line = view.place.line;
    let place = (model.find_list_clause(kind, &asked.operation), line);
    match log.note_evaluation(place, when, roots.evaluate(when, line)) {
        ExprValue::Unknown => None,
        value => Some(value == ExprValue::Bool(true)),
    }
}

/// The pages in a response to valid input, for lists with promises about pages. An endpoint may interpret
/// doubtful input in another way.
#[must_use]
pub fn read_pages(model: &Model, asked: &CallView, heard: &OutcomeKind) -> Vec<ListPage> {
    let OutcomeKind::Success(_, reply) = heard else { return Vec::new() };
    // The belief reads the same views, and notes what fails.
    let log = EvaluationLog::discarding();
    let mut all = Vec::new();
    for (kind, view) in &model.operations[&asked.operation].views {
        if asked.class != InputClass::Valid || is_page(model, asked, (*kind, view), &log) != Some(true) {
            continue;
        }
        let roots =
            ExpressionRoots { model, call: asked, resources: &[], reply: Some(reply), entry: None, world: None };
        let Ok(ExprValue::List(items)) = view.at.eval(&roots) else { continue };
        let entries: Vec<Option<ResourceId>> = items.iter().map(|it| read_entry_id(model, asked, *kind, it)).collect();
        let query = asked.query_values();
        let limit = view.paging.as_ref().and_then(|paging| query.get(&paging.limit)).and_then(Value::as_u64);
        all.push(ListPage {
            kind: *kind,
            next: if entries.is_empty() { BTreeMap::new() } else { read_next_page(view, &roots) },
            entries,
            // No page describes a limit of 0; the endpoint may treat 0 as no limit.
            limit: limit.filter(|limit| *limit > 0),
            start: query.into_iter().filter(|(name, _)| view.next.contains_key(name)).collect(),
        });
    }
    all
}

/// The query parameters for the next page, as far as the response contains them.
fn read_next_page(view: &ResourceView, roots: &ExpressionRoots<'_>) -> BTreeMap<String, Value> {
    let values = view.next.iter().filter_map(|(name, expr)| Some((name.clone(), expr.eval(roots).ok()?.to_json()?)));
    values.filter(|(_, value)| !value.is_null()).collect()
}

fn read_entry_id(model: &Model, asked: &CallView, kind: usize, it: &ExprValue) -> Option<ResourceId> {
    let roots = ExpressionRoots { model, call: asked, resources: &[], reply: None, entry: Some(it), world: None };
    let id = model.read_id(kind, &model.suite.resources[kind].id.eval(&roots).ok()?)?;
    Some(ResourceId { kind: kind as u16, id })
}

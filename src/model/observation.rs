//! What a response shows of resources.

use super::call_view::CallView;
use super::compile::Model;
use super::evaluation_log::EvaluationLog;
use super::outcome_kind::OutcomeKind;
use super::paging::is_page;
use super::resource_state::ResourceId;
use super::roots::ExpressionRoots;
use crate::expr::{Expr, ExprValue};
use crate::suite::ResourceView;

/// One observation: a resource as a response shows the resource.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The resource.
    pub id: ResourceId,
    /// The part of the response about the resource.
    pub entry: ExprValue,
    /// By field of the resource kind; `None` where the view does not show the field.
    pub fields: Vec<Option<ExprValue>>,
    /// Whether the view shows every field.
    pub full: bool,
    /// Value of the `rest` expression; `None` where the expression cannot be evaluated.
    pub settled: Option<bool>,
}

/// All observations in one response.
#[derive(Debug, Clone, Default)]
pub struct ResponseObservations {
    /// The observed resources, in the order of the response.
    pub resources: Vec<Observation>,
    /// Resource kinds of which the response lists every resource of the caller.
    pub whole_kinds: Vec<usize>,
    /// Resource kinds of which the response lists a page.
    pub page_kinds: Vec<usize>,
}

/// Reads the observations in a response. A view whose condition is undetermined shows nothing.
#[must_use]
pub fn read_observations(
    model: &Model,
    asked: &CallView,
    heard: &OutcomeKind,
    log: &EvaluationLog,
) -> ResponseObservations {
    let OutcomeKind::Success(_, reply) = heard else { return ResponseObservations::default() };
    let mut seen = ResponseObservations::default();
    for (kind, view) in &model.operations[&asked.operation].views {
        let Some(part) = is_page(model, asked, (*kind, view), log) else { continue };
        let roots =
            ExpressionRoots { model, call: asked, resources: &[], reply: Some(reply), entry: None, world: None };
        if let Some(when) = &view.when
            && !part
            && log.note_evaluation(
                (model.find_list_clause(*kind, &asked.operation), view.place.line),
                when,
                roots.evaluate(when, view.place.line),
            ) != ExprValue::Bool(true)
        {
            continue;
        }
        // A response without the resource violates the schema, and another clause covers schemas.
        let Ok(shown) = view.at.eval(&roots) else { continue };
        let items = match (&shown, view.each) {
            (ExprValue::List(items), true) => items.to_vec(),
            (ExprValue::Map(_), false) => vec![shown.clone()],
            _ => continue,
        };
        seen.resources.extend(items.iter().filter_map(|it| read_observation(model, asked, *kind, view, it)));
        let is_whole = |whole: &Expr| {
            let place = (model.find_list_clause(*kind, &asked.operation), view.place.line);
            log.note_evaluation(place, whole, roots.evaluate(whole, view.place.line)) == ExprValue::Bool(true)
        };
        if part || view.whole_when.as_ref().is_some_and(|whole| !is_whole(whole)) {
            seen.page_kinds.push(*kind);
        } else if view.whole {
            seen.whole_kinds.push(*kind);
        }
    }
    seen
}

pub(super) fn read_observation(
    model: &Model,
    asked: &CallView,
    kind: usize,
    view: &ResourceView,
    it: &ExprValue,
) -> Option<Observation> {
    let resource = &model.suite.resources[kind];
    let roots = ExpressionRoots { model, call: asked, resources: &[], reply: None, entry: Some(it), world: None };
    let id = model.read_id(kind, &resource.id.eval(&roots).ok()?)?;
    let shown = |name: &str| view.only.as_ref().is_none_or(|only| only.iter().any(|known| known == name));
    let fields = resource.fields.iter().enumerate().map(|(index, field)| {
        let value = || field.at.eval(&roots).unwrap_or(ExprValue::Null);
        shown(&field.name).then(|| model.read_field_value(kind, index, value()))
    });
    let full = view.only.is_none();
    let rest = match &resource.rest {
        Some(rest) if full => match rest.eval(&roots) {
            Ok(ExprValue::Bool(rest)) => Some(rest),
            _ => None,
        },
        _ => None,
    };
    Some(Observation {
        id: ResourceId { kind: kind as u16, id },
        entry: it.clone(),
        fields: fields.collect(),
        full,
        settled: rest,
    })
}

//! The construction of a call view: the version and the resource ids of a call, and the ids that a reply creates.

use super::call_view::CallView;
use super::compile::Model;
use super::number_id::parse_number_id;
use super::operation_model::OperationModel;
use super::outcome_kind::OutcomeKind;
use super::resource_state::{ResourceId, ResourceOwner};
use super::roots::ExpressionRoots;
use crate::expr::ExprValue;
use crate::history::{Call, RecordedInputClass, is_sendable_id};
use crate::suite::{AboutEntry, IdExpression};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

impl CallView {
    /// Reads the inputs of a call, with ids in place of handles. `input` is the class of the input.
    ///
    /// # Panics
    /// If the catalog lacks the operation: the history belongs to another suite.
    #[must_use]
    pub fn new(model: &Model, call: &Call, input: impl Into<RecordedInputClass>) -> CallView {
        let input: RecordedInputClass = input.into();
        let operation = model.operations.get(&call.operation).unwrap_or_else(|| {
            panic!("operation `{}` is not in the catalog; the history belongs to another suite", call.operation)
        });
        let map = |values: &BTreeMap<String, Value>| {
            ExprValue::Map(Arc::new(
                values.iter().map(|(name, value)| (Arc::from(name.as_str()), ExprValue::from(value))).collect(),
            ))
        };
        let mut asked = CallView {
            operation: call.operation.clone(),
            binding: call.binding.clone(),
            caller: call.caller.clone(),
            owner: ResourceOwner::from_caller(&call.caller),
            class: input.class,
            doubts: input.doubts,
            broken_keywords: input.broken_keywords,
            path: make_path_root(operation, &call.path),
            query: map(&call.query),
            header: make_header_root(model, &call.headers),
            body: call.body.as_ref().map_or(ExprValue::Null, ExprValue::from),
            version: ExprValue::Null,
            today: ExprValue::Str(Arc::from(model.today.as_str())),
            pools: model.pools.clone(),
            existing: Vec::new(),
        };
        if let Some(version) = &model.suite.version {
            asked.version = version.eval(&asked.expression_roots(model)).unwrap_or(ExprValue::Null);
        }
        let existing = operation.about.iter().enumerate().filter_map(|(index, about)| match &about.binding {
            IdExpression::Existing(expr) => {
                let value = expr.eval(&asked.expression_roots(model)).unwrap_or(ExprValue::Null);
                Some((index, read_ids(model, about.resource, &value)))
            }
            IdExpression::New(_) => None,
        });
        asked.existing = existing.collect();
        asked
    }

    pub(super) fn expression_roots<'a>(&'a self, model: &'a Model) -> ExpressionRoots<'a> {
        ExpressionRoots { model, call: self, resources: &[], reply: None, entry: None, world: None }
    }

    /// Ids that the response creates, by index into the operation's `about`. An id that no request can carry is
    /// left out: the resource exists, and no call can name it.
    #[must_use]
    pub fn read_created_ids(&self, model: &Model, heard: &OutcomeKind) -> Vec<(usize, Vec<ResourceId>)> {
        let OutcomeKind::Success(_, reply) = heard else { return Vec::new() };
        let about = &model.operations[&self.operation].about;
        let new = about.iter().enumerate().filter_map(|(index, about)| match &about.binding {
            IdExpression::New(expr) if about.told_by.is_none() => {
                let roots = ExpressionRoots { reply: Some(reply), ..self.expression_roots(model) };
                let value = expr.eval(&roots).unwrap_or(ExprValue::Null);
                let ids = read_ids(model, about.resource, &value).into_iter().flatten();
                Some((index, ids.filter(|id| is_sendable_id(&id.id)).collect()))
            }
            _ => None,
        });
        let mut born: Vec<(usize, Vec<ResourceId>)> = new.collect();
        born.extend(make_stand_in_ids(about, &born));
        born
    }
}

/// Whether a successful response gives a created resource an id that no request can carry, by index into the
/// operation's `about`.
pub(super) fn list_unsendable_creates(model: &Model, asked: &CallView, heard: &OutcomeKind) -> Vec<usize> {
    let OutcomeKind::Success(_, reply) = heard else { return Vec::new() };
    let about = model.operations[&asked.operation].about.iter().enumerate();
    let unsendable = |(index, about): (usize, &AboutEntry)| {
        let IdExpression::New(expr) = &about.binding else { return None };
        let roots = ExpressionRoots { reply: Some(reply), ..asked.expression_roots(model) };
        let value = expr.eval(&roots).ok()?;
        let mut ids = read_ids(model, about.resource, &value).into_iter().flatten();
        ids.any(|id| !is_sendable_id(&id.id)).then_some(index)
    };
    about.filter(|(_, about)| about.told_by.is_none()).filter_map(unsendable).collect()
}

/// The root `path`. A parameter that the pages describe as a whole number is a number, however the call writes it: on the
/// wire each parameter is text.
fn make_path_root(operation: &OperationModel, sent: &BTreeMap<String, Value>) -> ExprValue {
    let value = |name: &String, value: &Value| match value.as_str() {
        Some(text) if operation.number_parameters.contains(name) => parse_number_id(text),
        _ => ExprValue::from(value),
    };
    let values = sent.iter().map(|(name, sent)| (Arc::from(name.as_str()), value(name, sent)));
    ExprValue::Map(Arc::new(values.collect()))
}

/// The root `header`. HTTP header names are case-insensitive, and the names in a suite are not.
#[must_use]
pub fn make_header_root(model: &Model, sent: &BTreeMap<String, String>) -> ExprValue {
    let spelled = |name: &str| -> Arc<str> {
        let known = model.header_names.iter().find(|known| known.eq_ignore_ascii_case(name));
        Arc::from(known.map_or(name, String::as_str))
    };
    let headers = sent.iter().map(|(name, value)| (spelled(name), ExprValue::Str(Arc::from(value.as_str()))));
    ExprValue::Map(Arc::new(headers.collect()))
}

/// A stand-in id for each resource with a deferred id: one for each resource whose views show the id.
fn make_stand_in_ids(about: &[AboutEntry], born: &[(usize, Vec<ResourceId>)]) -> Vec<(usize, Vec<ResourceId>)> {
    let of = |(index, entry): (usize, &AboutEntry)| {
        let teller = about.iter().position(|other| Some(&other.name) == entry.told_by.as_ref())?;
        let (_, tellers) = born.iter().find(|(known, _)| *known == teller)?;
        let stand_in = |teller: &ResourceId| {
            let id = format!("the {} of {}", entry.name, teller.id);
            ResourceId { kind: entry.resource as u16, id: Arc::from(id.as_str()) }
        };
        Some((index, tellers.iter().map(stand_in).collect()))
    };
    about.iter().enumerate().filter_map(of).collect()
}

fn read_ids(model: &Model, kind: usize, value: &ExprValue) -> Vec<Option<ResourceId>> {
    let one = |value: &ExprValue| Some(ResourceId { kind: kind as u16, id: model.read_id(kind, value)? });
    match value {
        ExprValue::List(values) => values.iter().map(one).collect(),
        value => vec![one(value)],
    }
}

//! Types of the records that represent resources in expressions, derived from the responses that show the resources.

use super::expressions::{add_let_types, check_expression, report_type_errors};
use super::states::build_state_type;
use super::values::{RootTypes, infer_value_type, remove_null, widen_enum};
use crate::expr::{self, Expr, ExprValue, RecordField, ValueType};
use crate::suite::body_types::build_reply_type;
use crate::suite::lint::context::LintContext;
use crate::suite::lint::located_expressions::build_field_path;
use crate::suite::lint::merged_tree::way;
use crate::suite::types::{ResourceKind, ResourceView};
use std::collections::BTreeMap;

/// The record type of each resource kind, in the order of the suite.
pub(super) struct RecordTypes {
    fields: Vec<BTreeMap<String, RecordField>>,
    /// The type of the resource in the most complete view.
    shown: Vec<Option<ValueType>>,
}

impl RecordTypes {
    /// The record type of a resource kind, by index.
    pub fn get(&self, resource: usize) -> ValueType {
        ValueType::Record { fields: self.fields[resource].clone(), open: false }
    }

    /// The type that a field may have.
    pub fn find_field_type(&self, resource: usize, name: &str) -> Option<ValueType> {
        let field = self.fields[resource].get(name)?;
        let ty = field.ty.clone();
        Some(if field.optional { ty.or_null() } else { ty })
    }

    /// The type of `it`; `None` if no view shows the resource.
    pub fn find_shown_type(&self, resource: usize) -> Option<ValueType> {
        self.shown[resource].clone()
    }
}

/// Derives the record types, and reports problems of the views.
pub(super) fn read_record_types(lint: &mut LintContext) -> RecordTypes {
    let suite = lint.suite;
    let mut records = Vec::new();
    let mut whole = Vec::new();
    for (i, resource) in suite.resources.iter().enumerate() {
        let shown = list_shown_types(lint, resource);
        let mut fields = read_field_types(lint, i, resource, &shown);
        if let Some(state) = &resource.state {
            let states = build_state_type(lint, i, fields.get(state).map(|f| &f.ty));
            fields.insert(state.clone(), RecordField { ty: states, optional: false });
        }
        let own = [("id", ValueType::Str), ("rest", ValueType::Bool), ("seq", ValueType::Int)];
        fields.extend(own.map(|(name, ty)| (name.to_string(), RecordField { ty, optional: false })));
        for (name, first) in &resource.remembers {
            // A field that starts as null takes any value; a field that starts as a value keeps the type.
            let ty = if *first == ExprValue::Null { ValueType::Any } else { widen_enum(infer_value_type(first)) };
            fields.insert(name.clone(), RecordField { ty, optional: false });
        }
        records.push(fields);
        check_shown_expressions(lint, resource, &shown);
        let most = shown.into_iter().min_by_key(|(_, view, _)| (view.only.is_some(), view.each));
        whole.push(most.map(|(_, _, thing)| thing));
    }
    let records = RecordTypes { fields: records, shown: whole };
    check_shown_values(lint, &records);
    records
}

/// The type of the resource in each view.
fn list_shown_types<'a>(
    lint: &mut LintContext,
    resource: &'a ResourceKind,
) -> Vec<(&'a str, &'a ResourceView, ValueType)> {
    let mut shown = Vec::new();
    for (id, view) in &resource.views {
        let Some(operation) = lint.schemas.find_operation(id) else {
            continue;
        };
        let roots = RootTypes::from([("reply".to_string(), build_reply_type(lint.schemas, &operation.responses))]);
        let key = if view.each { "each" } else { "at" };
        let at = way!["resources", &resource.name, "views", id, key];
        let (whole, errors) = expr::check_types(&view.at, &roots);
        let wrong = !errors.is_empty();
        report_type_errors(lint, errors, &at);
        let each = Expr::parse(&format!("({})[0]", view.at.text())).ok().filter(|_| view.each);
        let thing = match &each {
            Some(first) => expr::check_types(first, &roots).0,
            None => whole,
        };
        if !wrong {
            shown.push((id.as_str(), view, remove_null(thing)));
        }
    }
    shown
}

fn read_field_types(
    lint: &mut LintContext,
    index: usize,
    resource: &ResourceKind,
    shown: &[(&str, &ResourceView, ValueType)],
) -> BTreeMap<String, RecordField> {
    let mut fields = BTreeMap::new();
    for (at, field) in resource.fields.iter().enumerate() {
        let mut types = Vec::new();
        let mut wrong = Vec::new();
        let showing = shown.iter().filter(|(_, view, _)| is_shown_in(view, &field.name));
        for (id, view, thing) in showing {
            let (ty, errors) = expr::check_types(&field.at, &build_it_roots(thing));
            match errors.into_iter().find(|e| e.severity == expr::TypeErrorSeverity::Error) {
                Some(error) => wrong.push((*id, view.place, error)),
                None => types.push(ty),
            }
        }
        if types.is_empty() && !wrong.is_empty() {
            let errors = wrong.drain(..).map(|(_, _, error)| error).take(1).collect();
            report_type_errors(lint, errors, &build_field_path(lint.suite, index, at));
        }
        for (id, place, error) in wrong {
            let message = format!("the response of `{id}` does not show `{}`: {}", field.name, error.message);
            let hint =
                "list the fields that the view shows under `only`, or the missing fields under `except`".to_string();
            lint.report_error(place, "unknown-field", message, Some(hint));
        }
        let ty = if types.is_empty() { ValueType::Any } else { ValueType::union(types) };
        fields.insert(field.name.clone(), RecordField { ty, optional: true });
    }
    fields
}

/// Checks `id` in every view, and `rest` in every view that shows all fields.
fn check_shown_expressions(
    lint: &mut LintContext,
    resource: &ResourceKind,
    shown: &[(&str, &ResourceView, ValueType)],
) {
    for (_, view, thing) in shown {
        let (_, errors) = expr::check_types(&resource.id, &build_it_roots(thing));
        report_type_errors(lint, errors, &way!["resources", &resource.name, "id"]);
        if let (Some(rest), None) = (&resource.rest, &view.only) {
            let roots = add_let_types(lint, &build_it_roots(thing), rest);
            let (_, errors) = expr::check_types(rest, &roots);
            report_type_errors(lint, errors, &way!["resources", &resource.name, "rest"]);
        }
        for shows in resource.shows.iter().filter(|s| is_shown_in(view, &s.name)) {
            let (_, errors) = expr::check_types(&shows.at, &build_it_roots(thing));
            report_type_errors(lint, errors, &way!["resources", &resource.name, "shows", &shows.name, "at"]);
        }
    }
}

fn check_shown_values(lint: &mut LintContext, records: &RecordTypes) {
    let suite = lint.suite;
    for (i, resource) in suite.resources.iter().enumerate() {
        let own = RootTypes::from([(resource.name.clone(), records.get(i))]);
        for shows in &resource.shows {
            let at = way!["resources", &resource.name, "shows", &shows.name, "in"];
            check_expression(lint, &own, &shows.among, &at);
        }
    }
}

fn is_shown_in(view: &ResourceView, name: &str) -> bool {
    view.only.as_ref().is_none_or(|only| only.iter().any(|n| n == name))
}

fn build_it_roots(thing: &ValueType) -> RootTypes {
    RootTypes::from([("it".to_string(), thing.clone())])
}

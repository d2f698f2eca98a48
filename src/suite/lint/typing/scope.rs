//! The roots of expressions about a call, with their types.

use super::records::RecordTypes;
use super::values::{RootTypes, build_open_record, build_parameters_type, build_pools_type};
use crate::expr::{self, RecordField, ValueType};
use crate::schema::catalog::Operation;
use crate::suite::body_types::{build_body_type, build_reply_type};
use crate::suite::lint::context::LintContext;
use crate::suite::lint::located_expressions::{ExpressionRole, LocatedExpression};
use crate::suite::types::{AboutEntry, Suite};

/// The roots of the `version` expression.
pub(super) fn build_version_roots() -> RootTypes {
    RootTypes::from([("header".to_string(), build_open_record()), ("binding".to_string(), ValueType::Str)])
}

pub(super) fn build_call_roots(lint: &LintContext, records: &RecordTypes, operation: &Operation) -> RootTypes {
    let suite = lint.suite;
    let names = |names: &[&str]| ValueType::Enum(names.iter().map(|n| n.to_string()).collect());
    let operations = lint.schemas.catalog.operations.iter().map(|o| o.id.clone()).collect();
    let bindings = operation.bindings.iter().map(|binding| binding.id.clone()).collect();
    let version = match &suite.version {
        Some(expr) => expr::check_types(expr, &build_version_roots()).0.or_null(),
        None => ValueType::Null,
    };
    let world = suite.resources.iter().enumerate().map(|(i, resource)| {
        let all = ValueType::List(Box::new(records.get(i)));
        (resource.name.clone(), RecordField { ty: all, optional: false })
    });
    let mut roots = RootTypes::from([
        ("path".to_string(), build_parameters_type(&operation.path)),
        ("query".to_string(), build_parameters_type(&operation.query)),
        // Headers are open: an operation's table seldom lists the header with the version.
        ("header".to_string(), build_open_record()),
        ("body".to_string(), build_body_type(lint.schemas, &operation.requests)),
        ("reply".to_string(), build_reply_type(lint.schemas, &operation.responses)),
        ("pools".to_string(), build_pools_type(suite)),
        ("caller".to_string(), names(&["owner", "other", "expired", "forged", "none"])),
        ("input".to_string(), names(&["valid", "doubtful", "invalid"])),
        ("op".to_string(), ValueType::Enum(operations)),
        ("binding".to_string(), ValueType::Enum(bindings)),
        ("version".to_string(), version),
        ("today".to_string(), ValueType::Str),
        ("world".to_string(), ValueType::Record { fields: world.collect(), open: false }),
    ]);
    for about in suite.about.get(&operation.id).into_iter().flatten() {
        roots.insert(about.name.clone(), records.get(about.resource).or_null());
    }
    roots
}

/// The roots after acceptance: every resource exists.
pub(super) fn require_existing_resources(
    suite: &Suite,
    records: &RecordTypes,
    operation: &str,
    roots: &RootTypes,
) -> RootTypes {
    let mut roots = roots.clone();
    for about in suite.about.get(operation).into_iter().flatten() {
        roots.insert(about.name.clone(), records.get(about.resource));
    }
    roots
}

/// The roots, extended by the name of each resource in an effect on resources that the call does not name.
pub(super) fn add_selected_resource(roots: &RootTypes, records: &RecordTypes, spoken: &LocatedExpression) -> RootTypes {
    let mut roots = roots.clone();
    if let ExpressionRole::Becomes(effect) = spoken.role
        && let Some(each) = effect.target.get_selection()
    {
        roots.insert(each.name.clone(), records.get(each.resource));
    }
    roots
}

/// The root `it` for a resource whose id is shown by another resource: the other resource as its views show it.
pub(super) fn build_told_by_roots(
    lint: &LintContext,
    records: &RecordTypes,
    operation: &str,
    about: &AboutEntry,
) -> Option<RootTypes> {
    let teller = about.told_by.as_ref()?;
    let teller = lint.suite.about.get(operation)?.iter().find(|other| other.name == *teller)?;
    Some(RootTypes::from([("it".to_string(), records.find_shown_type(teller.resource)?)]))
}

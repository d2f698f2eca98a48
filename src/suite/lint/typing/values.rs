//! Types from schemas, parameters and values.

use crate::expr::{self, Expr, ExprValue, RecordField, ValueType};
use crate::schema::catalog::{OperationBody, OperationParameter};
use crate::suite::lint::context::LintContext;
use crate::suite::types::Suite;
use std::collections::BTreeMap;

/// The roots of an expression, with their types.
pub(super) type RootTypes = BTreeMap<String, ValueType>;

pub(super) fn build_parameters_type(parameters: &[OperationParameter]) -> ValueType {
    let field = |p: &OperationParameter| {
        (p.name.clone(), RecordField { ty: ValueType::from_schema(&p.schema), optional: !p.required })
    };
    ValueType::Record { fields: parameters.iter().map(field).collect(), open: false }
}

/// The type of the body of an accepted call: suites read no bodies of refusals.
pub(super) fn build_reply_type(lint: &LintContext, responses: &[OperationBody]) -> ValueType {
    let refuses = |body: &&OperationBody| !body.statuses.is_empty() && body.statuses.iter().all(|it| *it >= 300);
    let accepting: Vec<OperationBody> = responses.iter().filter(|body| !refuses(body)).cloned().collect();
    build_body_type(lint, &accepting)
}

/// The union of the documented bodies; null without a documented body.
pub(super) fn build_body_type(lint: &LintContext, bodies: &[OperationBody]) -> ValueType {
    let files: BTreeMap<&str, &crate::schema::CompiledSchema> = lint.schemas.bodies().collect();
    let ty = |body: &OperationBody| match &body.schema {
        Some(name) => files.get(name.as_str()).map_or(ValueType::Any, |shape| ValueType::from_schema(&shape.schema)),
        None => ValueType::Null,
    };
    if bodies.is_empty() { ValueType::Null } else { ValueType::union(bodies.iter().map(ty)) }
}

/// The types of the pools. A profile replaces the values, so only the kind of value counts.
pub(super) fn build_pools_type(suite: &Suite) -> ValueType {
    let pool = |(name, vals): (&String, &Vec<ExprValue>)| {
        let items = ValueType::union(vals.iter().map(|val| widen_enum(infer_value_type(val))));
        let ty = if vals.is_empty() { ValueType::Any } else { items };
        (name.clone(), RecordField { ty: ValueType::List(Box::new(ty)), optional: false })
    };
    ValueType::Record { fields: suite.pools.iter().map(pool).collect(), open: false }
}

pub(super) fn infer_value_type(val: &ExprValue) -> ValueType {
    expr::check_types(&Expr::from_literal(val.clone()), &RootTypes::new()).0
}

pub(super) fn widen_enum(ty: ValueType) -> ValueType {
    if matches!(ty, ValueType::Enum(_)) { ValueType::Str } else { ty }
}

pub(super) fn remove_null(ty: ValueType) -> ValueType {
    match ty {
        ValueType::Union(types) => ValueType::union(types.into_iter().filter(|t| *t != ValueType::Null)),
        ValueType::Null => ValueType::Never,
        other => other,
    }
}

pub(super) fn build_open_record() -> ValueType {
    ValueType::Record { fields: BTreeMap::new(), open: true }
}

//! Types from schemas, parameters and values.

use crate::expr::{self, Expr, ExprValue, RecordField, ValueType};
use crate::schema::catalog::OperationParameter;
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

//! Types from schemas, parameters and values.

use crate::expr::{self, Expr, Field, Type, Val};
use crate::schema::catalog::{Body, Parameter};
use crate::suite::lint::context::Lint;
use crate::suite::types::Suite;
use std::collections::BTreeMap;

/// The roots of an expression, with their types.
pub(super) type Roots = BTreeMap<String, Type>;

pub(super) fn parameters(parameters: &[Parameter]) -> Type {
    let field = |p: &Parameter| (p.name.clone(), Field { ty: Type::from_schema(&p.schema), optional: !p.required });
    Type::Record { fields: parameters.iter().map(field).collect(), open: false }
}

/// The union of the documented bodies; null without a documented body.
pub(super) fn body(lint: &Lint, bodies: &[Body]) -> Type {
    let files: BTreeMap<&str, &crate::schema::Shape> = lint.schemas.bodies().collect();
    let ty = |body: &Body| match &body.schema {
        Some(name) => files.get(name.as_str()).map_or(Type::Any, |shape| Type::from_schema(&shape.schema)),
        None => Type::Null,
    };
    if bodies.is_empty() { Type::Null } else { Type::union(bodies.iter().map(ty)) }
}

/// The types of the pools. A profile replaces the values, so only the kind of value counts.
pub(super) fn pools(suite: &Suite) -> Type {
    let pool = |(name, vals): (&String, &Vec<Val>)| {
        let items = Type::union(vals.iter().map(|val| widened(of_val(val))));
        let ty = if vals.is_empty() { Type::Any } else { items };
        (name.clone(), Field { ty: Type::List(Box::new(ty)), optional: false })
    };
    Type::Record { fields: suite.pools.iter().map(pool).collect(), open: false }
}

pub(super) fn of_val(val: &Val) -> Type {
    expr::check(&Expr::literal(val.clone()), &Roots::new()).0
}

pub(super) fn widened(ty: Type) -> Type {
    if matches!(ty, Type::Enum(_)) { Type::Str } else { ty }
}

pub(super) fn not_null(ty: Type) -> Type {
    match ty {
        Type::Union(types) => Type::union(types.into_iter().filter(|t| *t != Type::Null)),
        Type::Null => Type::Never,
        other => other,
    }
}

pub(super) fn open_record() -> Type {
    Type::Record { fields: BTreeMap::new(), open: true }
}

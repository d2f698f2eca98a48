//! Checks one expression and reports its problems.

use super::values::{Roots, of_val};
use crate::expr::{self, Expr, Type};
use crate::suite::lint::context::Lint;
use crate::suite::lint::spots::{Step, way};
use crate::suite::place::Place;
use crate::suite::types::Let;

/// Checks an expression, reports the problems, and returns the type of the value.
pub(super) fn expression(lint: &mut Lint, roots: &Roots, expr: &Expr, at: &[Step]) -> Type {
    let roots = with_lets(lint, roots, expr);
    let (ty, errors) = expr::check(expr, &roots);
    tell(lint, errors, at);
    ty
}

pub(super) fn tell(lint: &mut Lint, errors: Vec<expr::TypeError>, at: &[Step]) {
    for error in errors {
        let place = lint.spots.inside(at, error.offset);
        tell_at(lint, place, error);
    }
}

pub(super) fn tell_at(lint: &mut Lint, place: Place, error: expr::TypeError) {
    match error.severity {
        expr::Severity::Error => lint.error(place, "ill-typed", error.message, error.hint),
        expr::Severity::Warning => lint.warn(place, "may-be-absent", error.message, error.hint),
    }
}

/// The roots, extended by the names under `let` that the expression reads, each with its type for these roots.
pub(super) fn with_lets(lint: &mut Lint, roots: &Roots, expr: &Expr) -> Roots {
    let mut all = roots.clone();
    for name in expr.roots() {
        if let Some(entry) = lint.suite.lets.get(name.as_ref()) {
            let ty = match entry {
                Let::Constant(val) => of_val(val),
                Let::Expression(inner) => expression(lint, roots, inner, &way!["let", name.as_ref()]),
            };
            all.insert(name.to_string(), ty);
        }
    }
    all
}

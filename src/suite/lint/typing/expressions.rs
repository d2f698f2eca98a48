//! Checks one expression and reports its problems.

use super::values::{RootTypes, infer_value_type};
use crate::expr::{self, Expr, ValueType};
use crate::suite::lint::context::LintContext;
use crate::suite::lint::merged_tree::{YamlPathStep, way};
use crate::suite::place::SuitePlace;
use crate::suite::types::LetDefinition;

/// Checks an expression, reports the problems, and returns the type of the value.
pub(super) fn check_expression(
    lint: &mut LintContext,
    roots: &RootTypes,
    expr: &Expr,
    at: &[YamlPathStep],
) -> ValueType {
    let roots = add_let_types(lint, roots, expr);
    let (ty, errors) = expr::check_types(expr, &roots);
    report_type_errors(lint, errors, at);
    ty
}

pub(super) fn report_type_errors(lint: &mut LintContext, errors: Vec<expr::ExprTypeError>, at: &[YamlPathStep]) {
    for error in errors {
        let place = lint.tree.locate_offset(at, error.offset);
        report_type_error_at(lint, place, error);
    }
}

pub(super) fn report_type_error_at(lint: &mut LintContext, place: SuitePlace, error: expr::ExprTypeError) {
    match error.severity {
        expr::TypeErrorSeverity::Error => lint.report_error(place, "ill-typed", error.message, error.hint),
        expr::TypeErrorSeverity::Warning => lint.report_warning(place, "may-be-absent", error.message, error.hint),
    }
}

/// The roots, extended by the names under `let` that the expression reads, each with its type for these roots.
pub(super) fn add_let_types(lint: &mut LintContext, roots: &RootTypes, expr: &Expr) -> RootTypes {
    let mut all = roots.clone();
    for name in expr.roots() {
        if let Some(entry) = lint.suite.lets.get(name.as_ref()) {
            let ty = match entry {
                LetDefinition::Constant(val) => infer_value_type(val),
                LetDefinition::Expression(inner) => check_expression(lint, roots, inner, &way!["let", name.as_ref()]),
            };
            all.insert(name.to_string(), ty);
        }
    }
    all
}

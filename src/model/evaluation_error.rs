//! The error of an expression of a suite that fails on valid input.

use super::compile::Model;
use crate::expr::{EvalFailure, Expr, ExprEvalError, ExprValue};

/// An expression of a suite that fails on valid input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: `{expression}` cannot be evaluated: {message}")]
pub struct SuiteEvaluationError {
    /// File of the suite.
    pub file: String,
    /// Line in the file.
    pub line: u32,
    /// Text of the expression.
    pub expression: String,
    /// The cause.
    pub message: String,
    /// The kind of the cause.
    pub failure: EvalFailure,
}

impl SuiteEvaluationError {
    /// `line` counts through all files of the suite.
    pub(super) fn new(model: &Model, line: u32, expr: &Expr, error: ExprEvalError) -> SuiteEvaluationError {
        let (file, line) = model.suite.files.find_file(line);
        let ExprEvalError { message, failure, .. } = error;
        SuiteEvaluationError { file: file.to_string(), line, expression: expr.text().to_string(), message, failure }
    }

    /// A condition with a value that is neither true nor false.
    pub(super) fn no_truth(model: &Model, line: u32, expr: &Expr, value: &ExprValue) -> SuiteEvaluationError {
        let message = format!("the condition must be true or false, but it is {value}");
        let error = ExprEvalError { offset: 0, message, failure: EvalFailure::WrongKind };
        SuiteEvaluationError::new(model, line, expr, error)
    }
}

//! The errors of parsing, evaluating and type checking.

use thiserror::Error;

/// Why a text is not an expression.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message} (at byte {offset})")]
pub struct ExprParseError {
    /// Byte offset into the text; at most the length of the text.
    pub offset: usize,
    /// The defect.
    pub message: String,
}

impl ExprParseError {
    pub(super) fn new(offset: usize, message: impl Into<String>) -> ExprParseError {
        ExprParseError { offset, message: message.into() }
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message} (at byte {offset})")]
pub struct ExprEvalError {
    /// Byte offset into the text of the expression.
    pub offset: usize,
    /// The failure.
    pub message: String,
    /// The kind of the failure.
    pub failure: EvalFailure,
}

/// The kind of an [`ExprEvalError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvalFailure {
    /// An operand has a kind that the operator or the function does not take, or a name is unknown.
    WrongKind,
    /// The operands have the right kinds, but no result: a division by zero, an overflow, a text that is no number, or
    /// too much work.
    MissingValue,
    /// An index is outside of a list.
    OutsideOfList,
}

/// A finding of the type check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprTypeError {
    /// Byte offset into the text of the expression.
    pub offset: usize,
    /// The defect or the risk.
    pub message: String,
    /// A likely correction.
    pub hint: Option<String>,
    /// Whether the defect is certain.
    pub severity: TypeErrorSeverity,
}

/// The severity of a [`ExprTypeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeErrorSeverity {
    /// The expression can fail for documents that the types allow.
    Warning,
    /// The expression fails, or is constant by mistake, for every document.
    Error,
}

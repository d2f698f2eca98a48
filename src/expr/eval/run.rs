//! The state of one evaluation, its limit on work, and its errors.

use std::cell::Cell;
use std::sync::Arc;

use crate::expr::ast::ExprNode;
use crate::expr::compare::{KnownTruth, UnplacedError};
use crate::expr::error::ExprEvalError;
use crate::expr::value::ExprValue;

/// Most work of one evaluation: visited nodes, and copied or compared elements.
const FUEL: usize = 100_000;

/// An evaluation in progress.
pub(super) struct Evaluator<'e, S> {
    names: &'e [Arc<str>],
    slots: S,
    /// Remaining work.
    fuel: Cell<usize>,
}

/// The variable of an enclosing loop, and the frames outside of the loop.
pub(super) struct LoopFrame<'f> {
    pub val: &'f ExprValue,
    pub outer: Option<&'f LoopFrame<'f>>,
}

/// A value during evaluation: borrowed where possible, because counting references slows guards down.
pub(super) enum MaybeOwnedValue<'f> {
    At(&'f ExprValue),
    New(ExprValue),
}

impl MaybeOwnedValue<'_> {
    pub(super) fn val(&self) -> &ExprValue {
        match self {
            MaybeOwnedValue::At(val) => val,
            MaybeOwnedValue::New(val) => val,
        }
    }

    pub(super) fn into_val(self) -> ExprValue {
        match self {
            MaybeOwnedValue::At(val) => val.clone(),
            MaybeOwnedValue::New(val) => val,
        }
    }
}

/// The error is boxed, because every step returns a result and few steps fail.
pub(super) type EvalResult<T> = Result<T, Box<ExprEvalError>>;

pub(super) static NULL: ExprValue = ExprValue::Null;
pub(super) static UNKNOWN: ExprValue = ExprValue::Unknown;

impl<'e, S: Fn(usize) -> Option<&'e ExprValue>> Evaluator<'e, S> {
    pub(super) fn new(names: &'e [Arc<str>], slots: S) -> Evaluator<'e, S> {
        Evaluator { names, slots, fuel: Cell::new(FUEL) }
    }

    /// Spends work; an error without remaining work.
    pub(super) fn charge_work(&self, node: &ExprNode, work: usize) -> EvalResult<()> {
        match self.fuel.get().checked_sub(work) {
            Some(left) => {
                self.fuel.set(left);
                Ok(())
            }
            None => {
                self.fuel.set(0);
                Err(no_value_at(node, format!("the expression needs more than {FUEL} units of work")))
            }
        }
    }

    /// The value of a root.
    pub(super) fn read_root(&self, node: &ExprNode, slot: usize) -> EvalResult<&'e ExprValue> {
        match (self.slots)(slot) {
            Some(val) => Ok(val),
            None => Err(error_at(node, format!("there is no {}", self.names[slot]))),
        }
    }
}

/// The truth of a junction without a deciding term.
pub(super) fn decide_junction(
    decides: bool,
    unknown: bool,
    failed: Option<Box<ExprEvalError>>,
) -> EvalResult<KnownTruth> {
    match failed {
        _ if unknown => Ok(None),
        Some(why) => Err(why),
        None => Ok(Some(!decides)),
    }
}

/// An operand of a wrong kind at a node.
pub(super) fn error_at(node: &ExprNode, message: impl Into<String>) -> Box<ExprEvalError> {
    place_error(node)(UnplacedError::wrong_kind(message.into()))
}

/// Operands without a value at a node.
pub(super) fn no_value_at(node: &ExprNode, message: impl Into<String>) -> Box<ExprEvalError> {
    place_error(node)(UnplacedError::no_value(message.into()))
}

/// Adds the offset of a node to an error.
pub(super) fn place_error(node: &ExprNode) -> impl Fn(UnplacedError) -> Box<ExprEvalError> + '_ {
    move |UnplacedError { message, failure }| Box::new(ExprEvalError { offset: node.at as usize, message, failure })
}

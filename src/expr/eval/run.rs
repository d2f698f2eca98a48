//! The state of one evaluation, its limit on work, and its errors.

use std::cell::Cell;
use std::sync::Arc;

use crate::expr::ast::Node;
use crate::expr::compare::{Failure, Truth};
use crate::expr::error::EvalError;
use crate::expr::value::Val;

/// Most work of one evaluation: visited nodes, and copied or compared elements.
const FUEL: usize = 100_000;

/// An evaluation in progress.
pub(super) struct Run<'e, S> {
    names: &'e [Arc<str>],
    slots: S,
    /// Remaining work.
    fuel: Cell<usize>,
}

/// The variable of an enclosing loop, and the frames outside of the loop.
pub(super) struct Frame<'f> {
    pub val: &'f Val,
    pub outer: Option<&'f Frame<'f>>,
}

/// A value during evaluation: borrowed where possible, because counting references slows guards down.
pub(super) enum Found<'f> {
    At(&'f Val),
    New(Val),
}

impl Found<'_> {
    pub(super) fn val(&self) -> &Val {
        match self {
            Found::At(val) => val,
            Found::New(val) => val,
        }
    }

    pub(super) fn into_val(self) -> Val {
        match self {
            Found::At(val) => val.clone(),
            Found::New(val) => val,
        }
    }
}

/// The error is boxed, because every step returns a result and few steps fail.
pub(super) type Step<T> = Result<T, Box<EvalError>>;

pub(super) static NULL: Val = Val::Null;
pub(super) static UNKNOWN: Val = Val::Unknown;

impl<'e, S: Fn(usize) -> Option<&'e Val>> Run<'e, S> {
    pub(super) fn new(names: &'e [Arc<str>], slots: S) -> Run<'e, S> {
        Run { names, slots, fuel: Cell::new(FUEL) }
    }

    /// Spends work; an error without remaining work.
    pub(super) fn charge(&self, node: &Node, work: usize) -> Step<()> {
        match self.fuel.get().checked_sub(work) {
            Some(left) => {
                self.fuel.set(left);
                Ok(())
            }
            None => {
                self.fuel.set(0);
                Err(error(node, format!("the expression needs more than {FUEL} units of work")))
            }
        }
    }

    /// The value of a root.
    pub(super) fn root(&self, node: &Node, slot: usize) -> Step<&'e Val> {
        match (self.slots)(slot) {
            Some(val) => Ok(val),
            None => Err(error(node, format!("there is no {}", self.names[slot]))),
        }
    }
}

/// The truth of a junction without a deciding term.
pub(super) fn settled(decides: bool, unknown: bool, failed: Option<Box<EvalError>>) -> Step<Truth> {
    match failed {
        _ if unknown => Ok(None),
        Some(why) => Err(why),
        None => Ok(Some(!decides)),
    }
}

/// An error at a node.
pub(super) fn error(node: &Node, message: impl Into<String>) -> Box<EvalError> {
    Box::new(EvalError { offset: node.at as usize, message: message.into() })
}

/// Adds the offset of a node to an error.
pub(super) fn at(node: &Node) -> impl Fn(Failure) -> Box<EvalError> + '_ {
    move |message| error(node, message)
}

//! An exchange as expressions read it.

use super::call_view::CallView;
use super::compile::Model;
use super::outcome_kind::OutcomeKind;
use crate::history::{Exchange, RecordedInputClass};

/// An exchange with its call and its reply as expressions read them. Both are converted once, and every part that
/// judges the exchange takes this.
#[derive(Debug, Clone)]
pub struct InterpretedExchange<'a> {
    /// The exchange, as recorded.
    pub exchange: &'a Exchange,
    /// The inputs of the call.
    pub call: CallView,
    /// The outcome.
    pub reply: OutcomeKind,
}

impl<'a> InterpretedExchange<'a> {
    /// Interprets an exchange. `input` is the class of the input.
    ///
    /// # Panics
    /// If the catalog lacks the operation: the history belongs to another suite.
    #[must_use]
    pub fn new(model: &Model, exchange: &'a Exchange, input: impl Into<RecordedInputClass>) -> InterpretedExchange<'a> {
        InterpretedExchange {
            exchange,
            call: CallView::new(model, &exchange.call, input),
            reply: OutcomeKind::classify(&exchange.outcome),
        }
    }
}

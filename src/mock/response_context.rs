//! The context of one call.

use super::mutant::{Kind, Mutant};
use super::tempo::Tempo;
use crate::model::{Asked, Generated, Model};
use crate::schema::Schemas;

/// The suite, the call, and the fault of the mock.
#[derive(Debug, Clone, Copy)]
pub struct Press<'a> {
    /// The suite.
    pub model: &'a Model,
    /// The documented shapes of responses.
    pub schemas: &'a Schemas,
    /// The call.
    pub call: &'a Asked,
    /// The requested API version.
    pub version: Option<&'a str>,
    /// The fault of the mock.
    pub fault: Option<&'a Mutant>,
    /// How fast resources change.
    pub tempo: &'a Tempo,
}

impl Press<'_> {
    /// How the mock breaks a generated clause; none if the mock keeps the clause.
    pub(super) fn broken(&self, generated: &Generated) -> Option<&Kind> {
        let mutant = self.fault?;
        (mutant.clause == self.model.generated(generated)).then_some(&mutant.kind)
    }
}

//! The context of one call.

use super::mutant::{FaultKind, Mutant};
use super::tempo::Tempo;
use crate::model::{CallView, GeneratedClause, Model};
use crate::schema::CompiledCatalog;

/// The suite, the call, and the fault of the mock.
#[derive(Debug, Clone, Copy)]
pub struct ResponseContext<'a> {
    /// The suite.
    pub model: &'a Model,
    /// The documented shapes of responses.
    pub schemas: &'a CompiledCatalog,
    /// The call.
    pub call: &'a CallView,
    /// The requested API version.
    pub version: Option<&'a str>,
    /// The fault of the mock.
    pub fault: Option<&'a Mutant>,
    /// How fast resources change.
    pub tempo: &'a Tempo,
}

impl ResponseContext<'_> {
    /// How the mock breaks a generated clause; none if the mock keeps the clause.
    pub(super) fn find_fault(&self, generated: &GeneratedClause) -> Option<&FaultKind> {
        let mutant = self.fault?;
        (mutant.clause == self.model.generated_clause(generated)).then_some(&mutant.kind)
    }
}

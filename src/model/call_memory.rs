//! What a belief remembers of a plan's calls, to explain a later deviation.

use super::call_view::CallView;
use super::compile::Model;
use super::evidence::CallReference;
use super::interpreted_exchange::InterpretedExchange;
use super::observation::ResponseObservations;
use super::outcome_kind::OutcomeKind;
use super::possible_state::PossibleState;
use super::resource_state::ResourceId;
use crate::history::Exchange;
use crate::suite::IdExpression;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most remembered calls of a plan.
const CALLS_MAX: usize = 64;
/// Most remembered possible states before one call.
const STATES_MAX: usize = 8;

/// The calls with possible changes, and the last response that showed each field. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct CallMemory {
    /// The last calls with possible changes, in the order of sending.
    calls: Vec<Arc<RememberedCall>>,
    /// By resource, the response that last showed each field.
    shown: BTreeMap<ResourceId, Vec<Option<Arc<ShownAt>>>>,
}

/// A call with possible changes.
#[derive(Debug)]
pub(super) struct RememberedCall {
    pub reference: CallReference,
    pub asked: CallView,
    /// Some of the possible states before the call.
    pub before: Vec<PossibleState>,
    /// Resource kinds of which unknown resources may exist.
    pub unknown_kinds: Vec<usize>,
    /// The status, if the call was refused.
    pub refused: Option<u16>,
    /// Resources that the call created.
    pub created: Vec<ResourceId>,
}

/// A response that showed a field.
#[derive(Debug)]
pub(super) struct ShownAt {
    pub call: CallReference,
    /// When the response arrived, in milliseconds.
    pub received_ms: u64,
}

impl CallReference {
    pub(super) fn from_exchange(exchange: &Exchange) -> CallReference {
        CallReference { exchange: exchange.number, step: exchange.step, operation: exchange.call.operation.clone() }
    }
}

impl CallMemory {
    /// The response that last showed a field, or any field.
    pub fn find_shown(&self, id: &ResourceId, field: Option<usize>) -> Option<&ShownAt> {
        let fields = self.shown.get(id)?;
        match field {
            Some(field) => fields.get(field)?.as_deref(),
            None => fields.iter().flatten().map(AsRef::as_ref).max_by_key(|shown| shown.call.exchange),
        }
    }

    /// The calls after an exchange that may have changed a resource, the last call first.
    pub fn list_calls_after<'a>(
        &'a self,
        exchange: Option<u64>,
        changes: impl Fn(&RememberedCall) -> bool + 'a,
    ) -> impl Iterator<Item = &'a RememberedCall> {
        let later = move |call: &&RememberedCall| exchange.is_none_or(|shown| call.reference.exchange > shown);
        self.calls.iter().rev().map(AsRef::as_ref).filter(later).filter(move |call| changes(call))
    }

    /// The call with an exchange's number.
    pub fn find_call(&self, exchange: u64) -> Option<&CallReference> {
        self.calls.iter().map(|call| &call.reference).find(|call| call.exchange == exchange)
    }

    /// Remembers a call with possible changes, before the call is judged.
    pub fn remember_call(
        &mut self,
        model: &Model,
        interpreted: &InterpretedExchange<'_>,
        (before, unknown_kinds): (&[PossibleState], &[usize]),
        created: &[(usize, Vec<ResourceId>)],
    ) {
        let InterpretedExchange { exchange, call: asked, reply: heard } = interpreted;
        let operation = &model.operations[&asked.operation];
        let creates = operation.about.iter().any(|about| matches!(about.binding, IdExpression::New(_)));
        if !operation.changes && !creates {
            return;
        }
        let refused = match heard {
            OutcomeKind::Refusal(status) => Some(*status),
            _ => None,
        };
        if self.calls.len() >= CALLS_MAX {
            self.calls.remove(0);
        }
        self.calls.push(Arc::new(RememberedCall {
            reference: CallReference::from_exchange(exchange),
            asked: asked.clone(),
            before: before.iter().take(STATES_MAX).cloned().collect(),
            unknown_kinds: unknown_kinds.to_vec(),
            refused,
            created: created.iter().flat_map(|(_, ids)| ids.iter().cloned()).collect(),
        }));
    }

    /// Remembers which fields a response showed, after the response is judged.
    pub fn remember_shown(&mut self, exchange: &Exchange, seen: &ResponseObservations) {
        if seen.resources.is_empty() {
            return;
        }
        let shown =
            Arc::new(ShownAt { call: CallReference::from_exchange(exchange), received_ms: exchange.received_ms });
        for sight in &seen.resources {
            let fields = self.shown.entry(sight.id.clone()).or_default();
            fields.resize(sight.fields.len(), None);
            for (field, value) in fields.iter_mut().zip(&sight.fields) {
                if value.is_some() {
                    *field = Some(Arc::clone(&shown));
                }
            }
        }
    }
}

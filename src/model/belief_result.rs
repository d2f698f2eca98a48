//! A belief as the result of calls whose order is unknown: what tells it apart, and how to give up a call.

use super::belief::Belief;
use super::interpreted_exchange::InterpretedExchange;
use super::outcome_kind::OutcomeKind;
use super::possible_state::PossibleState;

/// What tells beliefs apart: the possible states of each factor, and the kinds of unknown resources.
pub type BeliefKey = (Vec<Vec<PossibleState>>, Vec<usize>);

impl Belief {
    /// What tells the belief apart from others. The counts of clauses do not.
    #[must_use]
    pub fn make_key(&self) -> BeliefKey {
        (self.factors.iter().map(|factor| factor.states.clone()).collect(), self.unknown_kinds.clone())
    }

    /// Makes every resource that a call names, reads or creates undetermined, because nobody knows what the call did.
    pub fn forget_call(&mut self, interpreted: &InterpretedExchange<'_>) {
        let InterpretedExchange { exchange, call, reply } = interpreted;
        if *reply == OutcomeKind::NotExecuted {
            return;
        }
        self.learn_deferred_ids(call, reply);
        let model = self.model.clone();
        let created = call.read_created_ids(&model, reply);
        self.release_created_ids(&created, exchange.received_ms);
        let created = self.retain_new_ids(created);
        self.give_up_call(exchange, call, &created);
        self.seq = self.seq.saturating_add(created.iter().map(|(_, ids)| ids.len() as u32).sum());
        if !matches!(reply, OutcomeKind::Success(..) | OutcomeKind::Refusal(_)) {
            self.note_unknown_kinds(call);
        }
        self.expect_deferred_ids(call, &created);
    }
}

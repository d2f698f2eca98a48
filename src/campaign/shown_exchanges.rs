//! Emits each exchange of a plan as soon as it is recorded.

use super::campaign_state::CampaignState;
use super::event::CampaignEvent;
use super::online_judge::OnlineJudge;
use crate::history::{Call, Exchange};
use crate::plan_execution::{ExchangeInterpreter, FoundIds};
use std::time::Duration;

/// The judge of a plan, with the listener of the campaign before it. The listener gets the whole body of the response,
/// which nobody keeps.
pub(super) struct ShownExchanges<'a, 's> {
    pub judge: &'a mut OnlineJudge,
    pub state: &'a CampaignState<'s>,
    /// Number of the plan.
    pub plan: u64,
}

impl ExchangeInterpreter for ShownExchanges<'_, '_> {
    fn find_ids(&self, exchange: &Exchange) -> FoundIds {
        self.judge.find_ids(exchange)
    }

    fn classify_input(&self, exchange: &mut Exchange) {
        self.judge.classify_input(exchange);
    }

    fn explains_refusal(&self, exchange: &Exchange, status: u16) -> bool {
        self.judge.explains_refusal(exchange, status)
    }

    fn observe_exchange(&mut self, exchange: &Exchange) {
        self.state.emit_event(&CampaignEvent::Exchanged { plan: self.plan, exchange });
        self.judge.observe_exchange(exchange);
    }

    fn list_unsettled_reads(&self, step_index: usize) -> Vec<Call> {
        self.judge.list_unsettled_reads(step_index)
    }

    fn is_waiting_for_time(&self, step_index: usize) -> bool {
        self.judge.is_waiting_for_time(step_index)
    }

    fn find_bound(&self, step_index: usize) -> Option<Duration> {
        self.judge.find_bound(step_index)
    }
}

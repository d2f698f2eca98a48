//! Takes in a plan that an earlier part of the run carried out: its exchanges are judged and its steps covered as if they had
//! been sent now, and nothing is sent. Where the record comes from is unknown to the module.

use super::{PlanResult, RunningPlan};
use crate::campaign::campaign_state::CampaignState;
use crate::campaign::earlier_part::EarlierPlan;
use crate::history::{Exchange, HistoryReadError};
use crate::model::Belief;
use crate::plan::Step;
use crate::plan_execution::ExchangeInterpreter;

/// The result of a plan of an earlier part, without its stop and its leftovers: the run goes on, and the leftovers of the
/// part are deleted before.
///
/// # Errors
/// If the exchanges cannot be read.
pub(in crate::campaign) fn take_earlier_plan(
    share: &CampaignState<'_>,
    earlier: EarlierPlan,
) -> Result<PlanResult, HistoryReadError> {
    let site = share.env;
    let number = earlier.history.header.plan;
    let endpoint = (site.endpoint)(number);
    let context = site.make_environment_outside_plans(endpoint.as_ref());
    let mut plan = RunningPlan::new(share, &context, number, None);
    plan.take_steps(&earlier)?;
    let account = earlier.account;
    share.waits.borrow_mut().add_plan(&account.waits);
    Ok(PlanResult {
        plan: earlier.plan,
        spent: account.spent,
        history: earlier.history,
        findings: plan.online_judge.findings,
        excesses: plan.online_judge.excesses,
        tally: plan.online_judge.judge.tally().clone(),
        races: plan.online_judge.judge.list_races().to_vec(),
        stop: None,
        leftovers: Vec::new(),
        raced_pair: account.raced_pair,
        waits: account.waits,
    })
}

/// The index after the step with index `from`, or after the race that begins with the step.
fn find_end(steps: &[Step], from: usize) -> usize {
    let raced = steps[from..].iter().take_while(|step| step.branch > 0).count();
    from + raced.max(1)
}

impl RunningPlan<'_, '_> {
    /// Takes in the exchanges of a plan, and records each step, or race, once its exchanges are judged.
    fn take_steps(&mut self, earlier: &EarlierPlan) -> Result<(), HistoryReadError> {
        let steps = &earlier.plan.steps;
        let mut before = self.online_judge.judge.belief.clone();
        let mut raced: Vec<Exchange> = Vec::new();
        earlier.history.read_exchanges(|exchange| {
            while self.steps.len() < steps.len() && exchange.step >= find_end(steps, self.steps.len()) {
                before = self.record_earlier_steps(&before, steps, std::mem::take(&mut raced));
            }
            let known = exchange.created.iter().map(|(handle, id)| (handle.clone(), id.clone()));
            self.plan_state.ids.extend(known);
            self.online_judge.observe_exchange(&exchange);
            self.emitted += 1;
            if exchange.overlap.is_some() {
                raced.push(exchange);
            }
        })?;
        while self.steps.len() < steps.len() {
            before = self.record_earlier_steps(&before, steps, std::mem::take(&mut raced));
        }
        Ok(())
    }

    /// Records the next step, or all steps of the next race. Returns the belief after it.
    fn record_earlier_steps(&mut self, before: &Belief, steps: &[Step], raced: Vec<Exchange>) -> Belief {
        let from = self.steps.len();
        if steps[from].branch > 0 {
            self.online_judge.close_race();
            self.state.note_reply_time(&raced);
        }
        self.state.note_transition_times(self.online_judge.take_transition_times());
        self.note_waits(None, self.plan_state.counts.bound_waits);
        for step in &steps[from..find_end(steps, from)] {
            self.record_step(before, step.clone());
        }
        self.online_judge.judge.belief.clone()
    }
}

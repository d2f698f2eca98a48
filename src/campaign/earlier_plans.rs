//! Takes the plans of an earlier part into the results of a campaign.

use super::campaign_input::CampaignInput;
use super::campaign_state::CampaignState;
use super::earlier_part::EarlierPart;
use super::event::CampaignEvent;
use super::halting::halt_plans_after;
use super::plan_results::PlanResultCollector;
use super::plan_runner::earlier_steps::take_earlier_plan;
use crate::plan_execution::StopReason;

/// Takes in the plans of an earlier part, in the order of their numbers. Returns how many there are.
pub(super) fn take_earlier_part(
    share: &CampaignState<'_>,
    order: &CampaignInput<'_>,
    part: &EarlierPart<'_>,
    gathered: &mut PlanResultCollector,
) -> u64 {
    share.shared_budget.count_earlier(part.shares);
    let mut taken = 0;
    let mut failure = None;
    let read = part.plans.read_plans(&mut |plan| match take_earlier_plan(share, plan) {
        Ok(driven) => {
            let plan = driven.history.header.plan;
            gathered.earlier_races.extend(driven.raced_pair.map(|pair| (pair, driven.races.clone())));
            halt_plans_after(share, order, &driven);
            gathered.take_outcome(driven, share, &order.selection);
            share.emit_event(&CampaignEvent::PlanEnded { plan, spent: &gathered.spent });
            taken += 1;
        }
        Err(error) => drop(failure.get_or_insert(error.to_string())),
    });
    if let Some(cause) = read.err().or(failure) {
        let stop = StopReason::EarlierPart { cause };
        share.shared_budget.halt_plans(stop.clone());
        gathered.apply_stop(Some(stop));
    }
    taken
}

//! When the result of one plan ends the others.

use super::campaign_input::CampaignInput;
use super::campaign_state::CampaignState;
use super::plan_runner::PlanResult;
use crate::plan_execution::StopReason;

/// Stops all plans if the result of one plan makes the others useless.
pub(super) fn halt_plans_after(share: &CampaignState<'_>, order: &CampaignInput<'_>, driven: &PlanResult) {
    share.halt_after_failure(driven.stop.as_ref());
    if share.env.limits.first_only && driven.findings.iter().any(|finding| !(order.is_known)(finding)) {
        share.shared_budget.halt_plans(StopReason::Enough);
    }
}

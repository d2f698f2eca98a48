//! What a campaign takes over from an earlier part of its run. Where the record comes from is unknown to the module.

use super::conclusion::SpentRequests;
use crate::history::RecordedHistory;
use crate::plan::{Plan, PlanWaits};
use crate::plan_execution::RequestShares;
use serde::{Deserialize, Serialize};

/// The earlier part of a run that was killed or ended early.
pub struct EarlierPart<'a> {
    /// Everything that the earlier part sent, and what deleting its leftovers took.
    pub shares: RequestShares,
    /// The whole plans of the part.
    pub plans: &'a dyn EarlierPlans,
}

/// The whole plans of an earlier part.
pub trait EarlierPlans {
    /// Passes the plans on, in the order of their numbers, from the first one of the run without a gap.
    ///
    /// # Errors
    /// The file and the error, if the plans cannot be read any more.
    fn read_plans(&self, take: &mut dyn FnMut(EarlierPlan)) -> Result<(), String>;
}

/// A plan that an earlier part carried out.
pub struct EarlierPlan {
    /// The plan as carried out.
    pub plan: Plan,
    /// The exchanges.
    pub history: RecordedHistory,
    /// What the history does not tell.
    pub account: PlanAccount,
}

/// What the history of a plan does not tell about the plan, for a campaign that goes on after it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanAccount {
    /// The requests of the plan, by purpose and outcome.
    pub spent: SpentRequests,
    /// Everything that the run had sent when the result of the plan was taken.
    pub shares: RequestShares,
    /// The index of the pair of calls that the plan raced; none for a sequential plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raced_pair: Option<usize>,
    /// The waits of the plan for bounds.
    #[serde(default)]
    pub waits: PlanWaits,
}

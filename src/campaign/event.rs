//! Events of a campaign.

use super::conclusion::SpentRequests;
use super::earlier_part::PlanAccount;
use crate::history::{Exchange, RecordedHistory};
use crate::model::{Belief, ClauseId};
use crate::oracle::Finding;
use crate::plan::Plan;

/// An event of a campaign.
#[derive(Debug)]
pub enum CampaignEvent<'a> {
    /// The campaign started.
    Started {
        /// Number of selected clauses.
        clauses: usize,
        /// Limit of requests.
        requests_max: u64,
    },
    /// A plan started.
    PlanStarted {
        /// Number of the plan.
        plan: u64,
    },
    /// An exchange was recorded, with its whole body and without secrets. Not emitted while shrinking.
    Exchanged {
        /// Number of the plan.
        plan: u64,
        /// The exchange.
        exchange: &'a Exchange,
    },
    /// A step ended. Not emitted while shrinking.
    StepEnded {
        /// The possible states after the step.
        belief: &'a Belief,
    },
    /// A clause passed for the first time.
    Passed {
        /// The clause.
        clause: ClauseId,
        /// Number of selected clauses that passed so far.
        passed: usize,
    },
    /// A deviation was found for the first time.
    Found {
        /// The finding.
        finding: &'a Finding,
    },
    /// The shrinker tried a candidate.
    Shrinking {
        /// The contradicted clauses.
        clauses: &'a [ClauseId],
        /// Number of steps of the smallest plan so far.
        steps: usize,
        /// Number of candidates so far.
        tried: u64,
    },
    /// The history of a plan is complete. Emitted in the order of plan numbers, and not while shrinking.
    HistoryRecorded {
        /// The plan as carried out.
        plan: &'a Plan,
        /// The exchanges.
        history: &'a RecordedHistory,
        /// Whether the plan shows a deviation for the first time.
        deviates: bool,
        /// What the exchanges do not tell.
        account: &'a PlanAccount,
    },
    /// A plan ended.
    PlanEnded {
        /// Number of the plan.
        plan: u64,
        /// Requests of the campaign so far.
        spent: &'a SpentRequests,
    },
}

/// Receives the events of a campaign.
pub trait CampaignListener {
    /// Receives one event.
    fn receive_event(&mut self, event: &CampaignEvent<'_>);
}

/// Collects the histories of a campaign in compressed form, in the order of plan numbers. For campaigns of some thousand
/// requests; a longer campaign writes its histories to a file.
#[derive(Debug, Clone, Default)]
pub struct HistoryCollector {
    /// The histories so far.
    pub histories: Vec<RecordedHistory>,
}

impl CampaignListener for HistoryCollector {
    fn receive_event(&mut self, event: &CampaignEvent<'_>) {
        if let CampaignEvent::HistoryRecorded { history, .. } = event {
            self.histories.push((*history).clone());
        }
    }
}

/// Ignores all events.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullListener;

impl CampaignListener for NullListener {
    fn receive_event(&mut self, _: &CampaignEvent<'_>) {}
}

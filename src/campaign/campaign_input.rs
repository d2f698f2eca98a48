//! The order for a campaign, and the errors of a campaign.

use crate::cleanup::Leftover;
use crate::model::{ClauseId, SuiteEvaluationError};
use crate::oracle::{ClauseDecidability, ClauseSelection};
use crate::plan::Plan;
use crate::plan_execution::StopReason;

/// The order for a campaign.
pub struct CampaignInput<'a> {
    /// The seed.
    pub seed: u64,
    /// The selected clauses.
    pub selection: ClauseSelection,
    /// Whether a clause can be decided in this campaign.
    pub standing: &'a dyn Fn(ClauseId) -> ClauseDecidability,
    /// Recorded plans to run first.
    pub recorded_plans: &'a [Plan],
    /// Whether to shrink findings.
    pub shrink: bool,
}

/// Why a campaign has no conclusion.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CampaignError {
    /// An expression of the suite failed. Exit code 4.
    #[error(transparent)]
    Suite(#[from] SuiteEvaluationError),
    /// The endpoint cannot be used. Exit code 5, or 4 if the profile or the journal is at fault.
    #[error("{stop}")]
    Endpoint {
        /// The reason.
        stop: StopReason,
        /// The leftovers.
        left: Vec<Leftover>,
    },
}

//! The order for a campaign, and the errors of a campaign.

use crate::cleanup::Left;
use crate::model::{ClauseId, Fault};
use crate::oracle::{Selection, Standing};
use crate::plan::Plan;
use crate::run::Stop;

/// The order for a campaign.
pub struct Order<'a> {
    /// The seed.
    pub seed: u64,
    /// The selected clauses.
    pub selection: Selection,
    /// Whether a clause can be decided in this campaign.
    pub standing: &'a dyn Fn(ClauseId) -> Standing,
    /// Recorded plans to run first.
    pub witnesses: &'a [Plan],
    /// Whether to shrink findings.
    pub shrink: bool,
}

/// Why a campaign has no conclusion.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CampaignError {
    /// An expression of the suite failed. Exit code 4.
    #[error(transparent)]
    Suite(#[from] Fault),
    /// The endpoint cannot be used. Exit code 5, or 4 if the profile or the journal is at fault.
    #[error("{stop}")]
    Endpoint {
        /// The reason.
        stop: Stop,
        /// The leftovers.
        left: Vec<Left>,
    },
}

//! The order for a campaign.

use crate::model::ClauseId;
use crate::oracle::{ClauseDecidability, ClauseSelection, Finding};
use crate::plan::Plan;

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
    /// Whether a deviation is known, so that the campaign neither shrinks it nor stops at it.
    pub is_known: &'a dyn Fn(&Finding) -> bool,
}

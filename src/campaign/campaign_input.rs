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
    /// Which share of the requests is for races.
    pub races: RaceShare,
    /// Whether to shrink findings.
    pub shrink: bool,
    /// Whether a deviation is known, so that the campaign neither shrinks it nor stops at it.
    pub is_known: &'a dyn Fn(&Finding) -> bool,
}

/// The share of the requests of a campaign that is for plans with overlapping calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaceShare {
    /// No call overlaps another.
    None,
    /// A tenth of the requests, after the sequential plans.
    Tenth,
    /// All requests: no plan is sequential.
    All,
}

impl RaceShare {
    /// In percent.
    #[must_use]
    pub fn percent(self) -> u32 {
        match self {
            RaceShare::None => 0,
            RaceShare::Tenth => 10,
            RaceShare::All => 100,
        }
    }
}

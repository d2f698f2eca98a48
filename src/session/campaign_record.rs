//! A finished campaign.

use crate::cleanup::Leftover;
use crate::report::{Report, RunFacts};

/// A campaign whose reports are written.
#[derive(Debug, Clone)]
pub struct CampaignRecord {
    pub report: Report,
    pub run: RunFacts,
    /// Leftovers.
    pub left: Vec<Leftover>,
}

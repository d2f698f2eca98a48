//! A finished campaign.

use crate::cleanup::Left;
use crate::report::{Report, Run};

/// A campaign whose reports are written.
#[derive(Debug, Clone)]
pub struct CampaignRecord {
    pub report: Report,
    pub run: Run,
    /// Leftovers.
    pub left: Vec<Left>,
}

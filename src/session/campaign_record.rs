//! A finished campaign.

use crate::report::{Report, Run};
use crate::run::Left;

/// A campaign whose reports are written.
#[derive(Debug, Clone)]
pub struct CampaignRecord {
    pub report: Report,
    pub run: Run,
    /// Leftovers.
    pub left: Vec<Left>,
}

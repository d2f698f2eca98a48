//! A finished campaign.

use crate::cleanup::Leftover;
use crate::report::{Report, RunFacts};

/// A campaign whose reports are written.
#[derive(Debug, Clone)]
pub struct ReportedCampaign {
    /// The verdicts and findings, as in `report.json`.
    pub report: Report,
    /// Machine, time and limits, as in `run.json`.
    pub run: RunFacts,
    /// Leftovers.
    pub left: Vec<Leftover>,
}

//! A finished campaign.

use super::user_error::UserError;
use crate::cleanup::Leftover;
use crate::report::{Report, RunFacts};

/// A campaign with its reports.
#[derive(Debug, Clone)]
pub struct ReportedCampaign {
    /// The verdicts and findings, as in `report.json`.
    pub report: Report,
    /// Machine, time and limits, as in `run.json`.
    pub run: RunFacts,
    /// Leftovers.
    pub left: Vec<Leftover>,
    /// What ended the campaign early and has to be mended. The results so far stand.
    pub failure: Option<UserError>,
    /// Why the reports could not be written.
    pub unwritten: Option<UserError>,
}

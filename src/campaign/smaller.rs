//! The smallest plan behind a finding.

use super::drive::{Allowance, Site};
use super::event::{Found, Listener};
use super::lead::CampaignError;
use crate::history::History;
use crate::plan::Plan;

/// What shrinking has left, and what it cost.
pub struct Smallest {
    pub witness: Option<(Plan, History)>,
    pub requests: u64,
}

pub async fn smaller(_site: &Site<'_>, _found: &Found, _requests_max: u64, _listener: &mut dyn Listener) -> Result<Smallest, CampaignError> {
    let _ = Allowance { requests: 0, seconds: 0, first_only: true };
    Ok(Smallest { witness: None, requests: 0 })
}

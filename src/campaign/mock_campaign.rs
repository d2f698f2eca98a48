//! A campaign against the mock.

use super::campaign_input::CampaignInput;
use super::campaign_loop::run_campaign;
use super::conclusion::Conclusion;
use super::event::CampaignListener;
use super::mock_environment::{MockCampaignSettings, make_mock_environment, make_mocks, run_on_paused_clock};
use crate::model::Model;
use crate::plan_execution::Cancellation;
use crate::schema::CompiledCatalog;
use std::sync::Arc;

/// Runs a campaign with a new mock for each plan.
pub fn run_mock_campaign(
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    home: &MockCampaignSettings,
    cancel: Cancellation,
    order: &CampaignInput<'_>,
    listener: &mut dyn CampaignListener,
) -> Conclusion {
    let endpoint = make_mocks(model, schemas, home);
    let site = make_mock_environment(model, schemas, home, cancel, &endpoint);
    run_on_paused_clock(run_campaign(&site, order, listener)).0
}

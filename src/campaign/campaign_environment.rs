//! The environment of plans: the endpoint, the model, and the settings of a campaign.

use crate::cleanup::{self, CleanupContext, Leftover, ResourceTracker};
use crate::endpoint::{Endpoint, FailureProvocation, Identities, RequestWatch};
use crate::history::SecretFilter;
use crate::limits::Limits;
use crate::model::{BeliefLimits, Model};
use crate::plan::{PlanLimits, SuiteHints, WaitPrice};
use crate::plan_execution::{AcceptedReads, Cancellation, NullMarker, Pace, PlanEnvironment, SharedBudget};
use crate::schema::CompiledCatalog;
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The environment of the plans of one campaign.
pub struct CampaignEnvironment<'a> {
    /// The model of the suite.
    pub model: Arc<Model>,
    /// The schemas of the catalog.
    pub schemas: Arc<CompiledCatalog>,
    /// Hints for choosers.
    pub hints: Arc<SuiteHints>,
    /// Credentials and path parameters of the callers.
    pub identities: Identities,
    /// Secrets to strip from records.
    pub secrets: SecretFilter,
    /// Delays and retries.
    pub pace: Pace,
    /// What waiting costs.
    pub wait_price: WaitPrice,
    /// By id of the clause that starts a transition: how long the transition took in an earlier run, in milliseconds.
    pub usual_ms: BTreeMap<String, u64>,
    /// Limits of the campaign.
    pub limits: Limits,
    /// The requests and the time of the campaign, from the checks before the first plan to the end of cleaning up.
    pub budget: SharedBudget,
    /// The reads with which credentials are checked after a 401.
    pub accepted_reads: AcceptedReads,
    /// Seed of the jitter of waits.
    pub seed: u64,
    /// Whether choosers pick only operations that change nothing.
    pub reading_only: bool,
    /// Stops plans from outside.
    pub cancel: Cancellation,
    /// Bounds of the belief.
    pub bounds: BeliefLimits,
    /// Limits of choosers: steps, live resources, path parameters and callers.
    pub plan_limits: PlanLimits,
    /// Makes the endpoint for a plan, by plan number: a new mock, or the same address.
    pub endpoint: &'a dyn Fn(u64) -> Rc<dyn Endpoint>,
    /// Additions of the profile to the body of a create, by operation.
    pub setup: BTreeMap<String, Value>,
    /// Commands of the profile that make a call fail, by operation.
    pub provoke: BTreeMap<String, FailureProvocation>,
    /// Returns the present time, RFC 3339 with milliseconds, UTC; `None` for endpoints without real time.
    pub wall_clock: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    /// Shows requests for cleaning up.
    pub watch: RequestWatch,
    /// Tracks the resources that plans create; `None` for endpoints that need no cleaning up.
    pub tracker: Option<ResourceTracker>,
}

impl CampaignEnvironment<'_> {
    /// A context for requests outside of any plan: no requests for plans, no marks.
    pub fn make_environment_outside_plans<'b>(&'b self, endpoint: &'b dyn Endpoint) -> PlanEnvironment<'b> {
        PlanEnvironment {
            endpoint,
            catalog: &self.schemas.catalog,
            identities: &self.identities,
            secrets: &self.secrets,
            marker: &NullMarker,
            pace: self.pace,
            limits: self.limits.for_cleanup(),
            shared_budget: &self.budget,
            accepted_reads: &self.accepted_reads,
            seeds: (self.seed, 0),
            cancel: self.cancel.clone(),
            watch: &self.watch,
        }
    }

    /// The parameters of cleaning up, with `context` for the requests.
    pub fn make_cleanup_context<'b>(&'b self, context: &'b PlanEnvironment<'b>) -> CleanupContext<'b> {
        CleanupContext { model: &self.model, schemas: &self.schemas, callers: &self.plan_limits.callers, context }
    }
}

/// Cleans up at the end of a run, successful or not, and returns the leftovers.
pub async fn clean_up_run(site: &CampaignEnvironment<'_>) -> Vec<Leftover> {
    let Some(keeper) = &site.tracker else { return Vec::new() };
    let endpoint = (site.endpoint)(0);
    site.budget.start_closing();
    let context = site.make_environment_outside_plans(endpoint.as_ref());
    cleanup::clean_up_run(&site.make_cleanup_context(&context), keeper).await
}

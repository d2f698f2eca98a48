//! The environment of plans: the endpoint, the model, and the settings of a campaign.

use crate::cleanup::{self, CleanupContext, Keeper, Left};
use crate::endpoint::{Endpoint, Identities, Provocation};
use crate::history::Secrets;
use crate::limits::Limits;
use crate::model::{Bounds, Model};
use crate::plan::{Hints, Limits as PlanLimits};
use crate::run::{Cancel, Context, NoMarks, Pace, Purse};
use crate::schema::Schemas;
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The environment of the plans of one campaign.
pub struct Site<'a> {
    /// The model of the suite.
    pub model: Arc<Model>,
    /// The schemas of the catalog.
    pub schemas: Arc<Schemas>,
    /// Hints for choosers.
    pub hints: Arc<Hints>,
    /// Credentials and path parameters of the callers.
    pub identities: Identities,
    /// Secrets to strip from records.
    pub secrets: Secrets,
    /// Delays and retries.
    pub pace: Pace,
    /// Limits of the campaign.
    pub limits: Limits,
    /// Seed of the jitter of waits.
    pub seed: u64,
    /// Whether choosers pick only operations that change nothing.
    pub reading_only: bool,
    /// Stops plans from outside.
    pub cancel: Cancel,
    /// Bounds of the belief.
    pub bounds: Bounds,
    /// Limits of choosers: steps, live resources, path parameters and callers.
    pub plan_limits: PlanLimits,
    /// Makes the endpoint for a plan, by plan number: a new mock, or the same address.
    pub endpoint: &'a dyn Fn(u64) -> Rc<dyn Endpoint>,
    /// Additions of the profile to the body of a create, by operation.
    pub setup: BTreeMap<String, Value>,
    /// Commands of the profile that make a call fail, by operation.
    pub provoke: BTreeMap<String, Provocation>,
    /// Tracks the resources that plans create; `None` for endpoints that need no cleaning up.
    pub keeper: Option<Keeper>,
}

impl Site<'_> {
    /// A context for requests outside of any plan: no requests for plans, no marks.
    pub fn idle<'b>(&'b self, endpoint: &'b dyn Endpoint, purse: &'b Purse) -> Context<'b> {
        Context {
            endpoint,
            catalog: &self.schemas.catalog,
            identities: &self.identities,
            secrets: &self.secrets,
            marks: &NoMarks,
            pace: self.pace,
            limits: self.limits.for_cleanup(),
            purse,
            seeds: (self.seed, 0),
            cancel: self.cancel.clone(),
        }
    }

    /// The parameters of cleaning up, with `context` for the requests.
    pub fn cleanup<'b>(&'b self, context: &'b Context<'b>) -> CleanupContext<'b> {
        CleanupContext { model: &self.model, schemas: &self.schemas, callers: &self.plan_limits.callers, context }
    }
}

/// Cleans up at the end of a run, successful or not, and returns the leftovers.
pub async fn last_look(site: &Site<'_>) -> Vec<Left> {
    let Some(keeper) = &site.keeper else { return Vec::new() };
    let endpoint = (site.endpoint)(0);
    let purse = Purse::new(site.limits);
    let context = site.idle(endpoint.as_ref(), &purse);
    cleanup::last_look(&site.cleanup(&context), keeper).await
}

//! The environment of one plan.

use super::cancel::Cancellation;
use super::credential_check::AcceptedReads;
use super::pace::Pace;
use super::shared_budget::SharedBudget;
use crate::endpoint::{Endpoint, Identities, RequestWatch};
use crate::history::{Call, SecretFilter};
use crate::limits::Limits;
use crate::schema::catalog::Catalog;

/// Adds the mark of a run to calls.
pub trait CallMarker {
    /// Adds the mark to the body of a call that creates or renames a resource, before the call is sent
    /// and recorded.
    fn mark_call(&self, call: &mut Call);
}

/// Adds no mark. For endpoints that need no cleaning up.
pub struct NullMarker;

impl CallMarker for NullMarker {
    fn mark_call(&self, _: &mut Call) {}
}

/// The environment of one plan.
pub struct PlanEnvironment<'a> {
    /// The endpoint.
    pub endpoint: &'a dyn Endpoint,
    /// The operations of the API.
    pub catalog: &'a Catalog,
    /// Credentials, and values of path parameters that steps leave open.
    pub identities: &'a Identities,
    /// Secrets to strip from records.
    pub secrets: &'a SecretFilter,
    /// Adds the mark of the run to calls.
    pub marker: &'a dyn CallMarker,
    /// Delays, polls and retries.
    pub pace: Pace,
    /// Limits of this plan: `requests` and `time` apply.
    pub limits: Limits,
    /// The budget of all plans together.
    pub shared_budget: &'a SharedBudget,
    /// The reads with which credentials are checked after a 401.
    pub accepted_reads: &'a AcceptedReads,
    /// Seeds of the jitter of waits: the seed of the campaign and the number of the plan.
    pub seeds: (u64, u64),
    /// Stops the plan from outside.
    pub cancel: Cancellation,
    /// Shows requests for cleaning up.
    pub watch: &'a RequestWatch,
}

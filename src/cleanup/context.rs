//! Access to the endpoint for requests outside of any plan.

use crate::endpoint::Request;
use crate::history::Outcome;
use crate::model::Model;
use crate::plan_execution::{Cancellation, PlanEnvironment};
use crate::schema::CompiledCatalog;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// The API whose resources are deleted, and the access to its endpoint.
#[derive(Clone, Copy)]
pub struct CleanupContext<'a> {
    /// The model of the suite.
    pub model: &'a Model,
    /// The schemas of the catalog.
    pub schemas: &'a CompiledCatalog,
    /// Callers with credentials in the profile.
    pub callers: &'a BTreeSet<String>,
    /// Endpoint, identities, pace and shared budget. The budget of the plan is not used.
    pub context: &'a PlanEnvironment<'a>,
}

/// Time limit of cleaning up.
#[derive(Debug, Clone)]
pub struct CleanupReserve {
    /// Limit for all resources together.
    pub within: Duration,
    /// Ends cleaning up from outside. Resources that still exist are reported as leftovers.
    pub give_up: Cancellation,
}

/// Growing waits between two polls of one resource.
pub(super) struct PollWaits<'a> {
    context: &'a PlanEnvironment<'a>,
    /// The next wait.
    pub next: Duration,
}

impl<'a> PollWaits<'a> {
    pub fn new(context: &'a PlanEnvironment<'a>) -> PollWaits<'a> {
        PollWaits { context, next: context.pace.poll_first }
    }

    /// Restarts at the shortest wait.
    pub fn reset(&mut self) {
        self.next = self.context.pace.poll_first;
    }

    /// Lengthens the next wait, up to the pace's longest.
    pub fn grow(&mut self) {
        let pace = &self.context.pace;
        self.next = (self.next * pace.poll_factor_percent / 100).min(pace.poll_most);
    }

    /// Whether the next wait would end after `end`.
    pub fn would_pass(&self, end: Instant) -> bool {
        Instant::now() + self.next > end
    }
}

/// Sends one request outside of any plan, and records no exchange.
///
/// The request counts against the reserve of the shared budget and waits for its turn. Returns `None`
/// if the reserve is spent.
pub async fn send_unrecorded(context: &PlanEnvironment<'_>, request: &Request) -> Option<Outcome> {
    if !context.shared_budget.take_reserved().await {
        return None;
    }
    let most = context.pace.request_timeout;
    let outcome = timeout(most, context.endpoint.send(request)).await;
    let lost = || Outcome::Lost { cause: format!("no complete response within {} ms", most.as_millis()) };
    Some(outcome.unwrap_or_else(|_| lost()))
}

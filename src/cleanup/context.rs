//! Access to the endpoint for requests outside of any plan.

use crate::endpoint::{OutsideRequest, Request};
use crate::history::{Exchange, Outcome};
use crate::model::Model;
use crate::plan_execution::{Cancellation, PlanEnvironment};
use crate::schema::CompiledCatalog;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until, timeout};

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

/// What is left of the time for cleaning up. Every wait of cleaning up ends with the reserve.
#[derive(Debug, Clone)]
pub struct CleanupReserve {
    end: Instant,
    /// Ends cleaning up from outside. Resources that still exist are reported as leftovers.
    give_up: Cancellation,
}

/// The shortest time for one response: with less, a slow endpoint would answer no request at all.
const RESPONSE_TIME_LEAST: Duration = Duration::from_secs(1);

impl CleanupReserve {
    /// A reserve that starts now.
    #[must_use]
    pub fn start(within: Duration, give_up: Cancellation) -> CleanupReserve {
        CleanupReserve { end: Instant::now() + within, give_up }
    }

    /// The reserve up to `end`, if that is earlier.
    #[must_use]
    pub fn until(&self, end: Instant) -> CleanupReserve {
        CleanupReserve { end: self.end.min(end), give_up: self.give_up.clone() }
    }

    /// The first half of what is left, for reads before the deletions.
    #[must_use]
    pub fn first_half(&self) -> CleanupReserve {
        self.until(Instant::now() + self.remaining() / 2)
    }

    /// What is left.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        if self.give_up.is_requested() { Duration::ZERO } else { self.end - Instant::now() }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.remaining().is_zero()
    }

    /// Waits. Returns at the end of the reserve at the latest.
    pub async fn pause(&self, wait: Duration) {
        self.wait_for(sleep(wait)).await;
    }

    /// The result of a future; `None` if the reserve ends first.
    pub async fn wait_for<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.give_up.wait_for_request() => None,
            result = future => Some(result),
            () = sleep_until(self.end) => None,
        }
    }
}

/// Sends one request outside of any plan, and records no exchange.
///
/// The request counts against the shared budget and waits for its turn. Returns `None` if no request is left for
/// cleaning up. A response that does not arrive within a quarter of the remaining time counts as lost, so that a silent
/// endpoint does not keep the others from being asked.
pub async fn send_unrecorded(
    context: &PlanEnvironment<'_>,
    request: &Request,
    reserve: &CleanupReserve,
) -> Option<Outcome> {
    let lost = |cause: &str| Some(Outcome::Lost { cause: cause.to_string() });
    let budget = context.shared_budget;
    if !budget.take_reserved(context.endpoint) {
        return None;
    }
    if reserve.wait_for(budget.wait_for_turn()).await.is_none() {
        budget.give_back_reserved(context.endpoint);
        return lost("no time was left to send the request");
    }
    let most = context.pace.request_timeout.min((reserve.remaining() / 4).max(RESPONSE_TIME_LEAST));
    let outcome = reserve.wait_for(timeout(most, context.endpoint.send(request))).await;
    budget.settle_request(context.endpoint);
    let outcome = match outcome {
        Some(Ok(outcome)) => Some(outcome),
        Some(Err(_)) => lost(&format!("no complete response within {} ms", most.as_millis())),
        None => lost("no time was left to wait for the response"),
    };
    if let Some(outcome) = &outcome {
        let strip = |exchange: &mut Exchange| context.secrets.strip_secrets(exchange);
        context.watch.show_request(OutsideRequest::CleaningUp, request, outcome, strip);
    }
    outcome
}

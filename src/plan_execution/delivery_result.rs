//! The outcome of a request as the runner reacts to it.

use crate::history::{InfrastructureFailure, Outcome, Reply};
use std::time::Duration;

/// A request that was sent and recorded.
pub(super) struct SentRequest {
    /// The number of the exchange.
    pub number: u64,
    pub disposition: DeliveryResult,
}

/// The kind of an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DeliveryResult {
    /// The endpoint answered.
    Answered,
    /// The endpoint asks for a retry.
    Throttled {
        /// The wait that the endpoint names.
        after: Option<Duration>,
        /// Whether the endpoint may have carried out the call.
        may_have_acted: bool,
    },
    /// No complete response; the endpoint may have carried out the call.
    Lost,
    /// The request did not reach the endpoint.
    Unsent { cause: String },
}

impl DeliveryResult {
    pub fn from_outcome(outcome: &Outcome) -> DeliveryResult {
        match outcome {
            Outcome::Unsent { cause } => DeliveryResult::Unsent { cause: cause.clone() },
            Outcome::Lost { .. } => DeliveryResult::Lost,
            // A retry is useless: only a later step of the plan frees a quota.
            Outcome::InfrastructureFailed { by: InfrastructureFailure::Quota, .. } => DeliveryResult::Answered,
            Outcome::InfrastructureFailed { by: InfrastructureFailure::Credentials, .. } => DeliveryResult::Answered,
            Outcome::InfrastructureFailed { reply, may_have_acted, .. } => {
                DeliveryResult::Throttled { after: read_retry_after(reply), may_have_acted: *may_have_acted }
            }
            Outcome::Replied(reply) if reply.is_throttling() => {
                DeliveryResult::Throttled { after: read_retry_after(reply), may_have_acted: false }
            }
            Outcome::Replied(reply) if reply.is_from_gateway() => match read_retry_after(reply) {
                None => DeliveryResult::Lost,
                after => DeliveryResult::Throttled { after, may_have_acted: true },
            },
            Outcome::Replied(_) => DeliveryResult::Answered,
        }
    }
}

fn read_retry_after(reply: &Reply) -> Option<Duration> {
    let named = reply.headers.get("retry-after")?;
    parse_retry_after(named, reply.headers.get("date").map(String::as_str))
}

/// The wait in a `Retry-After` header: seconds or a date. A date is compared with the `Date` header of the
/// response, because the clock of the endpoint may differ.
fn parse_retry_after(text: &str, date: Option<&str>) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = httpdate::parse_http_date(date?.trim()).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

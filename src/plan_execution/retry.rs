//! Sends a call, with retries.

use super::delivery_result::{DeliveryResult, SentRequest};
use super::request_dispatcher::RequestDispatcher;
use super::stop::StopReason;
use crate::endpoint::Request;
use crate::history::{Call, CallCause};
use crate::plan::Step;

/// Sends a call until the endpoint answers or no further retry is safe or allowed. Returns the last try.
///
/// # Errors
/// If the plan must stop.
pub(super) async fn send_with_retries(
    desk: &RequestDispatcher<'_>,
    index: usize,
    step: &Step,
    call: &Call,
    request: &Request,
    cause: CallCause,
) -> Result<SentRequest, StopReason> {
    let pace = &desk.context.pace;
    let mut backoff = pace.retry_after;
    let mut cause = cause;
    for tries in 0.. {
        let landed = desk.send_once(index, step, call, request, cause).await?;
        let named = match &landed.disposition {
            DeliveryResult::Answered => return Ok(landed),
            DeliveryResult::Unsent { cause } if desk.count_unsent_in_row() >= pace.unsent_most => {
                return Err(StopReason::Unreachable { cause: cause.clone() });
            }
            DeliveryResult::Unsent { .. } => None,
            // The endpoint may have carried out the call: a second create would leave an unknown
            // resource, and a second action would find another state.
            DeliveryResult::Lost if !is_read(request) => return Ok(landed),
            DeliveryResult::Lost => None,
            // A gateway that asks for a retry may not know whether the service has carried out the call.
            DeliveryResult::Throttled { may_have_acted: true, .. } if !is_read(request) => return Ok(landed),
            DeliveryResult::Throttled { after, .. } => *after,
        };
        if tries >= pace.retries {
            return Ok(landed);
        }
        desk.change_counts(|spent| spent.retries += 1);
        desk.pause_plan(desk.add_jitter(named.unwrap_or(backoff).min(pace.retry_after_most), index)).await?;
        backoff = backoff.saturating_mul(2);
        cause = if cause == CallCause::Poll { CallCause::Poll } else { CallCause::Retry };
    }
    unreachable!("the number of tries is bounded above")
}

fn is_read(request: &Request) -> bool {
    matches!(request.method.as_str(), "GET" | "HEAD")
}

//! Sends a call, with retries.

use super::disposition::{Fate, Landed};
use super::request_dispatcher::Desk;
use super::stop::Stop;
use crate::endpoint::{Call, Request};
use crate::history::Cause;
use crate::plan::Step;

/// Sends a call until the endpoint answers or no further retry is safe or allowed. Returns the last try.
///
/// # Errors
/// If the plan must stop.
pub(super) async fn send(
    desk: &Desk<'_>,
    index: usize,
    step: &Step,
    call: &Call,
    request: &Request,
    cause: Cause,
) -> Result<Landed, Stop> {
    let pace = &desk.context.pace;
    let mut backoff = pace.retry_after;
    let mut cause = cause;
    for tries in 0.. {
        let landed = desk.ask(index, step, call, request, cause).await?;
        let named = match &landed.fate {
            Fate::Answered => return Ok(landed),
            Fate::Unsent { cause } if desk.unsent_in_row() >= pace.unsent_most => {
                return Err(Stop::Unreachable { cause: cause.clone() });
            }
            Fate::Unsent { .. } => None,
            // The endpoint may have carried out the call: a second create would leave an unknown
            // resource, and a second action would find another state.
            Fate::Lost if !reads(request) => return Ok(landed),
            Fate::Lost => None,
            // 429 says that the call was not carried out. 503 comes from a gateway, which may not know.
            Fate::Throttled { processed: true, .. } if !step.births.is_empty() => return Ok(landed),
            Fate::Throttled { after, .. } => *after,
        };
        if tries >= pace.retries {
            return Ok(landed);
        }
        desk.count(|spent| spent.retries += 1);
        desk.pause(desk.spread(named.unwrap_or(backoff).min(pace.retry_after_most), index)).await?;
        backoff = backoff.saturating_mul(2);
        cause = if cause == Cause::Poll { Cause::Poll } else { Cause::Retry };
    }
    unreachable!("the number of tries is bounded above")
}

fn reads(request: &Request) -> bool {
    matches!(request.method.as_str(), "GET" | "HEAD")
}

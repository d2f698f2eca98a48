//! Polls until the resources of a step are settled.

use super::request_dispatcher::RequestDispatcher;
use super::retry::send_with_retries;
use super::stop::{StepEnd, StopReason, UnsettledReason};
use crate::endpoint::{ComposeError, compose_request};
use crate::history::{Call, CallCause, Outcome};
use crate::plan::{Step, StepWait};
use std::time::Duration;
use tokio::time::Instant;

/// The times of the polls of a step.
pub(super) struct PollSchedule {
    /// From the response to the first poll.
    first: Duration,
    /// From the first to the second poll, in place of the pace.
    next: Option<Duration>,
    /// Whether the bound is waited for if only its passing could tell more.
    waits_for_bound: bool,
}

impl PollSchedule {
    /// The schedule of a wait; `None` without polls.
    pub fn from_wait(wait: StepWait) -> Option<PollSchedule> {
        let first = Duration::from_millis(wait.first_poll_ms()?);
        let next = match wait {
            StepWait::PollBriefly { next_ms, .. } => next_ms.map(Duration::from_millis),
            _ => None,
        };
        Some(PollSchedule { first, next, waits_for_bound: !matches!(wait, StepWait::PollBriefly { .. }) })
    }
}

/// Polls until the watcher reports no unsettled resource, the bound has passed, or responses have not
/// changed for the quiet time.
///
/// # Errors
/// If the plan must stop.
pub(super) async fn poll_until_settled(
    desk: &RequestDispatcher<'_>,
    step: &Step,
    index: usize,
    schedule: PollSchedule,
) -> Result<StepEnd, StopReason> {
    let pace = &desk.context.pace;
    let begun = Instant::now();
    let end = begun + desk.find_bound(index).unwrap_or(pace.settle_most).min(pace.settle_most);
    let mut polled = false;
    let mut wait = if schedule.waits_for_bound { schedule.first.min(pace.poll_most) } else { schedule.first };
    let mut second = schedule.next;
    let mut next = pace.poll_first;
    let mut calls = desk.list_unsettled_reads(index);
    let mut seen = PollRound { replies: Vec::new(), since: Instant::now() };
    while !calls.is_empty() {
        let now = Instant::now();
        if now >= end {
            return Ok(StepEnd::NotSettled(UnsettledReason::Bound));
        }
        if now - seen.since >= pace.quiet {
            return Ok(StepEnd::NotSettled(UnsettledReason::Quiet));
        }
        // No response before the bound could end the wait.
        if polled && desk.is_waiting_for_time(index) {
            if !schedule.waits_for_bound || !desk.has_time_for(end - now) {
                return Ok(StepEnd::NotSettled(UnsettledReason::OnlyTimeTells));
            }
            desk.wait_for_bound(end - now).await?;
        } else {
            // The last poll is sent at the bound, so that a late transition is seen.
            desk.pause_plan(desk.add_jitter(wait, index).min(end - now)).await?;
        }
        let replies = poll_once(desk, step, index, &calls).await?;
        polled = true;
        if replies != seen.replies {
            seen = PollRound { replies, since: Instant::now() };
        }
        wait = second.take().unwrap_or(next);
        next = (next * pace.poll_factor_percent / 100)
            .min(pace.poll_most.max(begun.elapsed() * pace.poll_part_percent / 100));
        calls = desk.list_unsettled_reads(index);
    }
    Ok(StepEnd::Settled)
}

/// Sends each read once and returns the recorded outcomes.
async fn poll_once(
    desk: &RequestDispatcher<'_>,
    step: &Step,
    index: usize,
    calls: &[Call],
) -> Result<Vec<Option<Outcome>>, StopReason> {
    let mut replies = Vec::new();
    for call in calls {
        let request = match compose_request(desk.context.catalog, call, desk.context.identities) {
            Ok(request) => request,
            // A value of a response does not fit a request; the resource stays unsettled.
            Err(ComposeError::Unsendable { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let landed = send_with_retries(desk, index, step, call, &request, CallCause::Poll).await?;
        desk.wait_until_recorded(landed.number).await;
        replies.push(desk.find_outcome(landed.number));
    }
    Ok(replies)
}

/// The outcomes of the last round of polls.
struct PollRound {
    replies: Vec<Option<Outcome>>,
    /// Time of the first round with these outcomes.
    since: Instant,
}

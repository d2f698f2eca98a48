//! Polls until the resources of a step are settled.

use super::request_dispatcher::Desk;
use super::retry::send;
use super::stop::{StepEnd, Stop, Unrest};
use crate::endpoint::{Call, compose};
use crate::history::{Cause, Outcome};
use crate::plan::Step;
use std::time::Duration;
use tokio::time::Instant;

/// Polls until the watcher reports no unsettled resource, the bound has passed, or responses have not
/// changed for the quiet time.
///
/// # Errors
/// If the plan must stop.
pub(super) async fn settle(desk: &Desk<'_>, step: &Step, index: usize, first: Duration) -> Result<StepEnd, Stop> {
    let pace = &desk.context.pace;
    let begun = Instant::now();
    let end = begun + desk.patience(index).unwrap_or(pace.settle_most).min(pace.settle_most);
    let mut polled = false;
    let mut wait = first.min(pace.poll_most);
    let mut next = pace.poll_first;
    let mut calls = desk.unsettled(index);
    let mut seen = Seen { replies: Vec::new(), since: Instant::now() };
    while !calls.is_empty() {
        let now = Instant::now();
        if now >= end {
            return Ok(StepEnd::NotSettled(Unrest::Bound));
        }
        if now - seen.since >= pace.quiet {
            return Ok(StepEnd::NotSettled(Unrest::Quiet));
        }
        // No response before the bound could end the wait.
        if polled && desk.only_time_tells(index) {
            wait = end - now;
        }
        // The last poll is sent at the bound, so that a late transition is seen.
        desk.pause(desk.spread(wait, index).min(end - now)).await?;
        let replies = poll_once(desk, step, index, &calls).await?;
        polled = true;
        if replies != seen.replies {
            seen = Seen { replies, since: Instant::now() };
        }
        wait = next;
        next = (next * pace.poll_factor_percent / 100)
            .min(pace.poll_most.max(begun.elapsed() * pace.poll_part_percent / 100));
        calls = desk.unsettled(index);
    }
    Ok(StepEnd::Settled)
}

/// Sends each read once and returns the recorded outcomes.
async fn poll_once(desk: &Desk<'_>, step: &Step, index: usize, calls: &[Call]) -> Result<Vec<Option<Outcome>>, Stop> {
    let mut replies = Vec::new();
    for call in calls {
        let request = compose(desk.context.catalog, call, desk.context.identities)?;
        let landed = send(desk, index, step, call, &request, Cause::Poll).await?;
        desk.recorded(landed.number).await;
        replies.push(desk.outcome(landed.number));
    }
    Ok(replies)
}

/// The outcomes of the last round of polls.
struct Seen {
    replies: Vec<Option<Outcome>>,
    /// Time of the first round with these outcomes.
    since: Instant,
}

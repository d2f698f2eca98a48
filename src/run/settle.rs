//! Waiting for what a step touched to come to rest.

use super::carry::send;
use super::desk::Desk;
use super::face::{StepEnd, Stop, Unrest};
use crate::endpoint::compose;
use crate::history::Cause;
use crate::plan::Step;
use std::time::Duration;
use tokio::time::Instant;

/// Polls until the watcher sees rest, the bound is over or nothing changes any more.
pub(super) async fn settle(desk: &Desk<'_>, step: &Step, index: usize, first: Duration) -> Result<StepEnd, Stop> {
    let pace = &desk.context.pace;
    let begun = Instant::now();
    let end = begun + desk.patience(index).unwrap_or(pace.settle_most).min(pace.settle_most);
    let mut looked = false;
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
        // Nothing that a look shows before the bound could end the waiting.
        if looked && desk.only_time_tells(index) {
            wait = end - now;
        }
        // The last poll is made at the bound itself, so that what is late is seen to be late.
        desk.pause(desk.spread(wait, index).min(end - now)).await?;
        let mut replies = Vec::new();
        for call in &calls {
            let request = compose(desk.context.catalog, call, desk.context.identities)?;
            let landed = send(desk, index, step, call, &request, Cause::Poll).await?;
            desk.recorded(landed.number).await;
            replies.push(desk.outcome(landed.number));
        }
        looked = true;
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

/// The last round of replies, and since when they have been the same.
struct Seen {
    replies: Vec<Option<crate::history::Outcome>>,
    since: Instant,
}

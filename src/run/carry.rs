//! One step, or the steps of several branches side by side.

use super::Call;
use super::desk::{Desk, Fate, Landed};
use super::face::{Context, Run, Skip, StepEnd, Stop, Watcher};
use super::settle::settle;
use crate::endpoint::{ComposeError, Request, compose};
use crate::history::Cause;
use crate::plan::{Settle, Step};
use std::time::Duration;

/// Carries out one step: replaces its handles, journals what it creates, sends it, sends it
/// again where that is safe, and polls until what it touched rests.
///
/// `index` is the step's place in its plan.
pub async fn carry_out(
    context: &Context<'_>,
    step: &Step,
    index: usize,
    run: &mut Run,
    watcher: &mut dyn Watcher,
) -> Result<StepEnd, Stop> {
    let desk = Desk::new(context, run, watcher);
    one(&desk, step, index).await
}

/// Carries out branches side by side, the steps of each in their order. What is recorded
/// is in the order of sending, whichever branch it belongs to; a branch polls only when its own call is
/// on record. The ends are in the order of the indices.
pub async fn carry_out_branches(
    context: &Context<'_>,
    branches: &[Vec<(usize, &Step)>],
    run: &mut Run,
    watcher: &mut dyn Watcher,
) -> Result<Vec<(usize, StepEnd)>, Stop> {
    let desk = &Desk::new(context, run, watcher);
    let all = branches.iter().map(|steps| async move {
        let mut ends = Vec::new();
        for &(index, step) in steps {
            ends.push((index, one(desk, step, index).await?));
        }
        Ok(ends)
    });
    // Not the first error at once: a request that is out is waited for and recorded.
    let results: Vec<Result<Vec<(usize, StepEnd)>, Stop>> = futures::future::join_all(all).await;
    let mut ends = Vec::new();
    for result in results {
        ends.extend(result?);
    }
    ends.sort_by_key(|&(index, _)| index);
    Ok(ends)
}

/// Carries out recorded steps: those of branch 0 one by one, then the others side by side.
pub async fn carry_out_plan(
    context: &Context<'_>,
    steps: &[Step],
    run: &mut Run,
    watcher: &mut dyn Watcher,
) -> Result<Vec<(usize, StepEnd)>, Stop> {
    let mut ends = Vec::new();
    let mut branches: std::collections::BTreeMap<u32, Vec<(usize, &Step)>> = Default::default();
    for (index, step) in steps.iter().enumerate() {
        if step.branch == 0 {
            ends.push((index, carry_out(context, step, index, run, watcher).await?));
        } else {
            branches.entry(step.branch).or_default().push((index, step));
        }
    }
    let branches: Vec<_> = branches.into_values().collect();
    ends.extend(carry_out_branches(context, &branches, run, watcher).await?);
    Ok(ends)
}

async fn one(desk: &Desk<'_>, step: &Step, index: usize) -> Result<StepEnd, Stop> {
    let call = match desk.bound(step) {
        Ok(call) => call,
        Err(handle) => return Ok(StepEnd::Skipped(Skip::Unbound(handle))),
    };
    let request = match compose(desk.context.catalog, &call, desk.context.identities) {
        Ok(request) => request,
        Err(error @ ComposeError::Unsendable { .. }) => {
            return Ok(StepEnd::Skipped(Skip::Unsendable(error)));
        }
        Err(error) => return Err(error.into()),
    };
    let creates = !step.births.is_empty();
    if creates {
        desk.intend(index, step, &call)?;
    }
    let landed = send(desk, index, step, &call, &request, Cause::Step).await;
    if creates {
        desk.conclude(index, step, &landed);
    }
    let landed = landed?;
    match step.settle {
        Settle::Leave => Ok(StepEnd::Done),
        Settle::Poll { after_ms } => {
            desk.recorded(landed.number).await;
            settle(desk, step, index, Duration::from_millis(after_ms)).await
        }
    }
}

/// Sends until there is an answer or nothing more may be tried. What is returned is the last try.
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
            // It may have happened: a second create would leave a thing that nobody knows,
            // a second action would meet another state.
            Fate::Lost if !reads(request) => return Ok(landed),
            Fate::Lost => None,
            // 429 says that nothing was done. 503 comes from in between and may not know.
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

//! Carries out one step, or the steps of several branches concurrently.

use super::context::Context;
use super::plan_state::Run;
use super::polling::settle;
use super::request_dispatcher::Desk;
use super::retry::send;
use super::stop::{Skip, StepEnd, Stop};
use super::watcher::Watcher;
use crate::endpoint::{ComposeError, compose};
use crate::history::Cause;
use crate::plan::{Settle, Step};
use std::collections::BTreeMap;
use std::time::Duration;

/// Carries out one step: replaces handles, records a create in the journal, sends, retries, and polls
/// until the resources of the step are settled. `index` is the index of the step in the plan.
///
/// # Errors
/// If the plan must stop.
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

/// Carries out branches concurrently, the steps of each branch in order.
///
/// Exchanges of all branches are recorded in the order of sending. A branch polls after its own call is
/// recorded. Returns the end of each step, ordered by step index.
///
/// # Errors
/// If the plan must stop.
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
    // Waits for all branches even after an error: every sent request must be recorded.
    let results: Vec<Result<Vec<(usize, StepEnd)>, Stop>> = futures::future::join_all(all).await;
    let mut ends = Vec::new();
    for result in results {
        ends.extend(result?);
    }
    ends.sort_by_key(|&(index, _)| index);
    Ok(ends)
}

/// Carries out recorded steps: the steps of branch 0 in order, then the other branches concurrently.
///
/// # Errors
/// If the plan must stop.
pub async fn carry_out_plan(
    context: &Context<'_>,
    steps: &[Step],
    run: &mut Run,
    watcher: &mut dyn Watcher,
) -> Result<Vec<(usize, StepEnd)>, Stop> {
    let mut ends = Vec::new();
    let mut branches: BTreeMap<u32, Vec<(usize, &Step)>> = BTreeMap::new();
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

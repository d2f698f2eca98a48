//! Carries out one step, or the steps of several branches concurrently.

use super::exchange_interpreter::ExchangeInterpreter;
use super::plan_environment::PlanEnvironment;
use super::plan_state::PlanState;
use super::polling::{PollSchedule, poll_until_settled};
use super::request_dispatcher::RequestDispatcher;
use super::retry::send_with_retries;
use super::stop::{SkipReason, StepEnd, StopReason};
use crate::endpoint::{ComposeError, Request, compose_request};
use crate::history::{Call, CallCause};
use crate::plan::Step;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::sleep;

/// Carries out one step: replaces handles, records a create in the journal, sends, retries, and polls
/// until the resources of the step are settled. `index` is the index of the step in the plan.
///
/// # Errors
/// If the plan must stop.
pub async fn carry_out_step(
    context: &PlanEnvironment<'_>,
    step: &Step,
    index: usize,
    run: &mut PlanState,
    watcher: &mut dyn ExchangeInterpreter,
) -> Result<StepEnd, StopReason> {
    let desk = RequestDispatcher::new(context, run, watcher);
    run_step(&desk, step, index).await
}

/// Longest offset of a call in a race, in microseconds. A plan file may name any number, and the wait is not interrupted.
const OFFSET_US_MAX: u64 = 2_000_000;

/// Carries out branches concurrently, the steps of each branch in order. The first steps of all branches are released
/// together, each with its offset.
///
/// Exchanges of all branches are recorded in the order of sending. A branch polls after its own call is
/// recorded. Returns the end of each step, ordered by step index.
///
/// # Errors
/// If the plan must stop.
pub async fn carry_out_branches(
    context: &PlanEnvironment<'_>,
    branches: &[Vec<(usize, &Step)>],
    run: &mut PlanState,
    watcher: &mut dyn ExchangeInterpreter,
) -> Result<Vec<(usize, StepEnd)>, StopReason> {
    let desk = &RequestDispatcher::new(context, run, watcher);
    let first = branches.iter().filter_map(|steps| steps.first());
    let sent = first.filter(|(_, step)| matches!(prepare_request(desk, step), Ok(Ok(_))));
    desk.admit_together(&sent.map(|(index, _)| *index).collect::<Vec<usize>>()).await?;
    let all = branches.iter().map(|steps| async move {
        let mut ends = Vec::new();
        for (nth, &(index, step)) in steps.iter().enumerate() {
            if nth == 0 {
                // The request is admitted: it is sent even if the plan must stop.
                sleep(Duration::from_micros(step.offset_us.min(OFFSET_US_MAX))).await;
            }
            ends.push((index, run_step(desk, step, index).await?));
        }
        Ok(ends)
    });
    // Waits for all branches even after an error: every sent request must be recorded.
    let results: Vec<Result<Vec<(usize, StepEnd)>, StopReason>> = futures_util::future::join_all(all).await;
    let mut ends = Vec::new();
    for result in results {
        ends.extend(result?);
    }
    ends.sort_by_key(|&(index, _)| index);
    Ok(ends)
}

/// Carries out recorded steps in order; neighbouring steps of branches other than 0 concurrently.
///
/// # Errors
/// If the plan must stop.
pub async fn carry_out_plan(
    context: &PlanEnvironment<'_>,
    steps: &[Step],
    run: &mut PlanState,
    watcher: &mut dyn ExchangeInterpreter,
) -> Result<Vec<(usize, StepEnd)>, StopReason> {
    let mut ends = Vec::new();
    let mut open = 0;
    while let Some(step) = steps.get(open) {
        let many = steps[open..].iter().take_while(|step| step.branch > 0).count();
        if many == 0 {
            ends.push((open, carry_out_step(context, step, open, run, watcher).await?));
            open += 1;
        } else {
            let branches = split_branches(&steps[open..open + many], open);
            ends.extend(carry_out_branches(context, &branches, run, watcher).await?);
            open += many;
        }
    }
    Ok(ends)
}

/// The steps of each branch, with their indices. The first step has the index `first`.
#[must_use]
pub fn split_branches(steps: &[Step], first: usize) -> Vec<Vec<(usize, &Step)>> {
    let mut branches: BTreeMap<u32, Vec<(usize, &Step)>> = BTreeMap::new();
    for (nth, step) in steps.iter().enumerate() {
        branches.entry(step.branch).or_default().push((first + nth, step));
    }
    branches.into_values().collect()
}

/// The call of a step and its request; the inner error skips the step.
fn prepare_request(
    desk: &RequestDispatcher<'_>,
    step: &Step,
) -> Result<Result<(Call, Request), SkipReason>, StopReason> {
    let call = match desk.bind_step(step) {
        Ok(call) => call,
        Err(handle) => return Ok(Err(SkipReason::Unbound(handle))),
    };
    match compose_request(desk.context.catalog, &call, desk.context.identities) {
        Ok(request) => Ok(Ok((call, request))),
        Err(error @ ComposeError::Unsendable { .. }) => Ok(Err(SkipReason::Unsendable(error))),
        Err(error) => Err(error.into()),
    }
}

async fn run_step(desk: &RequestDispatcher<'_>, step: &Step, index: usize) -> Result<StepEnd, StopReason> {
    let (call, request) = match prepare_request(desk, step)? {
        Ok(prepared) => prepared,
        Err(reason) => return Ok(StepEnd::Skipped(reason)),
    };
    let creates = !step.births.is_empty();
    if creates {
        desk.record_intent(index, step, &call)?;
    }
    let landed = send_with_retries(desk, index, step, &call, &request, CallCause::Step).await;
    if creates {
        desk.record_result(index, step, &landed);
    }
    let landed = landed?;
    let Some(schedule) = PollSchedule::from_wait(step.settle) else { return Ok(StepEnd::Done) };
    desk.wait_until_recorded(landed.number).await;
    poll_until_settled(desk, step, index, schedule).await
}

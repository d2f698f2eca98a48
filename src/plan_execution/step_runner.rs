//! Carries out one step, or the steps of several branches concurrently.

use super::exchange_interpreter::ExchangeInterpreter;
use super::plan_environment::PlanEnvironment;
use super::plan_state::PlanState;
use super::polling::{PollSchedule, poll_until_settled};
use super::request_dispatcher::RequestDispatcher;
use super::retry::send_with_retries;
use super::stop::{SkipReason, StepEnd, StopReason};
use crate::endpoint::{ComposeError, compose_request};
use crate::history::CallCause;
use crate::plan::Step;
use std::collections::BTreeMap;

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

/// Carries out branches concurrently, the steps of each branch in order.
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
    let all = branches.iter().map(|steps| async move {
        let mut ends = Vec::new();
        for &(index, step) in steps {
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

/// Carries out recorded steps: the steps of branch 0 in order, then the other branches concurrently.
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
    let mut branches: BTreeMap<u32, Vec<(usize, &Step)>> = BTreeMap::new();
    for (index, step) in steps.iter().enumerate() {
        if step.branch == 0 {
            ends.push((index, carry_out_step(context, step, index, run, watcher).await?));
        } else {
            branches.entry(step.branch).or_default().push((index, step));
        }
    }
    let branches: Vec<_> = branches.into_values().collect();
    ends.extend(carry_out_branches(context, &branches, run, watcher).await?);
    Ok(ends)
}

async fn run_step(desk: &RequestDispatcher<'_>, step: &Step, index: usize) -> Result<StepEnd, StopReason> {
    let call = match desk.bind_step(step) {
        Ok(call) => call,
        Err(handle) => return Ok(StepEnd::Skipped(SkipReason::Unbound(handle))),
    };
    let request = match compose_request(desk.context.catalog, &call, desk.context.identities) {
        Ok(request) => request,
        Err(error @ ComposeError::Unsendable { .. }) => {
            return Ok(StepEnd::Skipped(SkipReason::Unsendable(error)));
        }
        Err(error) => return Err(error.into()),
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

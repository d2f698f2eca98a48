//! Sends requests and records the exchanges.

use super::cancel::LAST_RESPONSE_TIME;
use super::credential_check::{CredentialCheck, CredentialState, is_refusal_of_credentials};
use super::delivery_result::{DeliveryResult, SentRequest};
use super::exchange_interpreter::ExchangeInterpreter;
use super::plan_environment::PlanEnvironment;
use super::plan_state::{PlanState, RequestCounts};
use super::stop::StopReason;
use crate::endpoint::Request;
use crate::history::{
    Call, CallCause, CallOverlap, Exchange, InfrastructureFailure, Outcome, RecordedInputClass, Reply, outline_exchange,
};
use crate::plan::{Step, bind_handles};
use crate::schema::{InputClass, SeededRng};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Purpose of the random stream for the jitter of waits.
const PURPOSE_WAIT: u64 = 40;

/// Sends the requests of one plan. The branches of the plan share the state and the watcher, on one
/// thread; no borrow outlives an await.
pub(super) struct RequestDispatcher<'a> {
    pub context: &'a PlanEnvironment<'a>,
    state: RefCell<&'a mut PlanState>,
    watcher: RefCell<&'a mut dyn ExchangeInterpreter>,
    recorded: Notify,
    /// Numbers of the exchanges of first steps of branches, by index of the step.
    admitted: RefCell<BTreeMap<usize, u64>>,
}

impl<'a> RequestDispatcher<'a> {
    pub fn new(
        context: &'a PlanEnvironment<'a>,
        run: &'a mut PlanState,
        watcher: &'a mut dyn ExchangeInterpreter,
    ) -> RequestDispatcher<'a> {
        RequestDispatcher {
            context,
            state: RefCell::new(run),
            watcher: RefCell::new(watcher),
            recorded: Notify::new(),
            admitted: RefCell::default(),
        }
    }

    /// The call of a step, with ids and mark.
    ///
    /// # Errors
    /// The name of a handle without an id.
    pub fn bind_step(&self, step: &Step) -> Result<Call, String> {
        let mut call = bind_handles(&step.call, &|name| self.state.borrow().ids.get(name).cloned())?;
        self.context.marker.mark_call(&mut call);
        Ok(call)
    }

    /// The outcome of a recorded exchange, with a digest in place of the body.
    pub fn find_outcome(&self, number: u64) -> Option<Outcome> {
        let run = self.state.borrow();
        // Every number is recorded, so the number is the index.
        let at = usize::try_from(number).ok()?;
        run.exchanges.get(at).map(|exchange| exchange.outcome.clone())
    }

    /// As [`ExchangeInterpreter::list_unsettled_reads`].
    pub fn list_unsettled_reads(&self, index: usize) -> Vec<Call> {
        self.watcher.borrow().list_unsettled_reads(index)
    }

    /// As [`ExchangeInterpreter::is_waiting_for_time`].
    pub fn is_waiting_for_time(&self, index: usize) -> bool {
        self.watcher.borrow().is_waiting_for_time(index)
    }

    /// As [`ExchangeInterpreter::find_bound`].
    pub fn find_bound(&self, index: usize) -> Option<Duration> {
        self.watcher.borrow().find_bound(index)
    }

    /// Changes the counts of requests.
    pub fn change_counts(&self, change: impl FnOnce(&mut RequestCounts)) {
        change(&mut self.state.borrow_mut().counts);
    }

    /// Number of consecutive requests that did not reach the endpoint.
    pub fn count_unsent_in_row(&self) -> u32 {
        self.state.borrow().unsent_in_row
    }

    /// Records a create in the journal before the request is sent, with secrets stripped.
    pub fn record_intent(&self, index: usize, step: &Step, call: &Call) -> Result<(), StopReason> {
        let mut call = call.clone();
        if let Some(body) = &mut call.body {
            self.context.secrets.strip_value(body);
        }
        let mut run = self.state.borrow_mut();
        run.journal.record_intent(index, step, &call).map_err(|error| StopReason::Journal { cause: error.to_string() })
    }

    /// Records the result of a create in the journal. An error is ignored: the journal has the create, and
    /// a sweep looks up the resource.
    pub fn record_result(&self, index: usize, step: &Step, landed: &Result<SentRequest, StopReason>) {
        let outcome = landed.as_ref().ok().and_then(|landed| self.find_outcome(landed.number));
        let refused = matches!(
            outcome,
            Some(Outcome::Replied(Reply { status: 400..=499, .. }) | Outcome::InfrastructureFailed { .. })
        );
        let mut run = self.state.borrow_mut();
        let handles = step.births.values().flatten();
        let born = handles.filter_map(|name| Some((name.clone(), run.ids.get(name)?.clone()))).collect();
        let born = self.keep_plain_ids(born);
        let _ = run.journal.record_result(index, &born, refused);
    }

    /// Sends a request once and records the exchange.
    pub async fn send_once(
        &self,
        index: usize,
        step: &Step,
        call: &Call,
        request: &Request,
        cause: CallCause,
    ) -> Result<SentRequest, StopReason> {
        let admitted = self.admitted.borrow_mut().remove(&index);
        let number = match admitted {
            Some(number) => number,
            None => self.admit_request(cause).await?,
        };
        let (sent_ms, sent_us) = (self.elapsed_ms(), self.elapsed_us());
        let outcome = self.wait_for_outcome(request).await;
        self.context.shared_budget.settle_request(self.context.endpoint);
        self.context.accepted_reads.note_outcome(request, &outcome);
        let mut exchange = Exchange {
            input: None,
            number,
            step: index,
            cause,
            // The parameters from the identity are inputs of the call too.
            call: Call { path: request.parameters.clone(), ..call.clone() },
            sent_ms,
            received_ms: self.elapsed_ms(),
            outcome,
            created: BTreeMap::new(),
            overlap: None,
        };
        if step.branch > 0 {
            exchange.overlap = Some(CallOverlap { branch: step.branch, sent_us, received_us: self.elapsed_us() });
        }
        self.check_credentials(request, &mut exchange).await;
        let fate = DeliveryResult::from_outcome(&exchange.outcome);
        self.record_exchange(step, exchange, &fate);
        Ok(SentRequest { number, disposition: fate })
    }

    /// Checks the credentials of the caller after a 401 that no clause explains. Unless the endpoint accepts them, the
    /// 401 is not judged; if the endpoint refuses them, all plans stop.
    async fn check_credentials(&self, request: &Request, exchange: &mut Exchange) {
        if !is_refusal_of_credentials(request, &exchange.outcome)
            || self.watcher.borrow().explains_refusal(exchange, 401)
        {
            return;
        }
        let Some(check) = CredentialCheck::begin(self.context.accepted_reads, &request.caller) else { return };
        let state = self.run_credential_check(check).await.unwrap_or(CredentialState::Unclear);
        if state == CredentialState::Accepted {
            return;
        }
        if let Outcome::Replied(reply) = &exchange.outcome {
            let (by, reply) = (InfrastructureFailure::Credentials, reply.clone());
            exchange.outcome = Outcome::InfrastructureFailed { by, reply, may_have_acted: false };
        }
        if state == CredentialState::Refused {
            let (caller, operation) = (request.caller.clone(), request.operation.clone());
            self.context.shared_budget.halt_plans(StopReason::CredentialsRefused { caller, operation });
        }
    }

    /// Sends the read of a check until an answer decides. The requests count as checks, and are not in the history.
    async fn run_credential_check(&self, mut check: CredentialCheck) -> Result<CredentialState, StopReason> {
        loop {
            let wait = self.context.shared_budget.take_turn() - Instant::now();
            self.pause_plan(wait).await?;
            self.context.shared_budget.take_check(self.context.endpoint)?;
            let outcome = self.wait_for_outcome(&check.read).await;
            self.context.shared_budget.settle_request(self.context.endpoint);
            if let Some(state) = check.take_outcome(&outcome) {
                return Ok(state);
            }
            self.pause_plan(self.context.pace.retry_after).await?;
        }
    }

    /// Sends a request and waits for the outcome. When the plan must stop, a response still has a short time to arrive:
    /// a create whose response is abandoned has to be looked for in the lists.
    async fn wait_for_outcome(&self, request: &Request) -> Outcome {
        let most = self.context.pace.request_timeout;
        let stop = async {
            tokio::select! {
                () = self.context.cancel.wait_for_request() => {}
                () = sleep_until(self.end_time()) => {}
            }
            sleep(LAST_RESPONSE_TIME).await;
        };
        tokio::select! {
            biased;
            outcome = timeout(most, self.context.endpoint.send(request)) => outcome.unwrap_or_else(|_| {
                Outcome::Lost { cause: format!("no complete response within {} ms", most.as_millis()) }
            }),
            () = stop => Outcome::Lost { cause: "no complete response before the end of testing".to_string() },
        }
    }

    /// The end of the time for this plan.
    fn end_time(&self) -> Instant {
        (self.state.borrow().started + self.context.limits.time).min(self.context.shared_budget.end_time())
    }

    /// Returns when the exchange with this number and all earlier exchanges are recorded.
    pub async fn wait_until_recorded(&self, number: u64) {
        loop {
            let news = self.recorded.notified();
            if self.state.borrow().waiting.keys().next().is_none_or(|&first| first > number) {
                return;
            }
            news.await;
        }
    }

    /// Waits.
    ///
    /// # Errors
    /// If the plan must stop before the end of the wait.
    pub async fn pause_plan(&self, wait: Duration) -> Result<(), StopReason> {
        if wait.is_zero() {
            // A timer would round up to the next tick. `admit` checks whether the plan must stop.
            return Ok(());
        }
        let until = Instant::now() + wait;
        let end = self.end_time();
        tokio::select! {
            biased;
            () = self.context.cancel.wait_for_request() => Err(StopReason::Cancelled),
            stop = self.context.shared_budget.wait_for_halt() => Err(stop),
            () = sleep_until(until.min(end)) => if until > end { Err(StopReason::Time) } else { Ok(()) },
        }
    }

    /// Whether the plan may still send after a wait.
    pub fn has_time_for(&self, wait: Duration) -> bool {
        Instant::now() + wait < self.end_time()
    }

    /// Waits for the bound of a step. Meanwhile the plan does not count as one of the parallel plans.
    ///
    /// # Errors
    /// If the plan must stop before the end of the wait.
    pub async fn wait_for_bound(&self, wait: Duration) -> Result<(), StopReason> {
        self.change_counts(|counts| counts.bound_waits += 1);
        let _parked = self.context.shared_budget.park_plan();
        self.pause_plan(wait).await
    }

    /// The wait with jitter, drawn from the seeds for each wait of a step.
    pub fn add_jitter(&self, wait: Duration, step: usize) -> Duration {
        let most = self.context.pace.jitter_percent;
        if most == 0 || wait.is_zero() {
            return wait;
        }
        let (seed, plan) = self.context.seeds;
        let nth = self.state.borrow().next;
        let mut rng = SeededRng::new(seed, plan, nth << 16 | step as u64 & 0xffff, PURPOSE_WAIT);
        wait.saturating_mul(100 + rng.draw_below(u64::from(most) + 1) as u32) / 100
    }

    /// Waits for the turns of the first steps of branches, by index, so that no step waits for its turn after the
    /// branches are released.
    ///
    /// # Errors
    /// If the plan must stop. Then no step is sent.
    pub async fn admit_together(&self, indices: &[usize]) -> Result<(), StopReason> {
        for index in indices {
            match self.admit_request(CallCause::Step).await {
                Ok(number) => drop(self.admitted.borrow_mut().insert(*index, number)),
                Err(stop) => {
                    let mut run = self.state.borrow_mut();
                    for number in std::mem::take(&mut *self.admitted.borrow_mut()).into_values() {
                        run.waiting.remove(&number);
                        run.next = run.next.min(number);
                        run.counts.requests -= 1;
                    }
                    return Err(stop);
                }
            }
        }
        Ok(())
    }

    /// Waits for the turn of a request, counts the request, and returns the number of the exchange.
    async fn admit_request(&self, cause: CallCause) -> Result<u64, StopReason> {
        let wait = self.context.shared_budget.take_turn() - Instant::now();
        self.pause_plan(wait).await?;
        let mut run = self.state.borrow_mut();
        if self.context.cancel.is_requested() {
            return Err(StopReason::Cancelled);
        }
        if run.started.elapsed() >= self.context.limits.time {
            return Err(StopReason::Time);
        }
        if run.counts.requests >= self.context.limits.requests {
            return Err(StopReason::Requests);
        }
        if let Some(cause) = self.context.endpoint.exceeded_failures() {
            return Err(StopReason::InfrastructureFailures { cause });
        }
        self.context.shared_budget.take_request(self.context.endpoint)?;
        run.counts.requests += 1;
        run.counts.polls += u64::from(cause == CallCause::Poll);
        let number = run.next;
        run.next += 1;
        run.waiting.insert(number, None);
        Ok(number)
    }

    /// Counts the outcome, assigns ids to handles, strips secrets, and passes recorded exchanges to the
    /// watcher in the order of sending.
    fn record_exchange(&self, step: &Step, mut exchange: Exchange, fate: &DeliveryResult) {
        let mut run = self.state.borrow_mut();
        count_failure(&mut run, self.context, fate);
        self.assign_ids(&mut run, step, &mut exchange);
        self.watcher.borrow().classify_input(&mut exchange);
        if !step.setup.is_empty() {
            mark_doubtful(&mut exchange, &step.setup);
        }
        self.context.secrets.strip_secrets(&mut exchange);
        let number = exchange.number;
        run.waiting.insert(number, Some(exchange));
        while let Some(mut exchange) = pop_finished(&mut run.waiting) {
            self.watcher.borrow_mut().observe_exchange(&exchange);
            run.recorder.record_exchange(&mut exchange);
            run.exchanges.push(outline_exchange(exchange));
        }
        self.recorded.notify_waiters();
    }

    /// Assigns the ids that an exchange tells to the handles of its step and of earlier steps.
    fn assign_ids(&self, run: &mut PlanState, step: &Step, exchange: &mut Exchange) {
        let found = self.watcher.borrow().find_ids(exchange);
        if !step.births.is_empty() {
            exchange.created = assign_handle_ids(run, &step.births, &found.created);
            run.handles_by_step.entry(exchange.step).or_insert_with(|| step.births.clone());
        }
        for told in found.learned {
            let Some(births) = run.handles_by_step.get(&told.step).cloned() else { continue };
            let born = assign_handle_ids(run, &births, &BTreeMap::from([(told.about, vec![told.id])]));
            // The journal has an entry for the step, without the id.
            let _ = run.journal.record_result(told.step, &self.keep_plain_ids(born.clone()), false);
            exchange.created.extend(born);
        }
    }

    /// The ids without those that contain a credential. A sweep looks up such a resource by the body of its create.
    fn keep_plain_ids(&self, mut born: BTreeMap<String, String>) -> BTreeMap<String, String> {
        born.retain(|_, id| !self.context.secrets.has_secret(id));
        born
    }

    fn elapsed_ms(&self) -> u64 {
        self.state.borrow().elapsed_ms()
    }

    fn elapsed_us(&self) -> u64 {
        self.state.borrow().elapsed_us()
    }
}

fn count_failure(run: &mut PlanState, context: &PlanEnvironment<'_>, fate: &DeliveryResult) {
    match fate {
        DeliveryResult::Answered => {}
        DeliveryResult::Throttled { .. } => {
            run.counts.throttled += 1;
            context.shared_budget.count_failure(|troubles| troubles.throttled += 1);
        }
        DeliveryResult::Lost => {
            run.counts.lost += 1;
            context.shared_budget.count_failure(|troubles| troubles.lost += 1);
        }
        DeliveryResult::Unsent { .. } => {
            run.counts.unsent += 1;
            context.shared_budget.count_failure(|troubles| troubles.unsent += 1);
        }
    }
    run.unsent_in_row = if matches!(fate, DeliveryResult::Unsent { .. }) { run.unsent_in_row + 1 } else { 0 };
}

/// Calls the input doubtful at the places that the profile added: this endpoint needs the additions, and
/// no page mentions them.
fn mark_doubtful(exchange: &mut Exchange, added: &[String]) {
    let input = exchange.input.get_or_insert_with(|| RecordedInputClass::from(InputClass::Doubtful));
    input.class = InputClass::Doubtful;
    input.doubts.extend(added.iter().filter(|place| !input.doubts.contains(place)).cloned().collect::<Vec<_>>());
}

/// Removes the first waiting exchange if the exchange is finished.
fn pop_finished(waiting: &mut BTreeMap<u64, Option<Exchange>>) -> Option<Exchange> {
    let first = waiting.first_entry()?;
    if first.get().is_some() { first.remove() } else { None }
}

/// Assigns ids to the handles in `births`, in order, and returns the new assignments. A handle with an id
/// keeps the id.
fn assign_handle_ids(
    run: &mut PlanState,
    births: &BTreeMap<String, Vec<String>>,
    ids: &BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, String> {
    let mut born = BTreeMap::new();
    for (about, handles) in births {
        for (handle, id) in handles.iter().zip(ids.get(about).into_iter().flatten()) {
            if !run.ids.contains_key(handle) {
                run.ids.insert(handle.clone(), id.clone());
                run.created_handles.push(handle.clone());
                born.insert(handle.clone(), id.clone());
            }
        }
    }
    born
}

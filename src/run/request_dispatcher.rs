//! Sends requests and records the exchanges.

use super::bind::bind;
use super::context::Context;
use super::disposition::{Fate, Landed};
use super::plan_state::{Run, Spent};
use super::stop::Stop;
use super::watcher::Watcher;
use crate::endpoint::{Call, Request};
use crate::history::{Cause, Exchange, Input, Outcome, Reply};
use crate::plan::Step;
use crate::schema::{Class, Rng};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

/// Purpose of the random stream for the jitter of waits.
const PURPOSE_WAIT: u64 = 40;

/// Sends the requests of one plan. The branches of the plan share the state and the watcher, on one
/// thread; no borrow outlives an await.
pub(super) struct Desk<'a> {
    pub context: &'a Context<'a>,
    run: RefCell<&'a mut Run>,
    watcher: RefCell<&'a mut dyn Watcher>,
    recorded: Notify,
}

impl<'a> Desk<'a> {
    pub fn new(context: &'a Context<'a>, run: &'a mut Run, watcher: &'a mut dyn Watcher) -> Desk<'a> {
        Desk { context, run: RefCell::new(run), watcher: RefCell::new(watcher), recorded: Notify::new() }
    }

    /// The call of a step, with ids and mark.
    ///
    /// # Errors
    /// The name of a handle without an id.
    pub fn bound(&self, step: &Step) -> Result<Call, String> {
        let mut call = bind(step, &self.run.borrow().ids)?;
        self.context.marks.mark(&mut call);
        Ok(call)
    }

    /// The outcome of a recorded exchange.
    pub fn outcome(&self, number: u64) -> Option<Outcome> {
        let run = self.run.borrow();
        // Every number is recorded, so the number is the index.
        let at = usize::try_from(number).ok()?;
        run.exchanges.get(at).map(|exchange| exchange.outcome.clone())
    }

    /// As [`Watcher::unsettled`].
    pub fn unsettled(&self, index: usize) -> Vec<Call> {
        self.watcher.borrow().unsettled(index)
    }

    /// As [`Watcher::only_time_tells`].
    pub fn only_time_tells(&self, index: usize) -> bool {
        self.watcher.borrow().only_time_tells(index)
    }

    /// As [`Watcher::bound`].
    pub fn patience(&self, index: usize) -> Option<Duration> {
        self.watcher.borrow().bound(index)
    }

    /// Changes the counts of requests.
    pub fn count(&self, change: impl FnOnce(&mut Spent)) {
        change(&mut self.run.borrow_mut().spent);
    }

    /// Number of consecutive requests that did not reach the endpoint.
    pub fn unsent_in_row(&self) -> u32 {
        self.run.borrow().unsent_in_row
    }

    /// Records a create in the journal before the request is sent, with secrets stripped.
    pub fn intend(&self, index: usize, step: &Step, call: &Call) -> Result<(), Stop> {
        let mut call = call.clone();
        if let Some(body) = &mut call.body {
            self.context.secrets.strip_value(body);
        }
        let mut run = self.run.borrow_mut();
        run.journal.intent(index, step, &call).map_err(|error| Stop::Journal { cause: error.to_string() })
    }

    /// Records the result of a create in the journal. An error is ignored: the journal has the create, and
    /// a sweep looks up the resource.
    pub fn conclude(&self, index: usize, step: &Step, landed: &Result<Landed, Stop>) {
        let outcome = landed.as_ref().ok().and_then(|landed| self.outcome(landed.number));
        let refused =
            matches!(outcome, Some(Outcome::Replied(Reply { status: 400..=499, .. }) | Outcome::Hindered { .. }));
        let mut run = self.run.borrow_mut();
        let handles = step.births.values().flatten();
        let born = handles.filter_map(|name| Some((name.clone(), run.ids.get(name)?.clone()))).collect();
        let _ = run.journal.done(index, &born, refused);
    }

    /// Sends a request once and records the exchange.
    pub async fn ask(
        &self,
        index: usize,
        step: &Step,
        call: &Call,
        request: &Request,
        cause: Cause,
    ) -> Result<Landed, Stop> {
        let number = self.admit(cause).await?;
        let sent_ms = self.elapsed_ms();
        let most = self.context.pace.request_timeout;
        let outcome = match timeout(most, self.context.endpoint.send(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::Lost { cause: format!("no complete response within {} ms", most.as_millis()) },
        };
        let fate = Fate::of(&outcome);
        let exchange = Exchange {
            input: None,
            number,
            step: index,
            cause,
            operation: call.operation.clone(),
            binding: call.binding.clone(),
            caller: call.caller.clone(),
            // Includes the parameters from the identity, which are inputs of the call too.
            path: request.parameters.clone(),
            query: call.query.clone(),
            headers: call.headers.clone(),
            body: call.body.clone(),
            sent_ms,
            received_ms: self.elapsed_ms(),
            outcome,
            born: BTreeMap::new(),
        };
        self.record(step, exchange, &fate);
        Ok(Landed { number, fate })
    }

    /// Returns when the exchange with this number and all earlier exchanges are recorded.
    pub async fn recorded(&self, number: u64) {
        loop {
            let news = self.recorded.notified();
            if self.run.borrow().waiting.keys().next().is_none_or(|&first| first > number) {
                return;
            }
            news.await;
        }
    }

    /// Waits.
    ///
    /// # Errors
    /// If the plan must stop before the end of the wait.
    pub async fn pause(&self, wait: Duration) -> Result<(), Stop> {
        if wait.is_zero() {
            // A timer would round up to the next tick. `admit` checks whether the plan must stop.
            return Ok(());
        }
        let until = Instant::now() + wait;
        let end = (self.run.borrow().started + self.context.limits.time).min(self.context.purse.ends());
        tokio::select! {
            biased;
            () = self.context.cancel.wait() => Err(Stop::Cancelled),
            stop = self.context.purse.halting() => Err(stop),
            () = sleep_until(until.min(end)) => if until > end { Err(Stop::Time) } else { Ok(()) },
        }
    }

    /// The wait with jitter, drawn from the seeds for each wait of a step.
    pub fn spread(&self, wait: Duration, step: usize) -> Duration {
        let most = self.context.pace.jitter_percent;
        if most == 0 || wait.is_zero() {
            return wait;
        }
        let (seed, plan) = self.context.seeds;
        let nth = self.run.borrow().next;
        let mut rng = Rng::new(seed, plan, nth << 16 | step as u64 & 0xffff, PURPOSE_WAIT);
        wait.saturating_mul(100 + rng.below(u64::from(most) + 1) as u32) / 100
    }

    /// Waits for the turn of a request, counts the request, and returns the number of the exchange.
    async fn admit(&self, cause: Cause) -> Result<u64, Stop> {
        let wait = self.context.purse.turn() - Instant::now();
        self.pause(wait).await?;
        let mut run = self.run.borrow_mut();
        if self.context.cancel.asked() {
            return Err(Stop::Cancelled);
        }
        if run.started.elapsed() >= self.context.limits.time {
            return Err(Stop::Time);
        }
        if run.spent.requests >= self.context.limits.requests {
            return Err(Stop::Requests);
        }
        if let Some(cause) = self.context.endpoint.worn_out() {
            return Err(Stop::Hindered { cause });
        }
        self.context.purse.take()?;
        run.spent.requests += 1;
        run.spent.polls += u64::from(cause == Cause::Poll);
        let number = run.next;
        run.next += 1;
        run.waiting.insert(number, None);
        Ok(number)
    }

    /// Counts the outcome, assigns ids to handles, strips secrets, and passes recorded exchanges to the
    /// watcher in the order of sending.
    fn record(&self, step: &Step, mut exchange: Exchange, fate: &Fate) {
        let mut run = self.run.borrow_mut();
        count_failure(&mut run, self.context, fate);
        self.assign_ids(&mut run, step, &mut exchange);
        self.watcher.borrow().mark(&mut exchange);
        if !step.setup.is_empty() {
            doubt(&mut exchange, &step.setup);
        }
        self.context.secrets.strip(&mut exchange);
        let number = exchange.number;
        run.waiting.insert(number, Some(exchange));
        while let Some(exchange) = whole_first(&mut run.waiting) {
            self.watcher.borrow_mut().observe(&exchange);
            run.exchanges.push(exchange);
        }
        self.recorded.notify_waiters();
    }

    /// Assigns the ids that an exchange tells to the handles of its step and of earlier steps.
    fn assign_ids(&self, run: &mut Run, step: &Step, exchange: &mut Exchange) {
        if !step.births.is_empty() {
            let ids = self.watcher.borrow().born(exchange);
            exchange.born = christen(run, &step.births, &ids);
            run.births_of.entry(exchange.step).or_insert_with(|| step.births.clone());
        }
        for told in self.watcher.borrow().told(exchange) {
            let Some(births) = run.births_of.get(&told.step).cloned() else { continue };
            let born = christen(run, &births, &BTreeMap::from([(told.about, vec![told.id])]));
            // The journal has an entry for the step, without the id.
            let _ = run.journal.done(told.step, &born, false);
            exchange.born.extend(born);
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.run.borrow().started.elapsed().as_millis()).expect("a plan ends within ages")
    }
}

fn count_failure(run: &mut Run, context: &Context<'_>, fate: &Fate) {
    match fate {
        Fate::Answered => {}
        Fate::Throttled { .. } => {
            run.spent.throttled += 1;
            context.purse.suffer(|troubles| troubles.throttled += 1);
        }
        Fate::Lost => {
            run.spent.lost += 1;
            context.purse.suffer(|troubles| troubles.lost += 1);
        }
        Fate::Unsent { .. } => {
            run.spent.unsent += 1;
            context.purse.suffer(|troubles| troubles.unsent += 1);
        }
    }
    run.unsent_in_row = if matches!(fate, Fate::Unsent { .. }) { run.unsent_in_row + 1 } else { 0 };
}

/// Calls the input doubtful at the places that the profile added: this endpoint needs the additions, and
/// no page mentions them.
fn doubt(exchange: &mut Exchange, added: &[String]) {
    let input = exchange.input.get_or_insert_with(|| Input::from(Class::Doubtful));
    input.class = Class::Doubtful;
    input.doubts.extend(added.iter().filter(|place| !input.doubts.contains(place)).cloned().collect::<Vec<_>>());
}

/// Removes the first waiting exchange if the exchange is finished.
fn whole_first(waiting: &mut BTreeMap<u64, Option<Exchange>>) -> Option<Exchange> {
    let first = waiting.first_entry()?;
    if first.get().is_some() { first.remove() } else { None }
}

/// Assigns ids to the handles in `births`, in order, and returns the new assignments. A handle with an id
/// keeps the id.
fn christen(
    run: &mut Run,
    births: &BTreeMap<String, Vec<String>>,
    ids: &BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, String> {
    let mut born = BTreeMap::new();
    for (about, handles) in births {
        for (handle, id) in handles.iter().zip(ids.get(about).into_iter().flatten()) {
            if !run.ids.contains_key(handle) {
                run.ids.insert(handle.clone(), id.clone());
                run.births.push(handle.clone());
                born.insert(handle.clone(), id.clone());
            }
        }
    }
    born
}

//! Where requests go out and what came back is put on record.

use super::Call;
use super::face::{Context, Run, Spent, Stop, Watcher};
use crate::endpoint::Request;
use crate::history::{Cause, Exchange, Hindrance, Input, Outcome, Reply};
use crate::plan::Step;
use crate::schema::{Class, Rng};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

/// What came of one call.
pub(super) struct Landed {
    pub number: u64,
    pub fate: Fate,
}

/// An outcome as the runner acts on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Answered,
    /// `processed`: it may nevertheless have been carried out.
    Throttled {
        after: Option<Duration>,
        processed: bool,
    },
    Lost,
    Unsent {
        cause: String,
    },
}

/// The run and its watcher, shared by the branches of one thread. No borrow outlives an await.
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

    pub fn bound(&self, step: &Step) -> Result<Call, String> {
        let mut call = super::bind::bind(step, &self.run.borrow().ids)?;
        self.context.marks.mark(&mut call);
        Ok(call)
    }

    /// What became of a request that is on record.
    pub fn outcome(&self, number: u64) -> Option<Outcome> {
        let run = self.run.borrow();
        // Numbers without an exchange do not exist: each that is taken is recorded.
        let at = usize::try_from(number).ok()?;
        run.exchanges.get(at).map(|exchange| exchange.outcome.clone())
    }

    pub fn unsettled(&self, index: usize) -> Vec<Call> {
        self.watcher.borrow().unsettled(index)
    }

    pub fn only_time_tells(&self, index: usize) -> bool {
        self.watcher.borrow().only_time_tells(index)
    }

    /// Within what time all that a step touched must have come to rest.
    pub fn patience(&self, index: usize) -> Option<Duration> {
        self.watcher.borrow().bound(index)
    }

    pub fn count(&self, change: impl FnOnce(&mut Spent)) {
        change(&mut self.run.borrow_mut().spent);
    }

    pub fn unsent_in_row(&self) -> u32 {
        self.run.borrow().unsent_in_row
    }

    pub fn intend(&self, index: usize, step: &Step, call: &Call) -> Result<(), Stop> {
        let mut call = call.clone();
        if let Some(body) = &mut call.body {
            self.context.secrets.strip_value(body);
        }
        let mut run = self.run.borrow_mut();
        run.journal.intent(index, step, &call).map_err(|error| Stop::Journal { cause: error.to_string() })
    }

    /// A failure to write is not fatal here: the intent is on disk, and the sweep looks it up.
    pub fn conclude(&self, index: usize, step: &Step, landed: &Result<Landed, Stop>) {
        let outcome = landed.as_ref().ok().and_then(|landed| self.outcome(landed.number));
        let refused =
            matches!(outcome, Some(Outcome::Replied(Reply { status: 400..=499, .. }) | Outcome::Hindered { .. }));
        let mut run = self.run.borrow_mut();
        let handles = step.births.values().flatten();
        let born = handles.filter_map(|name| Some((name.clone(), run.ids.get(name)?.clone()))).collect();
        let _ = run.journal.done(index, &born, refused);
    }

    /// Sends once and puts it on record.
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
            Err(_) => Outcome::Lost { cause: format!("no whole reply within {} ms", most.as_millis()) },
        };
        let fate = fate(&outcome);
        let exchange = Exchange {
            input: None,
            number,
            step: index,
            cause,
            operation: call.operation.clone(),
            binding: call.binding.clone(),
            caller: call.caller.clone(),
            // Those that the identity filled in are inputs of the call like the others.
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

    /// Returns when every exchange up to this one is on record.
    pub async fn recorded(&self, number: u64) {
        loop {
            let news = self.recorded.notified();
            if self.run.borrow().waiting.keys().next().is_none_or(|&first| first > number) {
                return;
            }
            news.await;
        }
    }

    /// Waits, unless it is cancelled or the time is up before.
    pub async fn pause(&self, wait: Duration) -> Result<(), Stop> {
        if wait.is_zero() {
            // A timer would round up to its next tick. What may not go on is not admitted.
            return Ok(());
        }
        let until = Instant::now() + wait;
        let end = (self.run.borrow().started + self.context.budget.time).min(self.context.purse.ends());
        tokio::select! {
            biased;
            () = self.context.cancel.wait() => Err(Stop::Cancelled),
            stop = self.context.purse.halting() => Err(stop),
            () = sleep_until(until.min(end)) => if until > end { Err(Stop::Time) } else { Ok(()) },
        }
    }

    /// The wait and a part of it more, drawn from the seeds for each wait of a step.
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

    async fn admit(&self, cause: Cause) -> Result<u64, Stop> {
        let wait = self.context.purse.turn() - Instant::now();
        self.pause(wait).await?;
        let mut run = self.run.borrow_mut();
        if self.context.cancel.asked() {
            return Err(Stop::Cancelled);
        }
        if run.started.elapsed() >= self.context.budget.time {
            return Err(Stop::Time);
        }
        if run.spent.requests >= self.context.budget.requests {
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

    fn record(&self, step: &Step, mut exchange: Exchange, fate: &Fate) {
        let mut run = self.run.borrow_mut();
        let purse = self.context.purse;
        match fate {
            Fate::Answered => {}
            Fate::Throttled { .. } => {
                run.spent.throttled += 1;
                purse.suffer(|troubles| troubles.throttled += 1);
            }
            Fate::Lost => {
                run.spent.lost += 1;
                purse.suffer(|troubles| troubles.lost += 1);
            }
            Fate::Unsent { .. } => {
                run.spent.unsent += 1;
                purse.suffer(|troubles| troubles.unsent += 1);
            }
        }
        run.unsent_in_row = if matches!(fate, Fate::Unsent { .. }) { run.unsent_in_row + 1 } else { 0 };
        if !step.births.is_empty() {
            let ids = self.watcher.borrow().born(&exchange);
            exchange.born = christen(&mut run, &step.births, &ids);
            run.births_of.entry(exchange.step).or_insert_with(|| step.births.clone());
        }
        for told in self.watcher.borrow().told(&exchange) {
            let Some(births) = run.births_of.get(&told.step).cloned() else { continue };
            let born = christen(&mut run, &births, &BTreeMap::from([(told.about, vec![told.id])]));
            // The journal has the step already; what it did not know then is added.
            let _ = run.journal.done(told.step, &born, false);
            exchange.born.extend(born);
        }
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

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.run.borrow().started.elapsed().as_millis()).expect("a plan does not last for ages")
    }
}

/// What a profile adds is this endpoint's need, not the pages' word: as input it decides nothing.
fn doubt(exchange: &mut Exchange, added: &[String]) {
    let input = exchange.input.get_or_insert_with(|| Input::from(Class::Doubtful));
    input.class = Class::Doubtful;
    input.doubts.extend(added.iter().filter(|place| !input.doubts.contains(place)).cloned().collect::<Vec<_>>());
}

fn whole_first(waiting: &mut BTreeMap<u64, Option<Exchange>>) -> Option<Exchange> {
    let first = waiting.first_entry()?;
    if first.get().is_some() { first.remove() } else { None }
}

/// Gives the step's handles their ids, in order; a handle that has one keeps it.
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

fn fate(outcome: &Outcome) -> Fate {
    match outcome {
        Outcome::Unsent { cause } => Fate::Unsent { cause: cause.clone() },
        Outcome::Lost { .. } => Fate::Lost,
        // Nothing frees a quota but what the plan does next.
        Outcome::Hindered { by: Hindrance::Quota, .. } => Fate::Answered,
        Outcome::Hindered { reply, .. } => Fate::Throttled { after: comes_back(reply), processed: false },
        Outcome::Replied(reply) => {
            let named = reply.headers.get("retry-after");
            let after = comes_back(reply);
            match reply.status {
                429 => Fate::Throttled { after, processed: false },
                503 if named.is_some() => Fate::Throttled { after, processed: true },
                502..=504 => Fate::Lost,
                _ => Fate::Answered,
            }
        }
    }
}

fn comes_back(reply: &Reply) -> Option<Duration> {
    let named = reply.headers.get("retry-after")?;
    retry_after(named, reply.headers.get("date").map(String::as_str))
}

/// In seconds, or as a date: that is taken against the date of the same reply, because the endpoint's
/// clock may not be ours.
fn retry_after(text: &str, date: Option<&str>) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = httpdate::parse_http_date(date?.trim()).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

const PURPOSE_WAIT: u64 = 40;

//! Where requests go out and what came back is put on record.

use super::Call;
use super::journal::Journal;
use super::pace::{Budget, Cancel, Pace};
use crate::endpoint::{ComposeError, Endpoint, Identities, Request};
use crate::history::{Cause, Exchange, Outcome, Secrets};
use crate::plan::Step;
use crate::schema::catalog::Catalog;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

/// Who reads what comes back: the campaign over the belief, or a plain recorder.
pub trait Watcher {
    /// Ids that this reply brings to life, by the suite's `about` name. Sees the reply
    /// before secrets are replaced, polls and repeats too: the thing of a lost create may
    /// be found by one.
    fn born(&self, exchange: &Exchange) -> BTreeMap<String, Vec<String>>;
    /// Called once for every exchange as recorded, in the order in which they were sent.
    fn observe(&mut self, exchange: &Exchange);
    /// Reads that would show what this step touched and is not yet at rest; empty at rest.
    fn unsettled(&self, step_index: usize) -> Vec<Call>;
}

/// What stays the same during a plan.
pub struct Context<'a> {
    /// Whom to ask.
    pub endpoint: &'a dyn Endpoint,
    /// The operations that steps name.
    pub catalog: &'a Catalog,
    /// What fills the paths that steps leave open.
    pub identities: &'a Identities,
    /// What must not be recorded.
    pub secrets: &'a Secrets,
    /// Delays and repeats.
    pub pace: Pace,
    /// Ceilings of this plan.
    pub budget: Budget,
    /// Stops it from outside.
    pub cancel: Cancel,
}

/// A plan on its way: what it knows, what it has recorded, what it has spent.
pub struct Run {
    /// The id of each handle that has one.
    pub ids: BTreeMap<String, String>,
    /// Handles in the order in which they got their id.
    pub births: Vec<String>,
    /// What was recorded, in the order in which it was sent.
    pub exchanges: Vec<Exchange>,
    /// Requests by what became of them.
    pub spent: Spent,
    pub(super) started: Instant,
    journal: Box<dyn Journal>,
    next: u64,
    /// Sent and not yet on record: an earlier one is still out.
    waiting: BTreeMap<u64, Option<Exchange>>,
    unsent_in_row: u32,
    gap_ends: Instant,
}

/// Counts of requests. Trouble of the infrastructure is counted so that it cannot hide a deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// All of them.
    pub requests: u64,
    /// Made to see whether something rests.
    pub polls: u64,
    /// Made again.
    pub retries: u64,
    /// Refused for their number: 429, or 503 that says when to come back.
    pub throttled: u64,
    /// Without a whole reply: no reply, or 502, 503, 504.
    pub lost: u64,
    /// Never reached the endpoint.
    pub unsent: u64,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepEnd {
    /// Sent; nothing was to be waited for.
    Done,
    /// Not sent.
    Skipped(Skip),
    /// What it touched has come to rest.
    Settled,
    /// It has not.
    NotSettled(Unrest),
}

/// Why a step was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// This handle has no id: what should have brought it to life did not.
    Unbound(String),
    /// HTTP has no way to carry it.
    Unsendable(ComposeError),
}

/// Why polling ended before there was rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrest {
    /// `settle_most` is over.
    Bound,
    /// The replies did not change for the quiet time.
    Quiet,
}

/// Why the plan cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The budget of requests is spent.
    #[error("the plan's budget of requests is spent")]
    Requests,
    /// The budget of time is spent.
    #[error("the plan's budget of time is spent")]
    Time,
    /// Several requests in a row did not reach the endpoint.
    #[error("the endpoint cannot be reached: {cause}")]
    Unreachable {
        /// What became of the last one.
        cause: String,
    },
    /// Asked for from outside.
    #[error("stopped on request")]
    Cancelled,
    /// Without a journal nothing may be created.
    #[error("the journal cannot be written: {cause}; nothing is created without it")]
    Journal {
        /// What the system says.
        cause: String,
    },
    /// The plan and the catalog or the profile do not fit.
    #[error(transparent)]
    Unfit(#[from] ComposeError),
}

impl Run {
    /// Begins now.
    pub fn begin(journal: Box<dyn Journal>) -> Run {
        let started = Instant::now();
        Run {
            ids: BTreeMap::new(),
            births: Vec::new(),
            exchanges: Vec::new(),
            spent: Spent::default(),
            started,
            journal,
            next: 0,
            waiting: BTreeMap::new(),
            unsent_in_row: 0,
            gap_ends: started,
        }
    }

    /// The journal is told; the sweep does not depend on it.
    pub(super) fn note_gone(&mut self, handle: &str) {
        let _ = self.journal.gone(handle);
    }
}

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
    pub fn new(
        context: &'a Context<'a>,
        run: &'a mut Run,
        watcher: &'a mut dyn Watcher,
    ) -> Desk<'a> {
        Desk {
            context,
            run: RefCell::new(run),
            watcher: RefCell::new(watcher),
            recorded: Notify::new(),
        }
    }

    pub fn bound(&self, step: &Step) -> Result<Call, String> {
        super::bind::bind(step, &self.run.borrow().ids)
    }

    /// What became of a request that is on record.
    pub fn outcome(&self, number: u64) -> Option<Outcome> {
        let run = self.run.borrow();
        // Numbers without an exchange do not exist: each that is taken is recorded.
        let at = usize::try_from(number).ok()?;
        run.exchanges
            .get(at)
            .map(|exchange| exchange.outcome.clone())
    }

    pub fn unsettled(&self, index: usize) -> Vec<Call> {
        self.watcher.borrow().unsettled(index)
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
        run.journal
            .intent(index, step, &call)
            .map_err(|error| Stop::Journal {
                cause: error.to_string(),
            })
    }

    /// A failure to write is not fatal here: the intent is on disk, and the sweep looks it up.
    pub fn conclude(&self, index: usize, step: &Step) {
        let mut run = self.run.borrow_mut();
        let handles = step.births.values().flatten();
        let born = handles
            .filter_map(|name| Some((name.clone(), run.ids.get(name)?.clone())))
            .collect();
        let _ = run.journal.done(index, &born);
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
            Err(_) => Outcome::Lost {
                cause: format!("no whole reply within {} ms", most.as_millis()),
            },
        };
        let fate = fate(&outcome);
        let exchange = Exchange {
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
            if self
                .run
                .borrow()
                .waiting
                .keys()
                .next()
                .is_none_or(|&first| first > number)
            {
                return;
            }
            news.await;
        }
    }

    /// Waits, unless it is cancelled or the time is up before.
    pub async fn pause(&self, wait: Duration) -> Result<(), Stop> {
        let until = Instant::now() + wait;
        let end = self.run.borrow().started + self.context.budget.time;
        tokio::select! {
            biased;
            () = self.context.cancel.wait() => Err(Stop::Cancelled),
            () = sleep_until(until.min(end)) => if until > end { Err(Stop::Time) } else { Ok(()) },
        }
    }

    async fn admit(&self, cause: Cause) -> Result<u64, Stop> {
        // The turn is taken before the wait: branches that wait together go one after the other.
        let turn = {
            let mut run = self.run.borrow_mut();
            let turn = run.gap_ends.max(Instant::now());
            run.gap_ends = turn + self.context.pace.gap;
            turn
        };
        let wait = turn - Instant::now();
        if !wait.is_zero() {
            self.pause(wait).await?;
        }
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
        run.spent.requests += 1;
        run.spent.polls += u64::from(cause == Cause::Poll);
        let number = run.next;
        run.next += 1;
        run.waiting.insert(number, None);
        Ok(number)
    }

    fn record(&self, step: &Step, mut exchange: Exchange, fate: &Fate) {
        let mut run = self.run.borrow_mut();
        match fate {
            Fate::Answered => {}
            Fate::Throttled { .. } => run.spent.throttled += 1,
            Fate::Lost => run.spent.lost += 1,
            Fate::Unsent { .. } => run.spent.unsent += 1,
        }
        run.unsent_in_row = if matches!(fate, Fate::Unsent { .. }) {
            run.unsent_in_row + 1
        } else {
            0
        };
        if !step.births.is_empty() {
            let ids = self.watcher.borrow().born(&exchange);
            exchange.born = christen(&mut run, step, &ids);
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
        u64::try_from(self.run.borrow().started.elapsed().as_millis())
            .expect("a plan does not last for ages")
    }
}

fn whole_first(waiting: &mut BTreeMap<u64, Option<Exchange>>) -> Option<Exchange> {
    let first = waiting.first_entry()?;
    if first.get().is_some() {
        first.remove()
    } else {
        None
    }
}

/// Gives the step's handles their ids, in order; a handle that has one keeps it.
fn christen(
    run: &mut Run,
    step: &Step,
    ids: &BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, String> {
    let mut born = BTreeMap::new();
    for (about, handles) in &step.births {
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
        Outcome::Unsent { cause } => Fate::Unsent {
            cause: cause.clone(),
        },
        Outcome::Lost { .. } => Fate::Lost,
        Outcome::Replied(reply) => {
            let named = reply.headers.get("retry-after");
            let after = named.and_then(|text| seconds(text));
            match reply.status {
                429 => Fate::Throttled {
                    after,
                    processed: false,
                },
                503 if named.is_some() => Fate::Throttled {
                    after,
                    processed: true,
                },
                502..=504 => Fate::Lost,
                _ => Fate::Answered,
            }
        }
    }
}

/// Only the form in seconds: a date would need the clock of the wall.
fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

//! The budget that a whole campaign shares.

use super::stop::{FailureCounts, StopReason};
use crate::endpoint::Endpoint;
use crate::limits::{CLEANING_EACH, FailureLimit, Limits};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::ops::Add;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// The requests and the time of a campaign: one budget for plans, shrinking, cleaning up, checks and tokens. Parallel
/// plans run on one thread; no borrow outlives a call.
pub struct SharedBudget {
    limits: Limits,
    /// Number of all requests at which plans end. Shrinking raises the number.
    end: Cell<u64>,
    phase: Cell<BudgetPhase>,
    time: Cell<Duration>,
    opened: Cell<Option<Instant>>,
    turn_ends: Cell<Option<Instant>>,
    shares: Cell<RequestShares>,
    /// What earlier parts of a resumed run have sent.
    earlier: Cell<RequestShares>,
    watch: Option<Rc<dyn SpendingWatch>>,
    /// Requests of checks of credentials, a part of `shares`.
    credential_checks: Cell<u64>,
    /// Requests that requests under way may need in addition, for tokens.
    held: Cell<u64>,
    /// Requests that deleting the present live resources needs.
    owed: Cell<u64>,
    deletions: Cell<DeletionCosts>,
    failures: Cell<FailureCounts>,
    halted: RefCell<Option<StopReason>>,
    news: Notify,
    /// Whether another plan runs in place of a plan that waits for a bound.
    parks_plans: Cell<bool>,
    /// Number of plans that wait for a bound.
    parked: Cell<usize>,
    parked_changed: Notify,
}

/// Learns how many requests a campaign has sent.
pub trait SpendingWatch {
    /// Takes the number of all requests of the run so far.
    fn note_spent(&self, requests: u64);
}

/// Marks a plan as waiting for a bound, until the mark is dropped.
pub(super) struct ParkedPlan<'a>(&'a SharedBudget);

impl Drop for ParkedPlan<'_> {
    fn drop(&mut self) {
        self.0.parked.set(self.0.parked.get() - 1);
    }
}

/// Percentage of the requests or the time for plans after which testing is late.
const LATE_PERCENT: u128 = 60;

/// Requests that are kept for a plan while it waits for a bound: without the polls after the wait, the wait would be
/// useless.
const PARKED_REQUESTS: u64 = 3;

/// What the present requests are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BudgetPhase {
    Testing,
    Shrinking,
    /// Cleaning up at the end of the run.
    Closing,
}

/// Numbers of requests by purpose. The sum is everything that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestShares {
    /// Requests of plans.
    pub testing: u64,
    /// Requests of the candidates of the shrinker.
    pub shrinking: u64,
    /// Requests for cleaning up.
    pub cleaning: u64,
    /// Checks before the first plan, requests for tokens, repetitions with a renewed token, and reads that check
    /// credentials after a 401.
    pub checking: u64,
    /// Requests of earlier parts of the run after the last plan that they recorded; their purpose is unknown.
    #[serde(default)]
    pub unrecorded: u64,
}

impl RequestShares {
    /// Everything that was sent.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.testing + self.shrinking + self.cleaning + self.checking + self.unrecorded
    }
}

impl Add for RequestShares {
    type Output = RequestShares;

    /// The sums, purpose by purpose.
    fn add(self, other: RequestShares) -> RequestShares {
        RequestShares {
            testing: self.testing + other.testing,
            shrinking: self.shrinking + other.shrinking,
            cleaning: self.cleaning + other.cleaning,
            checking: self.checking + other.checking,
            unrecorded: self.unrecorded + other.unrecorded,
        }
    }
}

/// The requests that deletions took until a response proved the absence of the resource.
#[derive(Debug, Clone, Copy, Default)]
struct DeletionCosts {
    deletions: u64,
    requests: u64,
}

impl DeletionCosts {
    /// Requests that the next deletion needs: twice the average, because resources differ.
    fn estimate_next(self) -> u64 {
        (2 * self.requests).checked_div(self.deletions).map_or(CLEANING_EACH, |twice| twice.max(CLEANING_EACH))
    }
}

/// Most time to catch up, because gaps below a timer's resolution hold only on average.
const CATCH_UP: Duration = Duration::from_millis(10);

impl SharedBudget {
    /// An unspent budget. The time begins with the first request.
    #[must_use]
    pub fn new(limits: Limits) -> SharedBudget {
        SharedBudget {
            limits,
            end: Cell::new(limits.requests),
            phase: Cell::new(BudgetPhase::Testing),
            time: Cell::new(limits.time),
            opened: Cell::new(None),
            turn_ends: Cell::new(None),
            shares: Cell::default(),
            earlier: Cell::default(),
            watch: None,
            credential_checks: Cell::default(),
            held: Cell::new(0),
            owed: Cell::new(0),
            deletions: Cell::default(),
            failures: Cell::default(),
            halted: RefCell::new(None),
            news: Notify::new(),
            parks_plans: Cell::new(false),
            parked: Cell::new(0),
            parked_changed: Notify::new(),
        }
    }

    /// Tells `watch` the number of all requests before each request is sent.
    #[must_use]
    pub fn watched_by(self, watch: Option<Rc<dyn SpendingWatch>>) -> SharedBudget {
        SharedBudget { watch, ..self }
    }

    fn set_shares(&self, shares: RequestShares) {
        let grows = shares.total() > self.shares.get().total();
        self.shares.set(shares);
        if let (true, Some(watch)) = (grows, &self.watch) {
            watch.note_spent(self.count_spent());
        }
    }

    /// Lets another plan run in place of a plan that waits for a bound. On a paused clock a wait costs nothing, and plans
    /// that run one after the other are the same in each run.
    pub fn park_waiting_plans(&self) {
        self.parks_plans.set(true);
    }

    /// Marks a plan as waiting for a bound.
    pub(super) fn park_plan(&self) -> Option<ParkedPlan<'_>> {
        if !self.parks_plans.get() {
            return None;
        }
        self.parked.set(self.parked.get() + 1);
        self.parked_changed.notify_waiters();
        Some(ParkedPlan(self))
    }

    /// Number of plans that wait for a bound.
    #[must_use]
    pub fn count_parked(&self) -> usize {
        self.parked.get()
    }

    /// Ends when a further plan waits for a bound, from now on.
    pub fn await_parked_plan(&self) -> impl Future<Output = ()> {
        self.parked_changed.notified()
    }

    /// Counts what earlier parts of the run have sent, which the limits of requests include.
    pub fn count_earlier(&self, shares: RequestShares) {
        self.earlier.set(shares);
    }

    /// Numbers of requests so far, by purpose, with those of earlier parts of the run.
    #[must_use]
    pub fn shares(&self) -> RequestShares {
        self.shares.get() + self.earlier.get()
    }

    /// Number of all requests so far.
    #[must_use]
    pub fn count_spent(&self) -> u64 {
        self.shares().total()
    }

    /// Number of requests without an answer so far.
    #[must_use]
    pub fn count_failures(&self) -> FailureCounts {
        self.failures.get()
    }

    /// Time since the first request.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.opened.get().map_or(Duration::ZERO, |opened| opened.elapsed())
    }

    /// Keeps a share of the requests and of the time, in percent, for races at the end of testing.
    pub fn keep_for_races(&self, percent: u32) {
        let rest = |all: u64| all - all / 100 * u64::from(percent);
        self.end.set(rest(self.limits.requests));
        self.time.set(self.limits.time - self.limits.time / 100 * percent);
    }

    /// Starts the races: they may use up to the share of the requests, and the time that was kept. Cleaning up after the
    /// plans before may have used the share; then the races use requests that are left for cleaning up, as far as no
    /// live resource needs them.
    pub fn start_races(&self, percent: u32) {
        let share = self.limits.requests / 100 * u64::from(percent);
        self.end.set(self.count_spent().saturating_add(share).min(self.end_cleaning()));
        self.time.set(self.limits.time);
    }

    /// Starts shrinking: adds the requests and the time for shrinking, without the requests that only cleaning up may
    /// send, and revokes a halt by [`StopReason::Enough`].
    pub fn start_shrinking(&self) {
        let halted = &mut *self.halted.borrow_mut();
        *halted = halted.take().filter(|stop| *stop != StopReason::Enough);
        let limits = self.limits.for_shrinking();
        let plans_end = self.limits.requests.saturating_add(self.limits.shrink_requests);
        self.phase.set(BudgetPhase::Shrinking);
        self.end.set(self.count_spent().saturating_add(limits.requests).min(plans_end));
        // The time that cleaning up took before is not added: the end of testing is fixed.
        let last = self.limits.time.saturating_add(self.limits.shrink_time);
        self.time.set(self.time.get().max(self.elapsed().saturating_add(limits.time).min(last)));
    }

    /// Starts cleaning up at the end of the run: no plan sends a request any more, and cleaning up may use all
    /// requests that are left.
    pub fn start_closing(&self) {
        self.phase.set(BudgetPhase::Closing);
        self.end.set(self.end.get().min(self.count_spent()));
    }

    /// Stops all plans. The first reason is kept.
    pub fn halt_plans(&self, stop: StopReason) {
        self.halted.borrow_mut().get_or_insert(stop);
        self.news.notify_waiters();
    }

    /// Whether most of the requests or of the time for plans are spent.
    #[must_use]
    pub fn is_late_in_testing(&self) -> bool {
        let late = |spent: u128, all: u128| spent * 100 >= all * LATE_PERCENT;
        late(self.count_spent().into(), self.end.get().into())
            || late(self.elapsed().as_millis(), self.time.get().as_millis())
    }

    /// Why no further request of a plan is allowed; `None` if requests are allowed.
    #[must_use]
    pub fn find_stop(&self) -> Option<StopReason> {
        if let Some(stop) = &*self.halted.borrow() {
            return Some(stop.clone());
        }
        let kept = PARKED_REQUESTS * self.parked.get() as u64;
        if self.count_spent() + kept >= self.end.get() || !self.affords(1, self.owed.get()) {
            return Some(StopReason::Requests);
        }
        (self.elapsed() >= self.time.get()).then_some(StopReason::Time)
    }

    /// Returns when all plans must stop.
    pub(super) async fn wait_for_halt(&self) -> StopReason {
        loop {
            let news = self.news.notified();
            if let Some(stop) = self.halted.borrow().clone() {
                return stop;
            }
            news.await;
        }
    }

    /// The end of the time for plans.
    pub(super) fn end_time(&self) -> Instant {
        self.start_time() + self.time.get()
    }

    /// The time at which the next request may be sent. Callers take their turns before they wait, so that
    /// waiting requests are sent one after the other.
    pub(super) fn take_turn(&self) -> Instant {
        let now = Instant::now();
        let gap = self.limits.request_gap();
        let from = if gap < CATCH_UP / 5 { now.checked_sub(CATCH_UP).unwrap_or(now) } else { now };
        let turn = self.turn_ends.get().map_or(now, |ends| ends.max(from));
        self.turn_ends.set(Some(turn + gap));
        turn.max(now)
    }

    /// Keeps the requests for the deletion of `live` resources, and `further` requests for the search at the end.
    pub fn keep_for_deletions(&self, live: usize, further: u64) {
        let each = self.deletions.get().estimate_next();
        self.owed.set((live as u64).saturating_mul(each).saturating_add(further));
    }

    /// Whether creates are affordable that lead to `live` resources, their deletions included. If not, the plans of
    /// the present phase end.
    pub fn afford_creates(&self, live: usize, further: u64) -> bool {
        self.keep_for_deletions(live, further);
        let affordable = self.affords(1, self.owed.get());
        if !affordable {
            self.end.set(self.end.get().min(self.count_spent()));
        }
        affordable
    }

    /// Notes the number of requests that one deletion took.
    pub fn note_deletion_cost(&self, requests: u64) {
        let DeletionCosts { deletions, requests: before } = self.deletions.get();
        self.deletions.set(DeletionCosts { deletions: deletions + 1, requests: before + requests });
    }

    /// Whether `requests` of plans can be sent, and `owed` requests for cleaning up remain.
    fn affords(&self, requests: u64, owed: u64) -> bool {
        let committed = self.count_spent().saturating_add(self.held.get());
        committed.saturating_add(requests).saturating_add(owed) <= self.end_cleaning()
    }

    /// Number of all requests at which cleaning up ends. The requests for shrinking are kept until the run ends.
    fn end_cleaning(&self) -> u64 {
        let total = self.limits.total_requests();
        match self.phase.get() {
            BudgetPhase::Testing => self.limits.requests.saturating_add(self.limits.cleanup_requests),
            BudgetPhase::Shrinking | BudgetPhase::Closing => total,
        }
    }

    /// Counts a request of a plan to `endpoint`. [`Self::settle_request`] follows.
    pub(super) fn take_request(&self, endpoint: &dyn Endpoint) -> Result<(), StopReason> {
        self.admit_request(endpoint)?;
        let mut shares = self.shares.get();
        match self.phase.get() {
            BudgetPhase::Testing => shares.testing += 1,
            BudgetPhase::Shrinking | BudgetPhase::Closing => shares.shrinking += 1,
        }
        self.set_shares(shares);
        Ok(())
    }

    /// Counts a read that checks credentials. [`Self::settle_request`] follows.
    pub(super) fn take_check(&self, endpoint: &dyn Endpoint) -> Result<(), StopReason> {
        self.admit_request(endpoint)?;
        self.credential_checks.set(self.credential_checks.get() + 1);
        self.count_additional(endpoint);
        Ok(())
    }

    /// Whether plans may send a request; holds what the request may need in addition.
    fn admit_request(&self, endpoint: &dyn Endpoint) -> Result<(), StopReason> {
        self.start_time();
        if let Some(stop) = self.find_stop() {
            return Err(stop);
        }
        let most = endpoint.additional_requests_max();
        if !self.affords(1 + most, self.owed.get()) {
            return Err(StopReason::Requests);
        }
        self.held.set(self.held.get() + most);
        Ok(())
    }

    /// Counts a request of cleaning up. Returns `false` if no request is left for cleaning up.
    /// [`Self::settle_request`] follows a request that is sent, [`Self::give_back_reserved`] one that is not.
    #[must_use]
    pub fn take_reserved(&self, endpoint: &dyn Endpoint) -> bool {
        let most = endpoint.additional_requests_max();
        let committed = self.count_spent().saturating_add(self.held.get());
        if committed.saturating_add(1 + most) > self.end_cleaning() {
            return false;
        }
        let shares = self.shares.get();
        self.set_shares(RequestShares { cleaning: shares.cleaning + 1, ..shares });
        self.held.set(self.held.get() + most);
        true
    }

    /// Waits until the rate of the limits allows the next request.
    pub async fn wait_for_turn(&self) {
        sleep_until(self.take_turn()).await;
    }

    /// Takes back the count of a request of cleaning up that was not sent.
    pub fn give_back_reserved(&self, endpoint: &dyn Endpoint) {
        let shares = self.shares.get();
        self.shares.set(RequestShares { cleaning: shares.cleaning - 1, ..shares });
        self.settle_request(endpoint);
    }

    /// Counts what `endpoint` sent in addition, after the outcome of a request.
    pub fn settle_request(&self, endpoint: &dyn Endpoint) {
        self.held.set(self.held.get().saturating_sub(endpoint.additional_requests_max()));
        self.count_additional(endpoint);
    }

    /// Counts the checks before the first plan, and what the endpoint sent besides calls.
    pub fn count_additional(&self, endpoint: &dyn Endpoint) {
        let shares = self.shares.get();
        let checking = endpoint.count_additional_requests() + self.credential_checks.get();
        self.set_shares(RequestShares { checking, ..shares });
    }

    /// Counts a request without an answer, and stops all plans beyond the limit.
    pub(super) fn count_failure(&self, count: impl FnOnce(&mut FailureCounts)) {
        let mut troubles = self.failures.get();
        count(&mut troubles);
        self.failures.set(troubles);
        let FailureLimit { least, percent } = self.limits.failures;
        let all = u128::from(troubles.total());
        if all > u128::from(least) && all * 100 > u128::from(self.count_spent()) * u128::from(percent) {
            self.halt_plans(StopReason::Failures { troubles, requests: self.count_spent() });
        }
    }

    /// The time of the first request; starts the time if no request was sent.
    fn start_time(&self) -> Instant {
        let opened = self.opened.get().unwrap_or_else(Instant::now);
        self.opened.set(Some(opened));
        opened
    }
}

//! The budget that all plans of a campaign share.

use super::stop::{FailureCounts, StopReason};
use crate::limits::{FailureLimit, Limits};
use std::cell::{Cell, RefCell};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// The requests and the time that all plans of a campaign share. Parallel plans run on one thread; no
/// borrow outlives a call.
pub struct SharedBudget {
    limits: Limits,
    /// Limit of the requests of plans. Shrinking raises the limit.
    requests: Cell<u64>,
    time: Cell<Duration>,
    opened: Cell<Option<Instant>>,
    turn_ends: Cell<Option<Instant>>,
    spent: Cell<u64>,
    failures: Cell<FailureCounts>,
    halted: RefCell<Option<StopReason>>,
    news: Notify,
}

/// Most time to catch up, because gaps below a timer's resolution hold only on average.
const CATCH_UP: Duration = Duration::from_millis(10);

impl SharedBudget {
    /// An unspent budget. The time begins with the first request.
    #[must_use]
    pub fn new(limits: Limits) -> SharedBudget {
        SharedBudget {
            limits,
            requests: Cell::new(limits.requests),
            time: Cell::new(limits.time),
            opened: Cell::new(None),
            turn_ends: Cell::new(None),
            spent: Cell::new(0),
            failures: Cell::default(),
            halted: RefCell::new(None),
            news: Notify::new(),
        }
    }

    /// Number of requests so far, including cleaning up.
    #[must_use]
    pub fn count_spent(&self) -> u64 {
        self.spent.get()
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

    /// Adds the requests and the time of `limits` to what is spent, and revokes a halt by [`StopReason::Enough`].
    pub fn raise_limits(&self, limits: &Limits) {
        let halted = &mut *self.halted.borrow_mut();
        *halted = halted.take().filter(|stop| *stop != StopReason::Enough);
        self.requests.set(self.spent.get().saturating_add(limits.requests));
        // The time that cleaning up took before is not added: the end of testing is fixed.
        let last = self.limits.time.saturating_add(self.limits.shrink_time);
        self.time.set(self.time.get().max(self.elapsed().saturating_add(limits.time).min(last)));
    }

    /// Stops all plans. The first reason is kept.
    pub fn halt_plans(&self, stop: StopReason) {
        self.halted.borrow_mut().get_or_insert(stop);
        self.news.notify_waiters();
    }

    /// Why no further request of a plan is allowed; `None` if requests are allowed.
    #[must_use]
    pub fn find_stop(&self) -> Option<StopReason> {
        if let Some(stop) = &*self.halted.borrow() {
            return Some(stop.clone());
        }
        if self.spent.get() >= self.requests.get() {
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

    /// Counts a request of a plan.
    pub(super) fn take_request(&self) -> Result<(), StopReason> {
        self.start_time();
        match self.find_stop() {
            Some(stop) => Err(stop),
            None => {
                self.spent.set(self.spent.get() + 1);
                Ok(())
            }
        }
    }

    /// Counts a request of cleaning up and waits for the turn. Returns `false` if the requests for
    /// cleaning up are spent too.
    pub async fn take_reserved(&self) -> bool {
        let most = self.requests.get().saturating_add(self.limits.cleanup_requests);
        let spent = self.spent.get();
        if spent >= most {
            return false;
        }
        self.spent.set(spent + 1);
        sleep_until(self.take_turn()).await;
        true
    }

    /// Counts a request without an answer, and stops all plans beyond the limit.
    pub(super) fn count_failure(&self, count: impl FnOnce(&mut FailureCounts)) {
        let mut troubles = self.failures.get();
        count(&mut troubles);
        self.failures.set(troubles);
        let FailureLimit { least, percent } = self.limits.failures;
        let all = u128::from(troubles.total());
        if all > u128::from(least) && all * 100 > u128::from(self.spent.get()) * u128::from(percent) {
            self.halt_plans(StopReason::Failures { troubles, requests: self.spent.get() });
        }
    }

    /// The time of the first request; starts the time if no request was sent.
    fn start_time(&self) -> Instant {
        let opened = self.opened.get().unwrap_or_else(Instant::now);
        self.opened.set(Some(opened));
        opened
    }
}

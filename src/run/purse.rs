//! What all plans of a campaign spend from together, whichever of them asks first.

use super::face::Stop;
use std::cell::{Cell, RefCell};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Ceilings over all plans side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceilings {
    /// Requests of plans, polls and repeats included.
    pub requests: u64,
    /// Requests beyond these that only cleaning up may make.
    pub reserve: u64,
    /// Time for plans, since the first request. What cleans up has its own.
    pub time: Duration,
    /// Time beyond that for shrinking what was found.
    pub shrink_time: Duration,
    /// Plans side by side. The mock in process gives the same bytes for the same seed only with one.
    pub side_by_side: usize,
    /// The least time between two requests.
    pub gap: Duration,
    /// How much trouble ends the campaign.
    pub trouble: TroubleMost,
}

impl Ceilings {
    /// For endpoints that cost nothing, such as the mock in process.
    pub const NONE: Ceilings = Ceilings {
        requests: u64::MAX / 2,
        reserve: u64::MAX / 2,
        time: Duration::from_secs(u32::MAX as u64),
        shrink_time: Duration::from_secs(u32::MAX as u64),
        side_by_side: 1,
        gap: Duration::ZERO,
        trouble: TroubleMost { least: u64::MAX, percent: 100 },
    };
}

/// Requests without an answer that may be met: more than `least` of them, and more than so many
/// percent of all requests, would leave too little that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TroubleMost {
    pub least: u64,
    pub percent: u32,
}

impl TroubleMost {
    /// For an endpoint over a network.
    pub const REAL: TroubleMost = TroubleMost { least: 20, percent: 20 };
}

/// Requests that got no answer, by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Troubles {
    /// Refused for their number: 429, or 503 that says when to come back.
    pub throttled: u64,
    /// Without a whole reply: no reply, or 502, 503, 504.
    pub lost: u64,
    /// Never reached the endpoint.
    pub unsent: u64,
}

impl Troubles {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.throttled + self.lost + self.unsent
    }
}

/// The shared purse. Plans side by side live on one thread; no borrow outlives a call.
pub struct Purse {
    ceilings: Ceilings,
    /// Requests of plans that are allowed, which shrinking raises.
    requests: Cell<u64>,
    time: Cell<Duration>,
    opened: Cell<Option<Instant>>,
    turn_ends: Cell<Option<Instant>>,
    spent: Cell<u64>,
    troubles: Cell<Troubles>,
    halted: RefCell<Option<Stop>>,
    news: Notify,
}

/// Gaps below a timer's resolution are kept on average: so much may be caught up.
const CATCH_UP: Duration = Duration::from_millis(10);

impl Purse {
    /// Nothing is spent yet; its time begins with the first request.
    #[must_use]
    pub fn new(ceilings: Ceilings) -> Purse {
        Purse {
            ceilings,
            requests: Cell::new(ceilings.requests),
            time: Cell::new(ceilings.time),
            opened: Cell::new(None),
            turn_ends: Cell::new(None),
            spent: Cell::new(0),
            troubles: Cell::default(),
            halted: RefCell::new(None),
            news: Notify::new(),
        }
    }

    /// Requests so far, those of cleaning up included.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.spent.get()
    }

    /// What got no answer so far.
    #[must_use]
    pub fn troubles(&self) -> Troubles {
        self.troubles.get()
    }

    /// Since the first request.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.opened.get().map_or(Duration::ZERO, |opened| opened.elapsed())
    }

    /// Allows plans this much more from now on, and those after a halt because enough was found.
    pub fn raise(&self, requests: u64, time: Duration) {
        let halted = &mut *self.halted.borrow_mut();
        *halted = halted.take().filter(|stop| *stop != Stop::Enough);
        self.requests.set(self.spent.get().saturating_add(requests));
        self.time.set(self.time.get().max(self.elapsed().saturating_add(time)));
    }

    /// Stops all plans, for this reason; the first reason stays.
    pub fn halt(&self, stop: Stop) {
        self.halted.borrow_mut().get_or_insert(stop);
        self.news.notify_waiters();
    }

    /// Why no further request of a plan is allowed.
    #[must_use]
    pub fn closed(&self) -> Option<Stop> {
        if let Some(stop) = &*self.halted.borrow() {
            return Some(stop.clone());
        }
        if self.spent.get() >= self.requests.get() {
            return Some(Stop::Requests);
        }
        (self.elapsed() >= self.time.get()).then_some(Stop::Time)
    }

    /// Returns when all plans are to stop.
    pub(super) async fn halting(&self) -> Stop {
        loop {
            let news = self.news.notified();
            if let Some(stop) = self.halted.borrow().clone() {
                return stop;
            }
            news.await;
        }
    }

    /// When plans may no longer wait.
    pub(super) fn ends(&self) -> Instant {
        self.begun() + self.time.get()
    }

    /// When the next request may go out. The turn is taken before the wait: those that wait
    /// together go one after the other.
    pub(super) fn turn(&self) -> Instant {
        let now = Instant::now();
        let gap = self.ceilings.gap;
        let from = if gap < CATCH_UP / 5 { now.checked_sub(CATCH_UP).unwrap_or(now) } else { now };
        let turn = self.turn_ends.get().map_or(now, |ends| ends.max(from));
        self.turn_ends.set(Some(turn + gap));
        turn.max(now)
    }

    /// Counts a request of a plan.
    pub(super) fn take(&self) -> Result<(), Stop> {
        self.begun();
        match self.closed() {
            Some(stop) => Err(stop),
            None => {
                self.spent.set(self.spent.get() + 1);
                Ok(())
            }
        }
    }

    /// Counts a request of cleaning up and waits for its turn; false where the reserve is spent too.
    pub async fn reserved(&self) -> bool {
        let most = self.requests.get().saturating_add(self.ceilings.reserve);
        let spent = self.spent.get();
        if spent >= most {
            return false;
        }
        self.spent.set(spent + 1);
        sleep_until(self.turn()).await;
        true
    }

    /// Counts a request that got no answer; beyond the ceiling all plans stop.
    pub(super) fn suffer(&self, count: impl FnOnce(&mut Troubles)) {
        let mut troubles = self.troubles.get();
        count(&mut troubles);
        self.troubles.set(troubles);
        let TroubleMost { least, percent } = self.ceilings.trouble;
        let all = u128::from(troubles.all());
        if all > u128::from(least) && all * 100 > u128::from(self.spent.get()) * u128::from(percent) {
            self.halt(Stop::Trouble { troubles, requests: self.spent.get() });
        }
    }

    fn begun(&self) -> Instant {
        let opened = self.opened.get().unwrap_or_else(Instant::now);
        self.opened.set(Some(opened));
        opened
    }
}

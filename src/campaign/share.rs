//! What plans side by side share: the purse, the coverage, the listener, and the room for things.

use super::drive::Site;
use super::event::{Event, Listener};
use super::settling::Settling;
use crate::plan::Coverage;
use crate::run::{Ceilings, Purse, Stop};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// One campaign's shared part. All plans live on one thread; no borrow outlives a call.
pub struct Share<'a> {
    pub site: &'a Site<'a>,
    pub purse: Purse,
    pub coverage: RefCell<Coverage>,
    pub settling: RefCell<Settling>,
    listener: RefCell<&'a mut dyn Listener>,
    /// Shrinking has begun: its exchanges are no news.
    shrinking: Cell<bool>,
    live_max: usize,
    /// Things alive by plan.
    live: RefCell<BTreeMap<u64, usize>>,
    /// Things that plans which are over have left behind.
    left: Cell<usize>,
}

impl<'a> Share<'a> {
    pub fn new(site: &'a Site<'a>, ceilings: Ceilings, live_max: usize, listener: &'a mut dyn Listener) -> Share<'a> {
        Share {
            site,
            purse: Purse::new(ceilings),
            coverage: RefCell::default(),
            settling: RefCell::default(),
            listener: RefCell::new(listener),
            shrinking: Cell::new(false),
            live_max,
            live: RefCell::default(),
            left: Cell::new(0),
        }
    }

    /// From here on plans are candidates for witnesses.
    pub fn shrink(&self) {
        self.shrinking.set(true);
    }

    pub fn tell(&self, event: &Event<'_>) {
        if self.shrinking.get() && matches!(event, Event::Exchanged { .. }) {
            return;
        }
        self.listener.borrow_mut().hear(event);
    }

    /// A plan begins; a place for one thing is its own from here on.
    pub fn enter(&self, plan: u64) {
        self.live.borrow_mut().insert(plan, 1);
    }

    /// A plan is over; `left` things of it are still there.
    pub fn leave(&self, plan: u64, left: usize) {
        self.live.borrow_mut().remove(&plan);
        self.left.set(self.left.get() + left);
    }

    /// How many things this plan may have alive.
    pub fn room(&self, plan: u64) -> usize {
        let live = self.live.borrow();
        let others: usize = live.iter().filter(|(other, _)| **other != plan).map(|(_, count)| count).sum();
        self.live_max.saturating_sub(others + self.left.get())
    }

    /// Keeps places for what a step is about to create; none where there is no room.
    pub fn reserve(&self, plan: u64, alive: usize, births: usize) -> Result<(), Stop> {
        if births > 0 && alive + births > self.room(plan) {
            return Err(Stop::Live { most: self.live_max });
        }
        self.live.borrow_mut().insert(plan, (alive + births).max(1));
        Ok(())
    }

    /// Whether one more plan would find a place for a thing.
    pub fn has_room(&self) -> bool {
        let running: usize = self.live.borrow().values().sum();
        self.live_max > running + self.left.get()
    }
}

//! The state that the plans of a campaign share.

use super::event::{Event, Listener};
use super::plan_env::Site;
use super::settling_times::Settling;
use crate::limits::Limits;
use crate::plan::Coverage;
use crate::run::{Purse, Stop};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// The state that the plans of a campaign share: budget, coverage, listener, and the numbers of live
/// resources. All plans run on one thread; no borrow outlives a call.
pub(super) struct Share<'a> {
    pub site: &'a Site<'a>,
    pub purse: Purse,
    pub coverage: RefCell<Coverage>,
    pub settling: RefCell<Settling>,
    listener: RefCell<&'a mut dyn Listener>,
    /// Whether shrinking has started.
    shrinking: Cell<bool>,
    live_max: usize,
    /// Number of live resources by running plan.
    live: RefCell<BTreeMap<u64, usize>>,
    /// Number of leftovers of finished plans.
    left: Cell<usize>,
}

impl<'a> Share<'a> {
    pub fn new(site: &'a Site<'a>, limits: Limits, listener: &'a mut dyn Listener) -> Share<'a> {
        Share {
            site,
            purse: Purse::new(limits),
            coverage: RefCell::default(),
            settling: RefCell::default(),
            listener: RefCell::new(listener),
            shrinking: Cell::new(false),
            live_max: limits.live_resources,
            live: RefCell::default(),
            left: Cell::new(0),
        }
    }

    /// Starts shrinking: further plans are candidates, and their exchanges are not emitted.
    pub fn shrink(&self) {
        self.shrinking.set(true);
    }

    /// Emits an event.
    pub fn tell(&self, event: &Event<'_>) {
        if self.shrinking.get() && matches!(event, Event::Exchanged { .. }) {
            return;
        }
        self.listener.borrow_mut().hear(event);
    }

    /// Registers a plan, and reserves one live resource for the plan.
    pub fn enter(&self, plan: u64) {
        self.live.borrow_mut().insert(plan, 1);
    }

    /// Removes a finished plan with `left` leftovers.
    pub fn leave(&self, plan: u64, left: usize) {
        self.live.borrow_mut().remove(&plan);
        self.left.set(self.left.get() + left);
    }

    /// Number of live resources that a plan may have.
    pub fn room(&self, plan: u64) -> usize {
        let live = self.live.borrow();
        let others: usize = live.iter().filter(|(other, _)| **other != plan).map(|(_, count)| count).sum();
        self.live_max.saturating_sub(others + self.left.get())
    }

    /// Reserves `births` live resources for a step, in addition to the `alive` resources of the plan.
    ///
    /// # Errors
    /// [`Stop::Live`] if the step would exceed the limit.
    pub fn reserve(&self, plan: u64, alive: usize, births: usize) -> Result<(), Stop> {
        if births > 0 && alive + births > self.room(plan) {
            return Err(Stop::Live { most: self.live_max });
        }
        self.live.borrow_mut().insert(plan, (alive + births).max(1));
        Ok(())
    }

    /// Whether a further plan could create a resource.
    pub fn has_room(&self) -> bool {
        let running: usize = self.live.borrow().values().sum();
        self.live_max > running + self.left.get()
    }
}

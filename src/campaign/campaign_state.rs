//! The state that the plans of a campaign share.

use super::campaign_environment::CampaignEnvironment;
use super::event::{CampaignEvent, CampaignListener};
use super::transition_times::TransitionTimes;
use crate::limits::Limits;
use crate::plan::Coverage;
use crate::plan_execution::{SharedBudget, StopReason};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// The state that the plans of a campaign share: budget, coverage, listener, and the numbers of live
/// resources. All plans run on one thread; no borrow outlives a call.
pub(super) struct CampaignState<'a> {
    pub env: &'a CampaignEnvironment<'a>,
    pub shared_budget: SharedBudget,
    pub coverage: RefCell<Coverage>,
    pub transition_times: RefCell<TransitionTimes>,
    listener: RefCell<&'a mut dyn CampaignListener>,
    /// Whether shrinking has started.
    shrinking: Cell<bool>,
    live_resources_max: usize,
    /// Number of live resources by running plan.
    live: RefCell<BTreeMap<u64, usize>>,
    /// Number of leftovers of finished plans.
    leftovers: Cell<usize>,
}

impl<'a> CampaignState<'a> {
    pub fn new(
        site: &'a CampaignEnvironment<'a>,
        limits: Limits,
        listener: &'a mut dyn CampaignListener,
    ) -> CampaignState<'a> {
        CampaignState {
            env: site,
            shared_budget: SharedBudget::new(limits),
            coverage: RefCell::default(),
            transition_times: RefCell::default(),
            listener: RefCell::new(listener),
            shrinking: Cell::new(false),
            live_resources_max: limits.live_resources,
            live: RefCell::default(),
            leftovers: Cell::new(0),
        }
    }

    /// Starts shrinking: further plans are candidates, and their exchanges and histories are not emitted.
    pub fn start_shrinking(&self) {
        self.shrinking.set(true);
    }

    /// Emits an event.
    pub fn emit_event(&self, event: &CampaignEvent<'_>) {
        let of_plans = matches!(event, CampaignEvent::Exchanged { .. } | CampaignEvent::HistoryRecorded { .. });
        if self.shrinking.get() && of_plans {
            return;
        }
        self.listener.borrow_mut().receive_event(event);
    }

    /// Registers a plan, and reserves one live resource for the plan.
    pub fn register_plan(&self, plan: u64) {
        self.live.borrow_mut().insert(plan, 1);
    }

    /// Removes a finished plan with `left` leftovers.
    pub fn remove_plan(&self, plan: u64, left: usize) {
        self.live.borrow_mut().remove(&plan);
        self.leftovers.set(self.leftovers.get() + left);
    }

    /// Number of live resources that a plan may have.
    pub fn count_free_places(&self, plan: u64) -> usize {
        let live = self.live.borrow();
        let others: usize = live.iter().filter(|(other, _)| **other != plan).map(|(_, count)| count).sum();
        self.live_resources_max.saturating_sub(others + self.leftovers.get())
    }

    /// Reserves `births` live resources for a step, in addition to the `alive` resources of the plan.
    ///
    /// # Errors
    /// [`StopReason::Live`] if the step would exceed the limit.
    pub fn reserve_places(&self, plan: u64, alive: usize, births: usize) -> Result<(), StopReason> {
        if births > 0 && alive + births > self.count_free_places(plan) {
            return Err(StopReason::Live { most: self.live_resources_max });
        }
        self.live.borrow_mut().insert(plan, (alive + births).max(1));
        Ok(())
    }

    /// Whether a further plan could create a resource.
    pub fn has_room(&self) -> bool {
        let running: usize = self.live.borrow().values().sum();
        self.live_resources_max > running + self.leftovers.get()
    }
}

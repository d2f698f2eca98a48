//! The state that the plans of a campaign share.

use super::campaign_environment::CampaignEnvironment;
use super::event::{CampaignEvent, CampaignListener};
use super::transition_times::TransitionTimes;
use crate::cleanup::count_list_requests;
use crate::history::Exchange;
use crate::limits::Limits;
use crate::plan::{Coverage, WaitLedger, WaitPrice};
use crate::plan_execution::{SharedBudget, StopReason};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// The state that the plans of a campaign share: budget, coverage, listener, and the numbers of live
/// resources. All plans run on one thread; no borrow outlives a call.
pub(super) struct CampaignState<'a> {
    pub env: &'a CampaignEnvironment<'a>,
    pub shared_budget: &'a SharedBudget,
    pub coverage: RefCell<Coverage>,
    pub transition_times: RefCell<TransitionTimes>,
    pub waits: RefCell<WaitLedger>,
    listener: RefCell<&'a mut dyn CampaignListener>,
    /// Whether shrinking has started.
    shrinking: Cell<bool>,
    live_resources_max: usize,
    /// Number of live resources by running plan.
    live: RefCell<BTreeMap<u64, usize>>,
    /// Number of resources that exist, or may exist, by running plan.
    alive: RefCell<BTreeMap<u64, usize>>,
    /// Number of leftovers of finished plans.
    leftovers: Cell<usize>,
    unnamed: Cell<UnnamedRow>,
    /// Requests for the search through the lists at the end of the run.
    closing_requests: u64,
    /// How long the first response of the last race took, in microseconds.
    reply_us: Cell<u64>,
}

/// Most creates in a row whose resource has no known id.
const UNNAMED_MAX: u32 = 3;

/// The creates in a row whose resource has no known id.
#[derive(Debug, Clone, Copy, Default)]
struct UnnamedRow {
    creates: u32,
    /// Whether the endpoint accepted one of the creates, so that the lack of an id is no loss of a response.
    accepted: bool,
}

impl<'a> CampaignState<'a> {
    pub fn new(
        site: &'a CampaignEnvironment<'a>,
        limits: Limits,
        listener: &'a mut dyn CampaignListener,
    ) -> CampaignState<'a> {
        if site.wait_price != WaitPrice::Free {
            site.budget.park_waiting_plans();
        }
        CampaignState {
            env: site,
            shared_budget: &site.budget,
            coverage: RefCell::default(),
            transition_times: RefCell::default(),
            waits: RefCell::new(WaitLedger::new(site.wait_price).with_times(&site.usual_ms)),
            listener: RefCell::new(listener),
            shrinking: Cell::new(false),
            live_resources_max: limits.live_resources,
            live: RefCell::default(),
            alive: RefCell::default(),
            leftovers: Cell::new(0),
            unnamed: Cell::default(),
            reply_us: Cell::new(0),
            closing_requests: count_list_requests(&site.model, &site.plan_limits.callers),
        }
    }

    /// Starts shrinking: further plans are candidates, and their exchanges and histories are not emitted.
    pub fn start_shrinking(&self) {
        self.shrinking.set(true);
    }

    /// Emits an event.
    pub fn emit_event(&self, event: &CampaignEvent<'_>) {
        let of_plans = matches!(
            event,
            CampaignEvent::Exchanged { .. } | CampaignEvent::StepEnded { .. } | CampaignEvent::HistoryRecorded { .. }
        );
        if self.shrinking.get() && of_plans {
            return;
        }
        self.listener.borrow_mut().receive_event(event);
    }

    /// Takes in the measured times of transitions.
    pub fn note_transition_times(&self, times: TransitionTimes) {
        let mut waits = self.waits.borrow_mut();
        for (transition, times_ms) in &times.0 {
            for clause in &transition.by {
                times_ms.iter().for_each(|time_ms| waits.note_time(clause, *time_ms));
            }
        }
        self.transition_times.borrow_mut().merge(times);
    }

    /// Notes how long the calls of a race took; the offsets of later races are at most as long.
    pub fn note_reply_time(&self, exchanges: &[Exchange]) {
        let times = exchanges.iter().filter_map(|exchange| exchange.overlap);
        if let Some(shortest) = times.map(|time| time.received_us - time.sent_us).min() {
            self.reply_us.set(shortest);
        }
    }

    /// How long the first response of the last race took, in microseconds; 0 before the first race.
    pub fn reply_us(&self) -> u64 {
        self.reply_us.get()
    }

    /// Stops all plans after a reason that holds for each of them.
    pub fn halt_after_failure(&self, stop: Option<&StopReason>) {
        let holds_for_all =
            |stop: &&StopReason| stop.is_failure() || matches!(stop, StopReason::InfrastructureFailures { .. });
        if let Some(stop) = stop.filter(holds_for_all) {
            self.shared_budget.halt_plans(stop.clone());
        }
    }

    /// Registers a plan, and reserves one live resource for the plan.
    pub fn register_plan(&self, plan: u64) {
        self.live.borrow_mut().insert(plan, 1);
    }

    /// Removes a finished plan with `left` leftovers.
    pub fn remove_plan(&self, plan: u64, left: usize) {
        self.live.borrow_mut().remove(&plan);
        self.alive.borrow_mut().remove(&plan);
        self.leftovers.set(self.leftovers.get() + left);
        self.keep_for_deletions();
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
    /// [`StopReason::Live`] if the step would exceed the limit, [`StopReason::Requests`] if the deletion of the
    /// resources would not be affordable, and [`StopReason::Unnamed`] after several creates without an id.
    pub fn reserve_places(&self, plan: u64, alive: usize, births: usize) -> Result<(), StopReason> {
        if births > 0 && alive + births > self.count_free_places(plan) {
            return Err(StopReason::Live { most: self.live_resources_max });
        }
        if births > 0 && self.unnamed.get().creates >= UNNAMED_MAX {
            return Err(StopReason::Unnamed { count: UNNAMED_MAX });
        }
        self.live.borrow_mut().insert(plan, (alive + births).max(1));
        self.alive.borrow_mut().insert(plan, alive + births);
        if births > 0 && self.env.tracker.is_some() {
            if !self.shared_budget.afford_creates(self.count_alive(), self.closing_requests) {
                self.alive.borrow_mut().insert(plan, alive);
                self.keep_for_deletions();
                return Err(StopReason::Requests);
            }
            return Ok(());
        }
        self.keep_for_deletions();
        Ok(())
    }

    /// Notes whether the id of a created resource is known.
    ///
    /// # Errors
    /// [`StopReason::Unnamed`] after several creates in a row without an id. If the endpoint accepted one of them, all
    /// plans stop; lost responses stop the plan, whose cleaning up searches for the resources.
    pub fn note_create(&self, named: bool, accepted: bool) -> Result<(), StopReason> {
        let UnnamedRow { creates, accepted: before } = self.unnamed.get();
        if named {
            self.unnamed.set(UnnamedRow::default());
            return Ok(());
        }
        let row = UnnamedRow { creates: creates + 1, accepted: accepted || before };
        self.unnamed.set(row);
        if row.creates < UNNAMED_MAX {
            return Ok(());
        }
        let stop = StopReason::Unnamed { count: row.creates };
        if row.accepted {
            self.shared_budget.halt_plans(stop.clone());
        }
        Err(stop)
    }

    /// Takes in the end of cleaning up after a plan that stopped because ids were unknown: creates may go on if
    /// nothing is left of the plan.
    pub fn resolve_unnamed(&self, stop: &StopReason, left: usize) {
        if left == 0 && !self.unnamed.get().accepted {
            self.unnamed.set(UnnamedRow::default());
        } else {
            self.shared_budget.halt_plans(stop.clone());
        }
    }

    /// Number of resources that exist, or may exist.
    fn count_alive(&self) -> usize {
        self.alive.borrow().values().sum::<usize>() + self.leftovers.get()
    }

    /// Keeps the requests for the deletion of all live resources.
    fn keep_for_deletions(&self) {
        if let Some(tracker) = &self.env.tracker {
            let alive = self.count_alive();
            let closing = if alive > 0 || tracker.has_created() { self.closing_requests } else { 0 };
            self.shared_budget.keep_for_deletions(alive, closing);
        }
    }

    /// Whether a further plan could create a resource.
    pub fn has_room(&self) -> bool {
        let running: usize = self.live.borrow().values().sum();
        self.live_resources_max > running + self.leftovers.get()
    }
}

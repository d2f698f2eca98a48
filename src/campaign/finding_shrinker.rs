//! Searches for the counterexample of a finding: candidates are run like any plan, and judged.

use super::campaign_order::CampaignError;
use super::campaign_state::Share;
use super::conclusion::Found;
use super::event::Event;
use super::plan_runner::again;
use super::simpler_plans::{alone, calmed, simpler_steps, written};
use crate::history::History;
use crate::model::{ClauseId, Fault};
use crate::plan::{Plan, Step};
use crate::shrink::{Limits as ShrinkLimits, Trial, closed, shrink};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Most candidates of one finding.
const TRIES_MAX: u64 = 2_000;
/// Most steps of a plan from which single steps are removed together with their waits.
const SINGLE_STEPS_MAX: usize = 12;

/// The result of shrinking one finding.
pub(super) struct Smallest {
    /// The counterexample and its history; `None` if no repetition showed the deviation.
    pub witness: Option<(Plan, History)>,
    /// Whether a repetition was run to its end, within all limits.
    pub repeated: bool,
    /// Requests for shrinking.
    pub requests: u64,
}

/// Searches for the smallest plan that contradicts a clause of the finding, with up to `requests_max` requests.
///
/// # Errors
/// If an expression of the suite fails on a candidate.
pub(super) async fn smaller(share: &Share<'_>, found: &Found, requests_max: u64) -> Result<Smallest, CampaignError> {
    let site = share.site;
    let limits = ShrinkLimits { tries_max: TRIES_MAX, requests_max };
    let trials = Trials::new(share, found);
    let values = |step: &Step| simpler_steps(site, step);
    let worthwhile = |steps: &[Step]| closed(steps).len() == steps.len();
    let mut fails = async |candidate: Plan| -> Trial { trials.run(candidate).await };
    let mut progress = |steps: usize, tried: u64| {
        share.tell(&Event::Shrinking { clauses: &found.finding.clauses, steps, tried });
    };
    // If the deviation shows with polls after each step, no step is needed to pass time.
    let calm = calmed(&found.plan);
    let first = fails(calm.clone()).await;
    let from = if first.fails { &calm } else { &found.plan };
    let shrunk = shrink(from, Some(found.finding.step), &limits, &values, &worthwhile, &mut fails, &mut progress).await;
    // A counterexample should not depend on timing, for readers and for other endpoints.
    let last = fails(calmed(&shrunk.plan)).await;
    let plan = if last.fails { calmed(&shrunk.plan) } else { shrunk.plan.clone() };
    if let Some(fault) = trials.fault.take() {
        return Err(CampaignError::Suite(fault));
    }
    let (mut plan, mut spared) = without_single_steps(plan, &mut fails).await;
    for candidate in alone(site, &plan) {
        let trial = fails(candidate.clone()).await;
        spared += trial.requests;
        if trial.fails {
            plan = candidate;
            break;
        }
    }
    let history = trials.shown.borrow_mut().remove(&written(&plan));
    let witness = if shrunk.reproduced { history.map(|history| (plan, history)) } else { None };
    Ok(Smallest {
        witness,
        repeated: trials.repeated.get(),
        requests: shrunk.requests + first.requests + last.requests + spared,
    })
}

/// Runs candidates for one finding.
struct Trials<'a, 's> {
    share: &'a Share<'s>,
    found: &'a Found,
    /// The first fault of the suite.
    fault: RefCell<Option<Fault>>,
    /// Histories of the candidates that showed the deviation, by serialized steps.
    shown: RefCell<BTreeMap<String, History>>,
    /// Whether a candidate was run to its end.
    repeated: Cell<bool>,
}

impl<'a, 's> Trials<'a, 's> {
    fn new(share: &'a Share<'s>, found: &'a Found) -> Trials<'a, 's> {
        Trials {
            share,
            found,
            fault: RefCell::new(None),
            shown: RefCell::new(BTreeMap::new()),
            repeated: Cell::new(false),
        }
    }

    /// Runs a candidate, and tells whether the candidate contradicts a clause of the finding.
    async fn run(&self, candidate: Plan) -> Trial {
        let share = self.share;
        // After a fault, a cancellation or the end of the budget, no candidate is run.
        if self.fault.borrow().is_some() || share.site.cancel.asked() || share.purse.closed().is_some() {
            return Trial { fails: false, requests: 0 };
        }
        let clauses = &self.found.finding.clauses;
        match again(share, &candidate, self.found.finding.plan, share.site.limits.for_candidate()).await {
            Ok(driven) => {
                let overlaps = |other: &[ClauseId]| other.iter().any(|clause| clauses.contains(clause));
                let fails = driven.findings.iter().any(|finding| overlaps(&finding.clauses));
                let requests = driven.spent.requests;
                self.repeated.set(self.repeated.get() || fails || driven.stop.is_none());
                if fails {
                    self.shown.borrow_mut().insert(written(&candidate), driven.history);
                }
                Trial { fails, requests }
            }
            Err(fault) => {
                *self.fault.borrow_mut() = Some(fault);
                Trial { fails: false, requests: 0 }
            }
        }
    }
}

/// Removes single steps together with their waits: a refused call in the middle may only have passed the
/// time that the call before needed. Returns the plan and the requests.
async fn without_single_steps(mut plan: Plan, fails: &mut impl AsyncFnMut(Plan) -> Trial) -> (Plan, u64) {
    let mut requests = 0;
    let mut index = 0;
    while plan.steps.len() > 1 && plan.steps.len() <= SINGLE_STEPS_MAX && index + 1 < plan.steps.len() {
        let mut steps = plan.steps.clone();
        steps.remove(index);
        let candidate = calmed(&Plan { steps: closed(&steps), ..plan.clone() });
        let trial = fails(candidate.clone()).await;
        requests += trial.requests;
        if trial.fails {
            plan = candidate;
            index = 0;
        } else {
            index += 1;
        }
    }
    (plan, requests)
}

//! Searches for the counterexample of a finding: candidates are run like any plan, and judged.

use super::campaign_input::CampaignError;
use super::campaign_state::CampaignState;
use super::conclusion::{FindingRepetition, RecordedFinding, ShownCounterexample};
use super::event::CampaignEvent;
use super::plan_runner::repeat_plan;
use super::simpler_plans::{add_polls, make_simpler_steps, make_single_call_plans, serialize_steps};
use crate::history::RecordedHistory;
use crate::model::{ClauseId, SuiteEvaluationError};
use crate::oracle::Finding;
use crate::plan::{Plan, Step};
use crate::plan_execution::StopReason;
use crate::shrink::{CandidateResult, ShrinkLimits, remove_unbound_steps, shrink_plan};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Most candidates of one finding.
const TRIES_MAX: u64 = 2_000;
/// Most steps of a plan from which single steps are removed together with their waits.
const SINGLE_STEPS_MAX: usize = 12;

/// Most histories of candidates in memory.
const SHOWN_MAX: usize = 16;

/// The result of shrinking one finding.
pub(super) struct ShrinkResult {
    /// The counterexample and its history; `None` if no repetition showed the deviation.
    pub counterexample: Option<ShownCounterexample>,
    /// How often the counterexample, or the whole plan, was run again.
    pub repetition: FindingRepetition,
    /// Requests for shrinking.
    pub requests: u64,
}

/// Searches for the smallest plan that contradicts a clause of the finding, with up to `requests_max` requests.
///
/// # Errors
/// If an expression of the suite fails on a candidate.
pub(super) async fn shrink_finding(
    share: &CampaignState<'_>,
    found: &RecordedFinding,
    requests_max: u64,
) -> Result<ShrinkResult, CampaignError> {
    let site = share.env;
    let limits = ShrinkLimits { tries_max: TRIES_MAX, requests_max };
    let trials = CandidateRunner::new(share, found);
    let values = |step: &Step| make_simpler_steps(site, step);
    let worthwhile = |steps: &[Step]| remove_unbound_steps(steps).len() == steps.len();
    let mut fails = async |candidate: Plan| -> CandidateResult { trials.run_candidate(candidate).await };
    let mut progress = |steps: usize, tried: u64| {
        share.emit_event(&CampaignEvent::Shrinking { clauses: &found.finding.clauses, steps, tried });
    };
    // If the deviation shows with polls after each step, no step is needed to pass time.
    let calm = add_polls(&found.plan);
    let first = fails(calm.clone()).await;
    let from = if first.fails { &calm } else { &found.plan };
    let shrunk =
        shrink_plan(from, Some(found.finding.step), &limits, &values, &worthwhile, &mut fails, &mut progress).await;
    // A counterexample should not depend on timing, for readers and for other endpoints.
    let last = fails(add_polls(&shrunk.plan)).await;
    let plan = if last.fails { add_polls(&shrunk.plan) } else { shrunk.plan.clone() };
    if let Some(fault) = trials.fault.take() {
        return Err(CampaignError::Suite(fault));
    }
    let (mut plan, mut spared) = remove_single_steps(plan, &mut fails).await;
    for candidate in make_single_call_plans(site, &plan) {
        let trial = fails(candidate.clone()).await;
        spared += trial.requests;
        if trial.fails {
            plan = candidate;
            break;
        }
    }
    let shown = trials.find_shown(&plan);
    let witness = shown.filter(|_| shrunk.reproduced);
    let witness = witness.map(|(history, finding)| ShownCounterexample { plan, history, finding });
    let repetition = trials.count_repetitions(witness.as_ref().map(|shown| &shown.plan));
    Ok(ShrinkResult {
        counterexample: witness,
        repetition,
        requests: shrunk.requests + first.requests + last.requests + spared,
    })
}

/// Runs candidates for one finding.
struct CandidateRunner<'a, 's> {
    share: &'a CampaignState<'s>,
    found: &'a RecordedFinding,
    /// The first fault of the suite.
    fault: RefCell<Option<SuiteEvaluationError>>,
    /// The smallest candidates that showed the deviation, by number of steps: serialized steps, history and finding,
    /// the latest last. At most [`SHOWN_MAX`].
    shown: RefCell<Vec<(usize, String, RecordedHistory, Finding)>>,
    /// For each candidate that was run to its end: the runs, and those with the deviation.
    runs: RefCell<BTreeMap<String, (u64, u64)>>,
    /// Why a candidate was not run to its end.
    prevented: RefCell<Option<String>>,
}

impl<'a, 's> CandidateRunner<'a, 's> {
    fn new(share: &'a CampaignState<'s>, found: &'a RecordedFinding) -> CandidateRunner<'a, 's> {
        CandidateRunner {
            share,
            found,
            fault: RefCell::new(None),
            shown: RefCell::default(),
            runs: RefCell::default(),
            prevented: RefCell::default(),
        }
    }

    /// Keeps the history of a candidate that showed the deviation. The counterexample is among the smallest ones.
    fn note_shown(&self, candidate: &Plan, history: RecordedHistory, finding: Finding) {
        let mut shown = self.shown.borrow_mut();
        let steps = serialize_steps(candidate);
        shown.retain(|(_, known, ..)| *known != steps);
        if shown.len() >= SHOWN_MAX {
            let count = shown.iter().map(|(count, ..)| *count).max();
            let longest = shown.iter().position(|(known, ..)| Some(*known) == count);
            longest.map(|index| shown.remove(index));
        }
        shown.push((candidate.steps.len(), steps, history, finding));
    }

    /// The history of a plan that showed the deviation, and the deviation there.
    fn find_shown(&self, plan: &Plan) -> Option<(RecordedHistory, Finding)> {
        let steps = serialize_steps(plan);
        let shown = self.shown.borrow();
        let found = shown.iter().find(|(_, known, ..)| *known == steps);
        found.map(|(.., history, finding)| (history.clone(), finding.clone()))
    }

    /// Counts a run of a candidate.
    fn note_run(&self, candidate: &Plan, fails: bool, stop: Option<&StopReason>) {
        match stop {
            Some(stop) if !fails => *self.prevented.borrow_mut() = Some(stop.to_string()),
            _ => {
                let mut runs = self.runs.borrow_mut();
                let (run, shown) = runs.entry(serialize_steps(candidate)).or_default();
                *run += 1;
                *shown += u64::from(fails);
            }
        }
    }

    /// The runs of the counterexample; of all candidates if none showed the deviation.
    fn count_repetitions(&self, counterexample: Option<&Plan>) -> FindingRepetition {
        let runs = self.runs.borrow();
        let (run, shown) = match counterexample {
            Some(plan) => runs.get(&serialize_steps(plan)).copied().unwrap_or_default(),
            None => (runs.values().map(|(run, _)| run).sum(), 0),
        };
        let prevented = if run == 0 { self.prevented.borrow().clone() } else { None };
        FindingRepetition { runs: run, shown, prevented }
    }

    /// Runs a candidate, and tells whether the candidate contradicts a clause of the finding.
    async fn run_candidate(&self, candidate: Plan) -> CandidateResult {
        let share = self.share;
        // After a fault, a cancellation or the end of the budget, no candidate is run.
        let stop = share.shared_budget.find_stop().map(|stop| stop.to_string());
        let cancelled = || share.env.cancel.is_requested().then(|| "the run was ended".to_string());
        if let Some(reason) = cancelled().or(stop) {
            self.prevented.borrow_mut().get_or_insert(reason);
            return CandidateResult { fails: false, requests: 0 };
        }
        if self.fault.borrow().is_some() {
            return CandidateResult { fails: false, requests: 0 };
        }
        let clauses = &self.found.finding.clauses;
        match repeat_plan(share, &candidate, self.found.finding.plan, share.env.limits.for_candidate()).await {
            Ok(driven) => {
                let overlaps = |other: &[ClauseId]| other.iter().any(|clause| clauses.contains(clause));
                let mut same: Vec<Finding> =
                    driven.findings.into_iter().filter(|finding| overlaps(&finding.clauses)).collect();
                // The finding with an equal difference explains the deviation best.
                let fingerprints = &self.found.finding.fingerprints;
                same.sort_by_key(|finding| !finding.fingerprints.iter().any(|known| fingerprints.contains(known)));
                let shown = same.into_iter().next();
                let fails = shown.is_some();
                let requests = driven.spent.requests;
                self.note_run(&candidate, fails, driven.stop.as_ref());
                if let Some(finding) = shown {
                    self.note_shown(&candidate, driven.history, finding);
                }
                CandidateResult { fails, requests }
            }
            Err(fault) => {
                *self.fault.borrow_mut() = Some(fault);
                CandidateResult { fails: false, requests: 0 }
            }
        }
    }
}

/// Removes single steps together with their waits: a refused call in the middle may only have passed the
/// time that the call before needed. Returns the plan and the requests.
async fn remove_single_steps(mut plan: Plan, fails: &mut impl AsyncFnMut(Plan) -> CandidateResult) -> (Plan, u64) {
    let mut requests = 0;
    let mut index = 0;
    while plan.steps.len() > 1 && plan.steps.len() <= SINGLE_STEPS_MAX && index + 1 < plan.steps.len() {
        let mut steps = plan.steps.clone();
        steps.remove(index);
        let candidate = add_polls(&Plan { steps: remove_unbound_steps(&steps), ..plan.clone() });
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

//! Runs candidates of the shrinker like any plan, and keeps what they showed.

use super::campaign_state::CampaignState;
use super::conclusion::{FindingRepetition, RecordedFinding};
use super::ending_deviation::{EndingDeviation, FindingMatcher};
use super::plan_runner::{PlanResult, repeat_plan};
use super::simpler_plans::serialize_steps;
use super::telling_changes::list_passed;
use crate::history::RecordedHistory;
use crate::model::{ClauseId, ClauseTally};
use crate::oracle::Finding;
use crate::plan::Plan;
use crate::plan_execution::StopReason;
use crate::shrink::CandidateResult;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Most further runs of a candidate after one in which an alternative occurred.
const FURTHER_RUNS_MAX: u64 = 3;
/// The distance of the numbers of these runs, beyond the number of plans of a campaign.
const NUMBER_DISTANCE: u64 = 1_000_003;
/// Most histories of candidates in memory.
const SHOWN_MAX: usize = 16;

/// Runs candidates for one finding.
pub(super) struct CandidateRunner<'a, 's> {
    share: &'a CampaignState<'s>,
    found: &'a RecordedFinding,
    matcher: &'a Rc<FindingMatcher>,
    /// The smallest candidates that showed the deviation, by number of steps: serialized steps, history and finding,
    /// the latest last. At most [`SHOWN_MAX`].
    shown: RefCell<Vec<(usize, String, RecordedHistory, Finding)>>,
    /// For each candidate that was run to its end: the runs, and those with the deviation.
    runs: RefCell<BTreeMap<String, (u64, u64)>>,
    /// Candidates that did not show the deviation, but a deviation of another finding that contradicts a common clause:
    /// the fingerprints of the other finding.
    others_shown: RefCell<BTreeMap<String, BTreeSet<String>>>,
    /// The passes of each clause, by candidate: of those that showed the deviation, and of those that showed none.
    passes: RefCell<BTreeMap<String, BTreeMap<ClauseId, u64>>>,
    /// Why a candidate was not run to its end.
    prevented: RefCell<Option<String>>,
    /// Candidates that were run to their end without the deviation, in this search and in earlier ones.
    failed: RefCell<BTreeSet<String>>,
    /// The number of the last run that showed the deviation again.
    shown_number: Cell<Option<u64>>,
}

impl<'a, 's> CandidateRunner<'a, 's> {
    pub(super) fn new(
        share: &'a CampaignState<'s>,
        found: &'a RecordedFinding,
        matcher: &'a Rc<FindingMatcher>,
        failed: BTreeSet<String>,
    ) -> CandidateRunner<'a, 's> {
        // The counterexample of an earlier search counts as run.
        let earlier = found.counterexample.iter().map(|shown| (serialize_steps(&shown.plan), shown));
        let runs = earlier.clone().map(|(steps, _)| (steps, (found.repetition.runs, found.repetition.shown)));
        let shown =
            earlier.map(|(steps, shown)| (shown.plan.steps.len(), steps, shown.history.clone(), shown.finding.clone()));
        CandidateRunner {
            share,
            found,
            matcher,
            shown: RefCell::new(shown.collect()),
            runs: RefCell::new(runs.collect()),
            others_shown: RefCell::default(),
            passes: RefCell::default(),
            prevented: RefCell::default(),
            failed: RefCell::new(failed),
            shown_number: Cell::new(found.counterexample.as_ref().map(|shown| shown.finding.plan)),
        }
    }

    /// The candidates that were run to their end without the deviation.
    pub(super) fn take_failed(&self) -> BTreeSet<String> {
        self.failed.take()
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
    pub(super) fn find_shown(&self, plan: &Plan) -> Option<(RecordedHistory, Finding)> {
        let steps = serialize_steps(plan);
        let shown = self.shown.borrow();
        let found = shown.iter().find(|(_, known, ..)| *known == steps);
        found.map(|(.., history, finding)| (history.clone(), finding.clone()))
    }

    /// The fingerprints of another finding that a candidate showed in place of the deviation.
    pub(super) fn find_other_shown(&self, candidate: &Plan) -> Option<BTreeSet<String>> {
        self.others_shown.borrow().get(&serialize_steps(candidate)).cloned()
    }

    /// The passes of each clause in a candidate that showed the deviation, or no deviation at all.
    pub(super) fn find_passes(&self, candidate: &Plan) -> Option<BTreeMap<ClauseId, u64>> {
        self.passes.borrow().get(&serialize_steps(candidate)).cloned()
    }

    /// Counts a run of a candidate.
    fn note_run(&self, candidate: &Plan, fails: bool, stop: Option<&StopReason>) {
        match stop {
            Some(stop) if !fails => *self.prevented.borrow_mut() = Some(stop.to_string()),
            _ => {
                if !fails {
                    self.failed.borrow_mut().insert(serialize_steps(candidate));
                }
                let mut runs = self.runs.borrow_mut();
                let (run, shown) = runs.entry(serialize_steps(candidate)).or_default();
                *run += 1;
                *shown += u64::from(fails);
            }
        }
    }

    /// The runs of the counterexample; of all candidates if none showed the deviation.
    pub(super) fn count_repetitions(&self, counterexample: Option<&Plan>) -> FindingRepetition {
        let runs = self.runs.borrow();
        let (run, shown) = match counterexample {
            Some(plan) => runs.get(&serialize_steps(plan)).copied().unwrap_or_default(),
            None => (runs.values().map(|(run, _)| run).sum(), 0),
        };
        let prevented = if run == 0 { self.prevented.borrow().clone() } else { None };
        FindingRepetition { runs: run, shown, prevented, requests: 0 }
    }

    /// Why no candidate is run: after a cancellation, or at the end of the budget.
    fn find_obstacle(&self) -> Option<String> {
        let stop = self.share.shared_budget.find_stop().map(|stop| stop.to_string());
        let cancelled = || self.share.env.cancel.is_requested().then(|| "the run was ended".to_string());
        cancelled().or(stop)
    }

    /// Runs a plan up to its first deviation; `None` if no plan is run any more.
    pub(super) async fn run_to_deviation(&self, plan: &Plan) -> Option<PlanResult> {
        if self.find_obstacle().is_some() {
            return None;
        }
        let limits = self.share.env.limits.for_candidate();
        let number = self.shown_number.get().unwrap_or(self.found.finding.plan);
        let driven = repeat_plan(self.share, plan, number, limits, EndingDeviation::Any).await;
        self.share.halt_after_failure(driven.stop.as_ref().filter(|stop| !matches!(stop, StopReason::Unfit(_))));
        Some(driven)
    }

    /// Counts a run of a plan that showed the deviation outside of the search.
    pub(super) fn note_shown_run(&self, plan: &Plan) {
        self.note_run(plan, true, None);
    }

    /// Whether a deviation is another finding of the campaign.
    pub(super) fn is_other_finding(&self, finding: &Finding) -> bool {
        self.matcher.is_other(finding)
    }

    /// Runs a candidate, and tells whether the candidate shows the defect of the finding. A run that an alternative kept from the
    /// situation of the finding, such as a job that failed, could not show the defect: the candidate is run again. A candidate
    /// that did not show the defect before is run only if `is_repeated`.
    pub(super) async fn run_candidate(&self, candidate: Plan, is_repeated: bool) -> CandidateResult {
        let mut result = CandidateResult { fails: false, requests: 0 };
        if !is_repeated && self.failed.borrow().contains(&serialize_steps(&candidate)) {
            return result;
        }
        for number in self.list_numbers(&candidate) {
            if let Some(reason) = self.find_obstacle() {
                self.prevented.borrow_mut().get_or_insert(reason);
                break;
            }
            let (run, may_differ) = self.run_once(&candidate, number).await;
            result = CandidateResult { fails: run.fails, requests: result.requests.saturating_add(run.requests) };
            if !may_differ {
                break;
            }
        }
        result
    }

    /// The numbers of the runs of a candidate. The choices of a mock follow from the number: the first is that of the last run
    /// with the deviation.
    fn list_numbers(&self, candidate: &Plan) -> Vec<u64> {
        let shown = self.find_shown(candidate).map(|(_, finding)| finding.plan);
        let first = shown.or(self.shown_number.get()).unwrap_or(self.found.finding.plan);
        (0..=FURTHER_RUNS_MAX).map(|nth| first.wrapping_add(nth.wrapping_mul(NUMBER_DISTANCE))).collect()
    }

    /// Whether an alternative occurred in a run, and no suspected clause applied without one: the run never came to the situation
    /// of the finding.
    fn missed_its_situation(&self, tally: &ClauseTally) -> bool {
        let suspected = &self.found.finding.suspected_clauses;
        let mut counts = suspected.iter().filter_map(|clause| tally.clauses.get(clause));
        tally.clauses.values().any(|count| count.exceptions > 0)
            && !counts.any(|count| count.applied > 0 && count.exceptions == 0)
    }

    /// Runs a candidate once. Returns the result, and whether another run may differ because of an alternative.
    async fn run_once(&self, candidate: &Plan, number: u64) -> (CandidateResult, bool) {
        let share = self.share;
        let ending = EndingDeviation::OfFinding(Rc::clone(self.matcher));
        let limits = share.env.limits.for_candidate();
        let driven = repeat_plan(share, candidate, number, limits, ending).await;
        // A candidate may lack what its request needs; that says nothing about other candidates and plans.
        share.halt_after_failure(driven.stop.as_ref().filter(|stop| !matches!(stop, StopReason::Unfit(_))));
        if let Some(other) = driven.findings.iter().find(|finding| self.matcher.is_related(finding)) {
            let fingerprints = other.fingerprints.iter().cloned().collect();
            self.others_shown.borrow_mut().insert(serialize_steps(candidate), fingerprints);
        }
        if driven.stop.is_none() && driven.findings.iter().all(|finding| self.matcher.matches(finding)) {
            self.passes.borrow_mut().insert(serialize_steps(candidate), list_passed(&driven.tally));
        }
        let may_differ = driven.stop.is_none() && self.missed_its_situation(&driven.tally);
        let mut same: Vec<Finding> =
            driven.findings.into_iter().filter(|finding| self.matcher.matches(finding)).collect();
        // The finding with an equal difference explains the deviation best.
        same.sort_by_key(|finding| !self.matcher.is_exact(finding));
        let shown = same.into_iter().next();
        let fails = shown.is_some();
        let requests = driven.spent.requests;
        self.note_run(candidate, fails, driven.stop.as_ref());
        if let Some(finding) = shown {
            self.shown_number.set(Some(number));
            self.note_shown(candidate, driven.history, finding);
        }
        (CandidateResult { fails, requests }, may_differ && !fails)
    }
}

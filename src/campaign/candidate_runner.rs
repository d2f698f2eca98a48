//! Runs candidates of the shrinker like any plan, and keeps what they showed.

use super::campaign_state::CampaignState;
use super::conclusion::{FindingRepetition, RecordedFinding};
use super::ending_deviation::{EndingDeviation, FindingMatcher};
use super::plan_runner::repeat_plan;
use super::simpler_plans::serialize_steps;
use crate::history::RecordedHistory;
use crate::oracle::Finding;
use crate::plan::Plan;
use crate::plan_execution::StopReason;
use crate::shrink::CandidateResult;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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
    /// Why a candidate was not run to its end.
    prevented: RefCell<Option<String>>,
}

impl<'a, 's> CandidateRunner<'a, 's> {
    pub(super) fn new(
        share: &'a CampaignState<'s>,
        found: &'a RecordedFinding,
        matcher: &'a Rc<FindingMatcher>,
    ) -> CandidateRunner<'a, 's> {
        CandidateRunner {
            share,
            found,
            matcher,
            shown: RefCell::default(),
            runs: RefCell::default(),
            others_shown: RefCell::default(),
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
    pub(super) fn count_repetitions(&self, counterexample: Option<&Plan>) -> FindingRepetition {
        let runs = self.runs.borrow();
        let (run, shown) = match counterexample {
            Some(plan) => runs.get(&serialize_steps(plan)).copied().unwrap_or_default(),
            None => (runs.values().map(|(run, _)| run).sum(), 0),
        };
        let prevented = if run == 0 { self.prevented.borrow().clone() } else { None };
        FindingRepetition { runs: run, shown, prevented }
    }

    /// Runs a candidate, and tells whether the candidate shows the defect of the finding.
    pub(super) async fn run_candidate(&self, candidate: Plan) -> CandidateResult {
        let share = self.share;
        // After a cancellation or the end of the budget, no candidate is run.
        let stop = share.shared_budget.find_stop().map(|stop| stop.to_string());
        let cancelled = || share.env.cancel.is_requested().then(|| "the run was ended".to_string());
        if let Some(reason) = cancelled().or(stop) {
            self.prevented.borrow_mut().get_or_insert(reason);
            return CandidateResult { fails: false, requests: 0 };
        }
        let ending = EndingDeviation::OfFinding(Rc::clone(self.matcher));
        let limits = share.env.limits.for_candidate();
        let driven = repeat_plan(share, &candidate, self.found.finding.plan, limits, ending).await;
        // A candidate may lack what its request needs; that says nothing about other candidates and plans.
        share.halt_after_failure(driven.stop.as_ref().filter(|stop| !matches!(stop, StopReason::Unfit(_))));
        if let Some(other) = driven.findings.iter().find(|finding| self.matcher.is_related(finding)) {
            let fingerprints = other.fingerprints.iter().cloned().collect();
            self.others_shown.borrow_mut().insert(serialize_steps(&candidate), fingerprints);
        }
        let mut same: Vec<Finding> =
            driven.findings.into_iter().filter(|finding| self.matcher.matches(finding)).collect();
        // The finding with an equal difference explains the deviation best.
        same.sort_by_key(|finding| !self.matcher.is_exact(finding));
        let shown = same.into_iter().next();
        let fails = shown.is_some();
        let requests = driven.spent.requests;
        self.note_run(&candidate, fails, driven.stop.as_ref());
        if let Some(finding) = shown {
            self.note_shown(&candidate, driven.history, finding);
        }
        CandidateResult { fails, requests }
    }
}

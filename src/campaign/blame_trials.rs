//! Runs the changes of a counterexample that may tell its blamed clauses apart, within the requests for shrinking.

use super::blame_evidence::{TellingChange, TellingRun};
use super::campaign_environment::CampaignEnvironment;
use super::candidate_runner::CandidateRunner;
use super::conclusion::ShownCounterexample;
use super::plan_runner::PlanResult;
use super::simpler_plans::{CandidateWaits, remove_step};
use super::telling_changes::{
    call_as_owner, call_with_unknown_id, list_contradicted_part, list_held, list_passed, read_before_last_call,
};
use crate::history::CallCause;
use crate::model::OutcomeKind;
use crate::plan::Plan;
use std::collections::BTreeSet;

/// Most requests for telling the blamed clauses of one finding apart.
const REQUESTS_MAX: u64 = 40;

/// What telling the clauses of one finding apart took.
#[derive(Default)]
pub(super) struct BlameTrialResult {
    pub requests: u64,
    /// The fingerprints of another finding that a run showed in place of the deviation: the deviation follows from it.
    pub same_as: BTreeSet<String>,
}

/// Tells the blamed clauses of a counterexample apart. The runs change the order of the clauses, and no verdict: what held in
/// another call is a reason to look elsewhere first, and no proof. First come candidates that the search has
/// run already, then further runs with up to `requests_max` requests. A counterexample that shows the cause earlier takes the place of `shown`.
pub(super) async fn tell_clauses_apart(
    site: &CampaignEnvironment<'_>,
    trials: &CandidateRunner<'_, '_>,
    shown: &mut ShownCounterexample,
    waits: &CandidateWaits,
    requests_max: u64,
) -> BlameTrialResult {
    let of_call = shown.finding.recorded.cause != CallCause::Poll;
    let changed = if of_call { read_before_last_call(site, &shown.plan) } else { None };
    let requests_max = requests_max.min(REQUESTS_MAX);
    let mut telling = BlameTrials { trials, shown, requests_max, result: BlameTrialResult::default() };
    if let Some((change, plan)) = changed
        && let Some(ran) = telling.run(&change, &plan).await
    {
        telling.take_earlier_deviation(change, plan, ran);
    }
    telling.note_candidates(waits);
    // Several refusing clauses can be at fault only where the call was accepted.
    if !of_call || !matches!(OutcomeKind::classify(&telling.shown.finding.recorded.outcome), OutcomeKind::Success(..)) {
        return telling.result;
    }
    for changed in [call_as_owner(&telling.shown.plan), call_with_unknown_id(&telling.shown.plan)] {
        if let Some((change, plan)) = changed.filter(|_| telling.is_open())
            && let Some(ran) = telling.run(&change, &plan).await
        {
            telling.note_run(change, &ran);
        }
    }
    telling.result
}

struct BlameTrials<'a, 'c, 's> {
    trials: &'a CandidateRunner<'c, 's>,
    shown: &'a mut ShownCounterexample,
    requests_max: u64,
    result: BlameTrialResult,
}

impl BlameTrials<'_, '_, '_> {
    /// Whether several clauses are blamed, and no run told them apart.
    fn is_open(&self) -> bool {
        self.shown.finding.clauses.len() > 1 && self.shown.blame.runs.is_empty() && self.result.same_as.is_empty()
    }

    /// Runs a plan if the requests are likely to suffice: it takes about as many requests as the counterexample.
    async fn run(&mut self, change: &TellingChange, plan: &Plan) -> Option<PlanResult> {
        let expected = if plan.steps.len() == 1 { 1 } else { self.shown.finding.exchange + 1 };
        if self.result.requests + expected > self.requests_max {
            self.shown.blame.untried.push(change.clone());
            return None;
        }
        let ran = self.trials.run_to_deviation(plan).await?;
        self.result.requests += ran.spent.requests;
        Some(ran)
    }

    /// Takes over a counterexample that shows a deviation earlier: what the former one shows follows from it.
    fn take_earlier_deviation(&mut self, change: TellingChange, plan: Plan, ran: PlanResult) {
        let PlanResult { findings, history, .. } = ran;
        let Some(finding) = findings.into_iter().next().filter(|finding| finding.step + 1 < plan.steps.len()) else {
            return;
        };
        if self.trials.is_other_finding(&finding) {
            self.result.same_as = finding.fingerprints.iter().cloned().collect();
            return;
        }
        let contradicted = finding.clauses.clone();
        let plan = Plan { steps: plan.steps[..=finding.step].to_vec(), ..plan };
        self.trials.note_shown_run(&plan);
        self.shown.plan = plan;
        self.shown.history = history;
        self.shown.finding = finding;
        self.shown.blame.runs.push(TellingRun { change, held: Vec::new(), contradicted });
    }

    /// Notes the clauses that hold in the counterexample without one of its steps, as the search has run it.
    fn note_candidates(&mut self, waits: &CandidateWaits) {
        let Some(of_shown) = self.trials.find_passes(&self.shown.plan).filter(|_| self.is_open()) else { return };
        for step in 0..self.shown.plan.steps.len().saturating_sub(1) {
            let candidate = remove_step(&self.shown.plan, step, waits);
            let Some(passes) = self.trials.find_passes(&candidate) else { continue };
            let held = list_held(&self.shown.finding.clauses, &passes, &of_shown);
            if !held.is_empty() && held.len() < self.shown.finding.clauses.len() {
                let operation = self.shown.plan.steps[step].call.operation.clone();
                let change = TellingChange::WithoutStep { step, operation };
                self.shown.blame.runs.push(TellingRun { change, held, contradicted: Vec::new() });
            }
        }
    }

    /// Notes what a run shows: its first deviation, or the clauses that hold.
    fn note_run(&mut self, change: TellingChange, ran: &PlanResult) {
        let blamed = &self.shown.finding.clauses;
        let (held, contradicted) = match ran.findings.first() {
            Some(finding) => (Vec::new(), list_contradicted_part(blamed, &finding.clauses)),
            None if ran.stop.is_some() => return,
            None => {
                let of_shown = self.trials.find_passes(&self.shown.plan).unwrap_or_default();
                (list_held(blamed, &list_passed(&ran.tally), &of_shown), Vec::new())
            }
        };
        if held.len() < blamed.len() && !(held.is_empty() && contradicted.is_empty()) {
            self.shown.blame.runs.push(TellingRun { change, held, contradicted });
        }
    }
}

//! Searches for the counterexample of a finding: candidates are run like any plan, and judged.

use super::blame_evidence::BlameEvidence;
use super::blame_trials::tell_clauses_apart;
use super::campaign_environment::CampaignEnvironment;
use super::campaign_state::CampaignState;
use super::candidate_runner::CandidateRunner;
use super::conclusion::{FindingRepetition, RecordedFinding, ShownCounterexample};
use super::ending_deviation::FindingMatcher;
use super::event::CampaignEvent;
use super::kept_situation::{DeviatingPlan, KeptSituation};
use super::model_shrinker::shrink_with_model;
use super::simpler_plans::{CandidateWaits, make_simpler_steps, make_single_call_plans, remove_step};
use crate::model::ClauseId;
use crate::plan::{Plan, Step};
use crate::shrink::{CandidateResult, ShrinkLimits, remove_unbound_steps, shrink_plan};
use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// Most candidates of one finding.
const TRIES_MAX: u64 = 2_000;
/// Requests of a finding after which its plan is only made shorter. Requests cost more than a longer name does.
const POLISH_REQUESTS_MAX: u64 = 40;
/// Requests of a finding after which only a plan of many steps is tried further.
const ALL_REQUESTS_MAX: u64 = 60;
/// Requests of a finding after which no further plan of the mock is tried in place of the recorded plan.
const SITUATION_REQUESTS_MAX: u64 = 40;
/// Requests for the last candidates of a finding, whatever its plan took.
const LAST_REQUESTS_MIN: u64 = 12;
/// Most steps of a plan from which single steps are removed together with their waits.
const SINGLE_STEPS_MAX: usize = 12;

/// How often the counterexample of a race is run again: a race may show in some runs only.
const RACE_REPETITIONS: u64 = 10;

/// The result of shrinking one finding.
pub(super) struct ShrinkResult {
    /// Whether nothing is left to try. False if the budget excluded a candidate.
    pub complete: bool,
    /// The counterexample and its history; `None` if no repetition showed the deviation.
    pub counterexample: Option<ShownCounterexample>,
    /// The fingerprints of another finding that shows the same defect.
    pub same_as: BTreeSet<String>,
    /// How often the counterexample, or the whole plan, was run again.
    pub repetition: FindingRepetition,
    /// Requests for shrinking.
    pub requests: u64,
    /// The candidates without the deviation, which a further search does not run again.
    pub failed: BTreeSet<String>,
}

/// Searches for the smallest plan that shows the defect of a finding, with up to `requests_max` requests. The search goes
/// on from the counterexample of an earlier search. `matcher` recognises the defect.
pub(super) async fn shrink_finding(
    share: &CampaignState<'_>,
    found: &RecordedFinding,
    matcher: &Rc<FindingMatcher>,
    (requests_max, failed): (u64, BTreeSet<String>),
) -> ShrinkResult {
    let site = share.env;
    let trials = CandidateRunner::new(share, found, matcher, failed);
    // A clause about fewer calls is blamed only if the call has no simpler form.
    let blamed = found.finding.evidence.blamed.as_ref().map(|call| call.operation.as_str());
    let in_question = |operation: &str| operation == found.finding.operation || Some(operation) == blamed;
    let values = |step: &Step| make_simpler_steps(site, step, in_question(&step.call.operation));
    let worthwhile = |steps: &[Step]| remove_unbound_steps(steps).len() == steps.len();
    // A failure may be intermittent: the recorded plan and its parts are run again.
    let is_repeated = Cell::new(false);
    let mut fails =
        async |candidate: Plan| -> CandidateResult { trials.run_candidate(candidate, is_repeated.get()).await };
    let mut progress = |steps: usize, tried: u64| {
        share.emit_event(&CampaignEvent::Shrinking { clauses: &found.finding.clauses, steps, tried });
    };
    let mut spent = 0;
    let mut smallest = None;
    let waits = CandidateWaits::choose(site.wait_price, found);
    let mut starts = SearchStarts::new(site, found, &waits);
    while let Some(start) = starts.find_next(spent).await {
        let limits = ShrinkLimits {
            tries_max: TRIES_MAX,
            requests_max: requests_max.saturating_sub(spent),
            polish_requests_max: POLISH_REQUESTS_MAX.saturating_sub(spent),
            given_requests: start.requests,
            is_small: start.is_small,
            is_shown: start.is_shown,
            is_persistent: start.is_persistent,
        };
        if limits.requests_max == 0 {
            break;
        }
        is_repeated.set(start.is_persistent && !start.is_shown);
        let (plan, last) = (&start.plan, Some(start.last));
        let shrunk = shrink_plan(plan, last, &limits, &values, &worthwhile, &mut fails, &mut progress).await;
        spent += shrunk.requests;
        if shrunk.reproduced {
            smallest = Some((shrunk.plan, shrunk.complete));
            break;
        }
    }
    if let Some((plan, _)) = &mut smallest {
        let rest =
            requests_max.saturating_sub(spent).min(ALL_REQUESTS_MAX.saturating_sub(spent).max(LAST_REQUESTS_MIN));
        spent += simplify_whole_plan(site, plan, (&waits, &found.finding.clauses), &mut fails, rest).await;
    }
    if let Some((plan, _)) = smallest.as_ref().filter(|_| found.finding.race.is_some()) {
        // A race that did not show in one run may show in the next.
        is_repeated.set(true);
        for _ in 0..RACE_REPETITIONS {
            if spent >= requests_max {
                break;
            }
            spent += fails(plan.clone()).await.requests;
        }
    }
    let complete = smallest.as_ref().is_some_and(|(_, complete)| *complete);
    let mut shown = smallest.and_then(|(plan, _)| {
        let (history, finding) = trials.find_shown(&plan)?;
        // A mock chooses by the number of the plan, which a replay reads from the plan.
        let drawn = plan.drawn.filter(|_| finding.plan != found.finding.plan).map(|(seed, _)| (seed, finding.plan));
        let plan = Plan { drawn: drawn.or(plan.drawn), ..plan };
        // What an earlier search told about the same plan stands.
        let earlier = found.counterexample.as_ref().filter(|earlier| earlier.plan.steps == plan.steps);
        let blame = earlier.map(|earlier| earlier.blame.clone()).unwrap_or_default();
        Some(ShownCounterexample { plan, history, finding, blame })
    });
    let mut same_as = shown.as_ref().map(|shown| find_same_defect(&trials, &shown.plan, &waits)).unwrap_or_default();
    let is_told = shown.as_ref().is_some_and(|shown| shown.blame != BlameEvidence::default());
    if let Some(shown) = shown.as_mut().filter(|_| !is_told && same_as.is_empty() && found.finding.race.is_none()) {
        let told = tell_clauses_apart(site, &trials, shown, &waits, requests_max.saturating_sub(spent)).await;
        spent += told.requests;
        same_as = told.same_as;
    }
    let repetition = trials.count_repetitions(shown.as_ref().map(|shown| &shown.plan));
    ShrinkResult { complete, counterexample: shown, same_as, repetition, requests: spent, failed: trials.take_failed() }
}

/// A plan that may show the deviation, from which a search starts.
struct SearchStart {
    plan: Plan,
    /// Index of the step that shows the deviation.
    last: usize,
    /// Requests that the plan took; 0 if unknown.
    requests: u64,
    /// Whether the plan is the smallest on the mock.
    is_small: bool,
    /// Whether the plan is the counterexample of an earlier search.
    is_shown: bool,
    /// Whether the plan is run again if it does not show the deviation.
    is_persistent: bool,
}

/// The plans from which the search starts, the cheapest first: the smallest plans on the mock that keep more and more of the
/// situation of the finding, the recorded plan with polls after each step, and the recorded plan. If the deviation shows with
/// polls, no step is needed to pass time.
struct SearchStarts<'a> {
    site: &'a CampaignEnvironment<'a>,
    shown: DeviatingPlan,
    waits: &'a CandidateWaits,
    situations: VecDeque<KeptSituation>,
    recorded: VecDeque<SearchStart>,
    /// The plans on the mock so far.
    small: Vec<Plan>,
}

impl<'a> SearchStarts<'a> {
    fn new(
        site: &'a CampaignEnvironment<'a>,
        found: &'a RecordedFinding,
        waits: &'a CandidateWaits,
    ) -> SearchStarts<'a> {
        let make = |plan: Plan, (last, requests), is_persistent| SearchStart {
            plan,
            last,
            requests,
            is_small: false,
            is_shown: found.counterexample.is_some(),
            is_persistent,
        };
        let shown = DeviatingPlan::read(found, &site.plan_limits.filled_parameters);
        let (mut situations, mut recorded) = (VecDeque::new(), VecDeque::new());
        if let Some(shown) = &found.counterexample {
            recorded.push_back(make(shown.plan.clone(), (shown.finding.step, shown.finding.exchange + 1), true));
        } else {
            let at = (found.finding.step, found.finding.exchange + 1);
            // The waits of a race are part of the race, and the mock has no defect that depends on time.
            if found.finding.race.is_none() {
                situations =
                    KeptSituation::list_for_finding(&found.finding, &shown, &site.model, &site.schemas, site.bounds)
                        .into();
                recorded.push_back(make(waits.add_polls(&found.plan, at.0), at, false));
            }
            recorded.push_back(make((*found.plan).clone(), at, true));
        }
        SearchStarts { site, shown, waits, situations, recorded, small: Vec::new() }
    }

    /// The next plan, after searches that took `spent` requests.
    async fn find_next(&mut self, spent: u64) -> Option<SearchStart> {
        while let Some(kept) = self.situations.pop_front().filter(|_| spent < SITUATION_REQUESTS_MAX) {
            let Some(plan) = shrink_with_model(self.site, &self.shown, kept).await else { continue };
            if !self.small.contains(&plan) {
                self.small.push(plan.clone());
                let last = plan.steps.len().saturating_sub(1);
                let plan = self.waits.add_polls(&plan, last);
                return Some(SearchStart {
                    plan,
                    last,
                    requests: 0,
                    is_small: true,
                    is_shown: false,
                    is_persistent: false,
                });
            }
        }
        self.recorded.pop_front()
    }
}

/// The fingerprints of another finding that shows the same defect: without one of its steps, the counterexample shows the
/// other finding.
fn find_same_defect(trials: &CandidateRunner<'_, '_>, plan: &Plan, waits: &CandidateWaits) -> BTreeSet<String> {
    let without = (0..plan.steps.len()).map(|index| remove_step(plan, index, waits));
    without.filter_map(|candidate| trials.find_other_shown(&candidate)).next().unwrap_or_default()
}

/// Tries smaller plans that the search does not consider: with polls after each step, of one call, and without single
/// steps and their waits. Returns the requests.
async fn simplify_whole_plan(
    site: &CampaignEnvironment<'_>,
    plan: &mut Plan,
    (waits, clauses): (&CandidateWaits, &[ClauseId]),
    fails: &mut impl AsyncFnMut(Plan) -> CandidateResult,
    requests_max: u64,
) -> u64 {
    let polled = waits.add_polls(plan, plan.steps.len().saturating_sub(1));
    let mut requests = 0;
    if polled != *plan && requests_max > 0 {
        // A counterexample should not depend on timing, for readers and for other endpoints.
        let trial = fails(polled.clone()).await;
        requests += trial.requests;
        if trial.fails {
            *plan = polled;
        }
    }
    for candidate in make_single_call_plans(site, plan, clauses) {
        if requests >= requests_max {
            break;
        }
        let trial = fails(candidate.clone()).await;
        requests += trial.requests;
        if trial.fails {
            *plan = candidate;
            break;
        }
    }
    requests += remove_single_steps(plan, waits, fails, requests_max.saturating_sub(requests)).await;
    requests
}

/// Removes single steps together with their waits: a refused call in the middle may only have passed the
/// time that the call before needed. Returns the requests.
async fn remove_single_steps(
    plan: &mut Plan,
    waits: &CandidateWaits,
    fails: &mut impl AsyncFnMut(Plan) -> CandidateResult,
    requests_max: u64,
) -> u64 {
    let mut requests = 0;
    let mut index = 0;
    let is_small = |plan: &Plan| plan.steps.len() > 1 && plan.steps.len() <= SINGLE_STEPS_MAX;
    while is_small(plan) && index + 1 < plan.steps.len() && requests < requests_max {
        let candidate = remove_step(plan, index, waits);
        let trial = fails(candidate.clone()).await;
        requests += trial.requests;
        if trial.fails {
            *plan = candidate;
            index = 0;
        } else {
            index += 1;
        }
    }
    requests
}

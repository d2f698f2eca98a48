//! Shrinks the plan of a finding without the endpoint: the mock of the suite, without a fault, takes its place.
//!
//! The result is the smallest plan that keeps a situation of the finding. A defect that depends on this situation alone shows
//! in the result, so the endpoint has to carry out a few calls in place of the whole plan. Whether the deviation shows is for the endpoint to tell: this module
//! knows no response of the endpoint other than the recorded ones.

use super::campaign_environment::CampaignEnvironment;
use super::event::NullListener;
use super::kept_situation::{DeviatingPlan, KeptSituation, Strictness};
use super::mock_environment::{MockCampaignSettings, make_mock_environment, make_mocks, run_on_paused_clock};
use super::plan_runner::rerun_plan;
use super::simpler_plans::CandidateWaits;
use super::step_trace::trace_steps;
use crate::limits::Limits;
use crate::mock::Tempo;
use crate::model::{BeliefLimits, Model};
use crate::plan::Plan;
use crate::plan_execution::Cancellation;
use crate::schema::CompiledCatalog;
use crate::shrink::{CandidateResult, ShrinkLimits, remove_unbound_steps, shrink_plan};
use std::sync::Arc;

/// Most candidates, and most simulated requests of all candidates.
const TRIES_MAX: u64 = 200;
const REQUESTS_MAX: u64 = 4_000;
/// Most runs of a candidate in which the mock chose an alternative, such as a job that fails.
const RUNS_MAX: u64 = 4;

/// The smallest plan that keeps a situation; `None` if no plan keeps it on the mock.
pub(super) async fn shrink_with_model(
    site: &CampaignEnvironment<'_>,
    shown: &DeviatingPlan,
    kept: KeptSituation,
) -> Option<Plan> {
    let (model, schemas, bounds) = (Arc::clone(&site.model), Arc::clone(&site.schemas), site.bounds);
    let plan = CandidateWaits::FREE.add_polls(&shown.plan, shown.last);
    let (seed, step) = (site.seed, shown.last);
    let cancel = site.cancel.clone();
    // The mock has a paused clock, so that it needs a thread of its own.
    let search =
        move || run_on_paused_clock(search_on_mock(model, schemas, (seed, bounds), cancel, (plan, step), kept));
    // An expression of the suite that fails ends the mock, but not the run: the search at the endpoint goes on without it.
    tokio::task::spawn_blocking(search).await.unwrap_or_default()
}

async fn search_on_mock(
    model: Arc<Model>,
    schemas: Arc<CompiledCatalog>,
    (seed, bounds): (u64, BeliefLimits),
    cancel: Cancellation,
    (plan, last): (Plan, usize),
    kept: KeptSituation,
) -> Option<Plan> {
    let bounds = BeliefLimits { settle_percent: 100, insight: false, ..bounds };
    let settings = MockCampaignSettings { seed, tempo: Tempo::FAST, fault: None, bounds, limits: Limits::NONE };
    let endpoint = make_mocks(&model, &schemas, &settings);
    let site = make_mock_environment(&model, &schemas, &settings, cancel.clone(), &endpoint);
    for strictness in [Strictness::Certain, Strictness::Possible] {
        let keeps = async |candidate: Plan| {
            if cancel.is_requested() {
                return CandidateResult { fails: false, requests: REQUESTS_MAX };
            }
            let mut requests = 0;
            for number in 0..RUNS_MAX {
                let ran = rerun_plan(&site, &candidate, number, &mut NullListener).await;
                requests += ran.spent.requests;
                let traces = trace_steps(&ran.history.load_history(), &model, &schemas, bounds);
                let ends = traces.keys().next_back() == candidate.steps.len().checked_sub(1).as_ref();
                let by_chance = ran.tally.clauses.values().any(|count| count.exceptions > 0);
                let counts = strictness == Strictness::Possible || !by_chance;
                if ends && counts && kept.is_kept_in(&traces, strictness) {
                    return CandidateResult { fails: true, requests };
                }
                // Without an alternative, another run of the mock takes the same course.
                if !by_chance {
                    break;
                }
            }
            CandidateResult { fails: false, requests }
        };
        let limits = ShrinkLimits {
            tries_max: TRIES_MAX,
            requests_max: REQUESTS_MAX,
            polish_requests_max: REQUESTS_MAX,
            ..ShrinkLimits::default()
        };
        let worthwhile = |steps: &[_]| remove_unbound_steps(steps).len() == steps.len();
        let shrunk = shrink_plan(&plan, Some(last), &limits, &|_| Vec::new(), &worthwhile, keeps, &mut |_, _| {}).await;
        if shrunk.reproduced {
            let last = shrunk.plan.steps.len().saturating_sub(1);
            return Some(CandidateWaits::FREE.add_polls(&shrunk.plan, last));
        }
    }
    None
}

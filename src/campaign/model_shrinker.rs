//! Shrinks the plan of a finding without the endpoint: the mock of the suite, without a fault, takes its place.
//!
//! The result is the smallest plan in which the call behind the deviation and the last call meet the same clauses as
//! in the plan of the finding. A defect that depends on these clauses alone shows in the result, so the endpoint has to
//! carry out a few calls in place of the whole plan. Whether the deviation shows is for the endpoint to tell: this module
//! knows no response of the endpoint other than the recorded ones.

use super::campaign_environment::CampaignEnvironment;
use super::conclusion::RecordedFinding;
use super::event::NullListener;
use super::mock_environment::{MockCampaignSettings, make_mock_environment, make_mocks, run_on_paused_clock};
use super::plan_runner::rerun_plan;
use super::simpler_plans::CandidateWaits;
use crate::history::{CallCause, History};
use crate::limits::Limits;
use crate::mock::Tempo;
use crate::model::{BeliefLimits, ClauseId, Model, OutcomeKind};
use crate::oracle::Judge;
use crate::plan::Plan;
use crate::plan_execution::Cancellation;
use crate::schema::CompiledCatalog;
use crate::shrink::{CandidateResult, ShrinkLimits, remove_unbound_steps, shrink_plan};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most candidates, and most simulated requests of all candidates.
const TRIES_MAX: u64 = 200;
const REQUESTS_MAX: u64 = 4_000;
/// Most runs of a candidate in which the mock chose an alternative, such as a job that fails.
const RUNS_MAX: u64 = 4;

/// The clauses that one step met.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StepTrace {
    operation: String,
    binding: String,
    caller: String,
    /// Whether the call was accepted; `None` if unknown.
    accepted: Option<bool>,
    /// The clauses that applied to the call.
    met: BTreeSet<ClauseId>,
    /// The clauses that applied to the call or to a poll after it.
    observed: BTreeSet<ClauseId>,
}

impl StepTrace {
    /// Whether both steps make the same call, by the same caller.
    fn is_same_call(&self, other: &StepTrace) -> bool {
        (&self.operation, &self.binding, &self.caller) == (&other.operation, &other.binding, &other.caller)
    }
}

/// What a smaller plan has to keep.
struct KeptSituation {
    /// The blamed clauses.
    clauses: BTreeSet<ClauseId>,
    /// The step that showed the deviation.
    last: StepTrace,
    /// The earlier step behind the deviation.
    cause: Option<StepTrace>,
}

impl KeptSituation {
    /// The situation of a finding; `None` if the history does not show it.
    fn read(
        found: &RecordedFinding,
        model: &Arc<Model>,
        schemas: &Arc<CompiledCatalog>,
        bounds: BeliefLimits,
    ) -> Option<KeptSituation> {
        let finding = &found.finding;
        let traces = trace_steps(&found.history.load_history(), model, schemas, bounds);
        let cause = finding.evidence.blamed.as_ref().map(|call| call.step).filter(|step| *step < finding.step);
        Some(KeptSituation {
            clauses: finding.clauses.iter().copied().collect(),
            last: traces.get(&finding.step)?.clone(),
            cause: cause.and_then(|step| traces.get(&step)).cloned(),
        })
    }

    /// Whether the traces of a plan have the situation at their end.
    fn is_kept_in(&self, traces: &BTreeMap<usize, StepTrace>) -> bool {
        let Some((end, last)) = traces.last_key_value() else { return false };
        let is_cause = |cause: &StepTrace| {
            traces.range(..end).any(|(_, step)| {
                step.is_same_call(cause) && step.accepted == cause.accepted && step.met.is_superset(&cause.met)
            })
        };
        // A promise applies to the call that makes it, and a later call shows whether it was kept.
        let is_promised = self.cause.as_ref().is_some_and(|cause| !cause.met.is_disjoint(&self.clauses));
        last.is_same_call(&self.last)
            && (is_promised || !last.observed.is_disjoint(&self.clauses))
            && self.cause.as_ref().is_none_or(is_cause)
    }
}

/// The smallest plan that keeps the situation of a finding; `None` if no plan keeps it on the mock.
pub(super) async fn shrink_with_model(site: &CampaignEnvironment<'_>, found: &RecordedFinding) -> Option<Plan> {
    let (model, schemas, bounds) = (Arc::clone(&site.model), Arc::clone(&site.schemas), site.bounds);
    let kept = KeptSituation::read(found, &model, &schemas, bounds)?;
    let plan = CandidateWaits::FREE.add_polls(&found.plan, found.finding.step);
    let (seed, step) = (site.seed, found.finding.step);
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
            if ends && kept.is_kept_in(&traces) {
                return CandidateResult { fails: true, requests };
            }
            // Without an alternative, another run of the mock takes the same course.
            if ran.tally.clauses.values().all(|count| count.exceptions == 0) {
                break;
            }
        }
        CandidateResult { fails: false, requests }
    };
    let limits = ShrinkLimits {
        tries_max: TRIES_MAX,
        requests_max: REQUESTS_MAX,
        polish_requests_max: REQUESTS_MAX,
        given_requests: 0,
        is_persistent: false,
    };
    let worthwhile = |steps: &[_]| remove_unbound_steps(steps).len() == steps.len();
    let shrunk = shrink_plan(&plan, Some(last), &limits, &|_| Vec::new(), &worthwhile, keeps, &mut |_, _| {}).await;
    let last = shrunk.plan.steps.len().saturating_sub(1);
    shrunk.reproduced.then(|| CandidateWaits::FREE.add_polls(&shrunk.plan, last))
}

/// Judges a history again, and notes the clauses that each step met.
fn trace_steps(
    history: &History,
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    bounds: BeliefLimits,
) -> BTreeMap<usize, StepTrace> {
    let mut judge = Judge::new(Arc::clone(model), Arc::clone(schemas), history.header.plan, bounds);
    let mut traces: BTreeMap<usize, StepTrace> = BTreeMap::new();
    for exchange in &history.exchanges {
        let before = count_applied(&judge);
        judge.observe(exchange);
        let after = count_applied(&judge);
        let grown = after.iter().filter(|(clause, count)| before.get(clause) != Some(count));
        let applied: BTreeSet<ClauseId> = grown.map(|(clause, _)| *clause).collect();
        let trace = traces.entry(exchange.step).or_insert_with(|| StepTrace {
            operation: exchange.call.operation.clone(),
            binding: exchange.call.binding.clone(),
            caller: exchange.call.caller.clone(),
            accepted: None,
            met: BTreeSet::new(),
            observed: BTreeSet::new(),
        });
        if exchange.cause != CallCause::Poll {
            trace.accepted = match OutcomeKind::classify(&exchange.outcome) {
                OutcomeKind::Success(..) => Some(true),
                OutcomeKind::Refusal(_) => Some(false),
                _ => None,
            };
            trace.met.clone_from(&applied);
        }
        trace.observed.extend(applied);
    }
    traces
}

/// How often each clause applied so far.
fn count_applied(judge: &Judge) -> BTreeMap<ClauseId, u64> {
    judge.tally().clauses.iter().map(|(clause, count)| (*clause, count.applied)).collect()
}
